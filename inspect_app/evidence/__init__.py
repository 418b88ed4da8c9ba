"""What proves that photos, submissions and papers are the originals: receipts, packages, verification."""
