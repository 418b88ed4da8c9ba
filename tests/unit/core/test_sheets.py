"""Tables as files: what Excel opens rightly, and nothing that it would reckon."""

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl

from inspect_app.core.sheets import Sheet, as_csv, as_items, as_xlsx

SHEET = Sheet(
    "查核紀錄", ("標案", "日期", "件數"), [("=1+1", date(2026, 11, 23), 3), ("橋,「新」\n建", None, None)]
)


def test_csv_has_a_mark_for_excel_and_text_that_is_no_formula() -> None:
    content = as_csv(SHEET)

    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows == [["標案", "日期", "件數"], ["'=1+1", "2026-11-23", "3"], ["橋,「新」\n建", "", ""]]


def test_a_negative_number_stays_a_number() -> None:
    assert (
        as_csv(Sheet("x", ("n",), [(-5,), (Decimal("-0.5"),)])).decode("utf-8-sig") == "n\r\n-5\r\n-0.5\r\n"
    )


def test_a_workbook_has_its_sheets_and_text_that_looks_like_a_formula_stays_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([SHEET, Sheet("缺失", ("代碼",), [])])))

    cell = book["查核紀錄"]["A2"]
    assert book.sheetnames == ["查核紀錄", "缺失"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert book["查核紀錄"]["C2"].value == 3
    assert book["查核紀錄"].freeze_panes == "A2"


def test_columns_beyond_z_have_their_letters() -> None:
    wide = Sheet("寬", tuple(str(n) for n in range(60)), [tuple(range(60))])

    page = openpyxl.load_workbook(io.BytesIO(as_xlsx([wide])))["寬"]

    assert [page["AZ2"].value, page["BA2"].value] == [51, 52]


def test_rows_for_json_are_objects_with_days_as_text() -> None:
    assert as_items(SHEET)[0] == {"標案": "=1+1", "日期": "2026-11-23", "件數": 3}
