"""Small tender files, all synthetic but the sample of public records."""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from inspect_app.tenders.reading import ParsedFile, Unit, parse

SAMPLE = Path(__file__).parents[2] / "data" / "pcc_project_progress.csv"
KEY = {"標案編號": "A1", "標案名稱": "合成道路工程", "主辦機關": "示範市工務局"}

ReadRow = Callable[[Mapping[str, str]], ParsedFile]


def written(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


@pytest.fixture(scope="session")
def sample() -> bytes:
    """190 real public records."""
    return SAMPLE.read_bytes()


@pytest.fixture(scope="session")
def read_text() -> Callable[[str], ParsedFile]:
    """Reads a file given as text, amounts in TWD."""
    return lambda text: parse(text.encode(), Unit.TWD)


@pytest.fixture(scope="session")
def read_row() -> Callable[..., ParsedFile]:
    """Reads a file of one row: a sound tender with the given columns added or changed."""

    def read(columns: Mapping[str, str], unit: Unit | None = None) -> ParsedFile:
        row = KEY | dict(columns)
        return parse(written(list(row), list(row.values())).encode(), unit)

    return read
