"""How tender data comes in, whatever the file: runs kept as rows, a preview, one transaction, a result that stays."""
