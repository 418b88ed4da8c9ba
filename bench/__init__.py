"""Benchmarks: each a ratio to a baseline measured beside it, in the same run."""
