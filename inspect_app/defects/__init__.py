"""Defects (缺失): from found to closed, with corrections, reviews and extensions."""
