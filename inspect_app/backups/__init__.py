"""Backups: the whole city in one archive, made while it works, checked byte for byte, restored into an empty place."""
