"""Checklists and the defect catalogue as data. No scoring happens here."""
