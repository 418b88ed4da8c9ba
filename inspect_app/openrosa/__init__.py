"""Checklists for ODK Collect: exported as XLSForm and XForm, and filled in through OpenRosa."""
