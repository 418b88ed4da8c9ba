"""Invented data that shows the system at work; never with CHAHE_ENV=production."""
