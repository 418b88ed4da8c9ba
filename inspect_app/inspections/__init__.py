"""Inspections (查核): planned in secret, done offline, graded by law, issued as documents."""
