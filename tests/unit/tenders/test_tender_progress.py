"""Progress columns, and a tender standing in the file more than once."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from inspect_app.tenders.reading import ParsedFile, ProgressRow

ReadRow = Callable[..., ParsedFile]
ReadText = Callable[[str], ParsedFile]
HEADER = "標案編號,標案名稱,主辦機關,年,月,預定進度,實際進度\n"


def progress(**cells: str) -> dict[str, str]:
    return {"年": "102", "月": "1", "預定進度": "100.0", "實際進度": "90.74"} | cells


def test_a_roc_year_and_a_month_give_the_month_of_progress(read_row: ReadRow) -> None:
    (row,) = read_row(progress()).rows

    assert row.progress == ProgressRow("2013-01", Decimal("100"), Decimal("90.74"))


@pytest.mark.parametrize("cell", ["102/01", "102年1月", "102.1", "2013-01"])
def test_one_column_may_carry_year_and_month(read_row: ReadRow, cell: str) -> None:
    (row,) = read_row({"年月": cell, "預定進度": "1", "實際進度": "1"}).rows

    assert row.progress == ProgressRow("2013-01", Decimal(1), Decimal(1))


@pytest.mark.parametrize("blank", ["", "--", "　"])
def test_a_row_without_year_and_month_is_a_tender_without_progress(read_row: ReadRow, blank: str) -> None:
    (row,) = read_row(progress(年=blank, 月=blank, 預定進度="0.0", 實際進度="")).rows

    assert row.progress is None
    assert "progress" in row.given


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"年": ""}, "年"),
        ({"月": ""}, "月"),
        ({"月": "13"}, "月"),
        ({"月": "0"}, "月"),
        ({"年": "0"}, "月"),
        ({"年": "2013"}, "月"),
        ({"預定進度": ""}, "預定進度"),
        ({"實際進度": "-0.1"}, "實際進度"),
        ({"實際進度": "1000"}, "實際進度"),
        ({"實際進度": "90.745"}, "實際進度"),
        ({"實際進度": "九成"}, "實際進度"),
    ],
)
def test_progress_that_cannot_be_meant_is_rejected(
    read_row: ReadRow, cells: dict[str, str], field: str
) -> None:
    parsed = read_row(progress(**cells))

    assert [rejection.field for rejection in parsed.rejected] == [field]


@pytest.mark.parametrize(
    ("cell", "percent"), [("0", "0"), ("999.99", "999.99"), ("90.74%", "90.74"), ("９０．５％", "90.5")]
)
def test_percents_are_exact(read_row: ReadRow, cell: str, percent: str) -> None:
    (row,) = read_row(progress(實際進度=cell)).rows

    assert row.progress is not None
    assert row.progress.actual == Decimal(percent)


def test_progress_columns_that_are_not_complete_are_ignored(read_row: ReadRow) -> None:
    parsed = read_row({"年": "102", "預定進度": "1", "實際進度": "1"})

    assert parsed.ignored_columns == ("年", "預定進度", "實際進度")
    assert "progress" not in parsed.rows[0].given


def test_a_tender_may_stand_once_for_every_month(read_text: ReadText) -> None:
    parsed = read_text(f"{HEADER}A1,甲,局,102,1,1,1\nA1,甲,局,102,2,2,2\nA1,甲,局,,,,\n")

    assert [row.line for row in parsed.rows] == [2, 3, 4]


@pytest.mark.parametrize("months", [("102,1", "102,01"), (",", ",")])
def test_the_second_row_for_one_month_is_rejected_naming_the_first(
    read_text: ReadText, months: tuple[str, str]
) -> None:
    parsed = read_text(f"{HEADER}A1,甲,局,{months[0]},1,1\nA2,乙,局,102,1,1,1\nA1,甲,局,{months[1]},1,1\n")

    assert [row.line for row in parsed.rows] == [2, 3]
    assert [(r.line, r.field, "第 2 行" in r.reason) for r in parsed.rejected] == [(4, "標案編號", True)]


def test_one_number_at_two_agencies_is_two_tenders(read_text: ReadText) -> None:
    assert len(read_text(f"{HEADER}A1,甲,局,,,,\nA1,甲,處,,,,\n").rows) == 2
