"""An imported revision of the catalogue, as the command stores it, for tests of what reads it."""

from pathlib import Path

from flask import Flask

from tests.unit.catalogue.sheets import delimited, rows


def withdraw(app: Flask, folder: Path, *codes: str) -> None:
    """Import roc-113, which counts since 2024 and has the published lines without these codes."""
    file = folder / "sheet.csv"
    file.write_bytes(delimited(row for row in rows() if row[0] not in codes))
    options = ["--revision", "roc-113", "--counts-from", "2024-01-01", "--yes"]
    result = app.test_cli_runner().invoke(args=["catalogue", "import", str(file), *options])
    assert result.exit_code == 0, result.output
