"""Deadlines: the days offices are closed, and the clocks that run against people."""
