"""Scrutiny (填報疑義): months in the tender system that may be stale or false; notes for people, never a verdict."""
