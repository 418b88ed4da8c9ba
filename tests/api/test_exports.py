"""Exports: issued inspections as the authority takes them, and the quarterly return."""

import csv
import io
from typing import Any
from uuid import uuid4

import openpyxl
import pytest

from inspect_app.core.sheets import XLSX
from tests.clients import Page
from tests.inspections_builders import AsUser, Ids, Visit, defect_body

KEYS = ["執行機關（wkut）", "標案編號（prjno）", "查核日期（check_date）"]


@pytest.fixture
def issued(as_user: AsUser, people: Ids) -> Visit:
    """A visit of 2026-11-20 with one defect, issued."""
    return Visit.issued(as_user, people, defects=[defect_body(also=["supervisor"], place="一樓 A3 柱")])


def table(visit: Visit, name: str, username: str = "staff", **query: Any) -> list[dict[str, str]]:
    answer = visit.api(username).get(f"/exports/{name}.csv", **query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_record_has_the_authoritys_fields_in_its_order(issued: Visit) -> None:
    [row] = table(issued, "inspections")

    names = list(row)
    order = ["roveChk5", "roveChk5a", "checkUnit", "detel0", "chkLead", "score"]
    order += ["chkflag", "roveGNum", "ov7day", "deadDate", "endDate"]
    places = [next(place for place, name in enumerate(names) if f"（{each}）" in name) for each in order]
    assert names[:3] == KEYS
    assert places == sorted(places)
    assert row["查核日期（check_date）"] == "1151120"
    assert (row["型態（roveChk5）"], row["方式（roveChk5a）"]) == ("A", "N")
    assert (row["評分（score）"], row["等第"]) == ("83", "甲等")
    assert (row["扣點：承攬廠商"], row["扣點：監造單位"], row["扣點：主辦機關"]) == ("3", "3", "0")


def test_marks_and_defects_carry_the_key_of_their_record(issued: Visit) -> None:
    [record] = table(issued, "inspections")
    marks, [defect] = table(issued, "marks"), table(issued, "inspection-defects")

    key = [record[name] for name in KEYS]
    assert [[row[name] for name in KEYS] for row in [*marks, defect]] == [key] * 3
    assert [(row["Q 品質管理制度"], row["W 施工品質"], row["P 施工進度"], row["評分"]) for row in marks] == [
        ("17", "49", "16", "82"),
        ("", "", "", "84"),
    ]
    assert (defect["缺失編號（errNum）"], defect["等級（errFlag）"], defect["扣點數"]) == (
        "5.01.01",
        "B",
        "3",
    )
    assert (defect["併扣專案管理（rovePcm）"], defect["併扣監造（roveSc）"]) == ("N", "Y")


def test_a_workbook_of_records_has_marks_and_defects_beside_them(issued: Visit) -> None:
    answer = issued.api("staff").get("/exports/inspections.xlsx", inspection=issued.id)

    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert answer.content_type == XLSX
    assert {page.title: page.max_row for page in book} == {"查核紀錄": 2, "委員評分": 3, "缺失": 2}


def test_json_has_the_rows_of_the_csv(issued: Visit) -> None:
    items = issued.api("auditor").get("/exports/inspections.json").get_json()["items"]

    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in items] == (
        table(issued, "inspections")
    )


def test_only_what_is_issued_goes_out(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)

    assert table(visit, "inspections") == []
    assert visit.api("staff").get("/exports/inspections.csv", inspection=visit.id).status_code == 409
    hidden = [
        visit.api("auditor").get("/exports/inspections.csv", inspection=each) for each in (visit.id, uuid4())
    ]
    assert [answer.status_code for answer in hidden] == [404, 404]
    assert hidden[0].get_json()["detail"] == hidden[1].get_json()["detail"]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"year": 2026}, 1),
        ({"year": 2025}, 0),
        ({"year": 2026, "quarter": 4}, 1),
        ({"year": 2026, "quarter": 3}, 0),
        ({"since": "2026-11-20", "until": "2026-11-20"}, 1),
        ({"since": "2026-11-21"}, 0),
    ],
)
def test_an_export_is_narrowed_by_the_visits_day(issued: Visit, query: dict[str, Any], rows: int) -> None:
    assert len(table(issued, "inspections", **query)) == rows


def test_an_issued_inspections_page_offers_its_own_export(issued: Visit, page: Page) -> None:
    link = f"/api/v1/exports/inspections.xlsx?inspection={issued.id}"

    shown = {}
    for username in ("staff", "auditor", "leader", "contractor"):
        page.client.delete_cookie("session")
        page.sign_in(username)
        shown[username] = link in page.get(f"/inspections/{issued.id}").text

    assert shown == {"staff": True, "auditor": True, "leader": False, "contractor": False}


def test_the_quarterly_return_asks_for_its_quarter(issued: Visit) -> None:
    answer = issued.api("staff").get("/exports/quarterly-return.csv")

    assert answer.status_code == 422
    assert [each["field"] for each in answer.get_json()["errors"]] == ["quarter"]
    [row] = table(issued, "quarterly-return", year=2026, quarter=4)
    assert list(row)[:6] == [
        "查核日期",
        "查核小組",
        "工程主辦單位",
        "工程名稱",
        "契約金額（千元）",
        "規劃設計",
    ]


def test_what_is_not_there_is_named(issued: Visit) -> None:
    answer = issued.api("staff").get("/exports/marks-of-members.csv")

    assert answer.status_code == 404
    assert "quarterly-return" in answer.get_json()["detail"]


@pytest.mark.every_database
def test_a_return_once_built_stays_as_it_was_until_it_is_built_anew(
    issued: Visit, page: Page, as_user: AsUser, people: Ids
) -> None:
    page.sign_in("staff")
    path = "/exports/quarterly-return/2026-4"

    assert page.client.get(f"{path}.xlsx").status_code == 404
    page.get("/exports")
    assert page.post(path).status_code == 303
    before = page.client.get(f"{path}.xlsx").data
    Visit.issued(as_user, people)
    assert page.client.get(f"{path}.xlsx").data == before
    page.post(path)

    rows = [
        openpyxl.load_workbook(io.BytesIO(data)).active.max_row
        for data in (before, page.client.get(f"{path}.xlsx").data)
    ]  # type: ignore[union-attr]
    assert rows == [2, 3]


def test_a_quarter_to_come_is_not_built(page: Page, people: Ids) -> None:
    page.sign_in("staff")
    page.get("/exports")

    assert page.post("/exports/quarterly-return/2027-1").status_code == 409


@pytest.mark.parametrize("quarter", ["2026-5", "115-1", "2026-0", "0000-1", "x"])
def test_a_quarter_that_is_none_is_not_found(page: Page, people: Ids, quarter: str) -> None:
    page.sign_in("staff")

    assert page.get(f"/exports/quarterly-return/{quarter}.xlsx").status_code == 404
