"""Filings: which tenders were updated by the day, which later, which not; excuses, flags and the chase."""
