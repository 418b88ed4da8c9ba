"""Tenders (標案): the works and services of the agencies, with their monthly progress."""
