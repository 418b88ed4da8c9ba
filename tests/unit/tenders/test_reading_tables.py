"""Tables below lines of titles, with columns of anybody's choice, as CSV and as workbooks."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from inspect_app.tenders.reading import Choice, Reader, Unit, UnreadableFile, parse, sniff
from tests import tenders_samples as samples

KEYS = "標案編號,標案名稱,主辦機關"
OTHER = "案號,案名,機關,決算,契約金額\nA1,橋,甲局,5,6\n".encode()
CHOICES = {
    "案號": Choice("number"),
    "案名": Choice("name"),
    "機關": Choice("agency"),
    "決算": Choice("contract_twd", Unit.THOUSAND_TWD),
}


def test_a_header_stands_below_titles_and_the_day_the_file_was_made_is_told() -> None:
    parsed = parse(f"標案自選欄位表,,\n製表日期,115/11/20,\n{KEYS}\nA1,橋,甲局\n".encode())

    assert [(row.line, row.number) for row in parsed.rows] == [(4, "A1")]
    assert parsed.made_on == date(2026, 11, 20)


def test_columns_are_what_a_person_says_they_are() -> None:
    parsed = parse(OTHER, mapping=CHOICES)

    assert parsed.rows[0].contract_twd == 5000
    assert parsed.ignored_columns == ("契約金額",)
    assert dict(parsed.columns) == {
        "案號": "number", "案名": "name", "機關": "agency", "決算": "contract_twd", "契約金額": "",
    }  # fmt: skip


def test_a_column_may_be_left_out() -> None:
    parsed = parse(f"{KEYS},契約金額\nA1,橋,甲局,x\n".encode(), mapping={"契約金額": Choice(None)})

    assert parsed.rejected == ()
    assert parsed.ignored_columns == ("契約金額",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"契約金額": Choice("contract_twd")}, "「決算」與「契約金額」都對應到「契約金額」"),
        ({"案號": Choice(None)}, "缺少欄名：標案編號"),
        ({"決算": Choice("weather")}, "不是本系統的欄位"),
    ],
)
def test_choices_that_cannot_be_are_refused_with_words(change: dict[str, Choice], says: str) -> None:
    with pytest.raises(UnreadableFile, match=says) as refused:
        parse(OTHER, Unit.TWD, mapping=CHOICES | change)

    assert refused.value.field == "mapping"


def test_a_name_nearby_stands_in_only_where_none_better_is() -> None:
    near = parse(f"{KEYS},決標金額（元）\nA1,橋,甲局,6\n".encode())
    both = parse(f"{KEYS},決標金額（元）,契約金額（元）\nA1,橋,甲局,6,7\n".encode())

    assert (near.rows[0].contract_twd, both.rows[0].contract_twd) == (6, 7)
    assert both.ignored_columns == ("決標金額（元）",)


# -- workbooks -------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_from_the_first_sheet_with_a_header() -> None:
    parsed = parse(samples.exported(samples.ROW))

    (row,) = parsed.rows
    assert (parsed.reader, parsed.made_on, parsed.counted) == (Reader.WORKBOOK, date(2026, 11, 20), "列")
    assert (row.line, row.contract_twd) == (5, 1_234_500)
    assert row.progress is not None
    assert (row.progress.planned, row.progress.actual) == (Decimal("90.74"), Decimal("0.3"))
    assert row.progress.filed_at == datetime(2026, 11, 4, 16, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["1151105", 1151105, 46331, date(2026, 11, 5), "115年11月5日", "2026/11/5"])
def test_a_day_is_a_day_however_the_sheet_holds_it(cell: object) -> None:
    (row,) = parse(samples.exported([*samples.ROW[:-1], cell])).rows

    assert row.progress is not None
    assert row.progress.filed_at == datetime(2026, 11, 4, 16, tzinfo=UTC)


def test_a_month_may_be_held_as_its_first_day() -> None:
    (row,) = parse(samples.exported([*samples.ROW[:4], date(2026, 10, 1), *samples.ROW[5:]])).rows

    assert row.progress is not None
    assert row.progress.month == "2026-10"


@pytest.mark.parametrize("row", [[*samples.ROW, "多"], ["A2", "", *samples.ROW[2:]]])
def test_a_bad_row_of_a_sheet_is_listed_by_its_number(row: list[object]) -> None:
    parsed = parse(samples.exported(samples.ROW, row))

    assert (len(parsed.rows), [bad.line for bad in parsed.rejected]) == (1, [6])


def test_formulas_give_their_value_and_are_not_evaluated() -> None:
    data = samples.exported([*samples.ROW[:3], "=1000+1", *samples.ROW[4:]])
    valued = samples.repacked(
        data, "sheet2.xml", lambda part: re.sub(b"<v>?</?v?>|<v */>", b"<v>7</v>", part)
    )

    assert parse(data).rows[0].contract_twd is None
    assert parse(valued).rows[0].contract_twd == 7000


def test_percents_held_as_fractions_are_refused_instead_of_believed() -> None:
    with pytest.raises(UnreadableFile, match="百分比格式"):
        parse(samples.exported([*samples.ROW[:5], 0.85, 0.8, None]))


@pytest.mark.parametrize(
    "data", [samples.workbook([["甲"]]), samples.exported(samples.ROW)[:900], b"PK\x03\x04"]
)
def test_a_workbook_without_a_header_or_an_end_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        parse(data)


def test_a_workbook_is_known_by_its_content() -> None:
    assert sniff("清單.csv", samples.exported()[:4096]) is Reader.WORKBOOK
