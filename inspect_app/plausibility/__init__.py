"""Plausibility (照片提示): where a photo was seen before, and what its time, place and software tell; notes for people."""
