"""Importing the authority's public list: said first, then done, then nothing left to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from inspect_app.accounts.models import Organisation
from inspect_app.core.audit import AuditEvent
from inspect_app.core.database import Base, session
from inspect_app.tenders.models import Progress, Tender
from tests import builders
from tests.clients import Api
from tests.databases import counted

AsUser = Callable[[str], Api]
REAL = Path(__file__).parents[1] / "data" / "pcc_project_progress.csv"
SMALL = "標案編號,標案名稱,主辦機關,預算金額(元),年,月,預定進度,實際進度\n"


def run(api: Api, data: bytes, **query: Any) -> dict[str, Any]:
    answer = api.upload("/tenders/imports", data, **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def real(api: Api, **query: Any) -> dict[str, Any]:
    return run(api, REAL.read_bytes(), unit="twd", **query)


def outcome(report: dict[str, Any]) -> tuple[int, int, int, int, int]:
    counts = (report[name] for name in ("read", "created", "updated", "unchanged"))
    return (*counts, len(report["rejected"]))


def rows(app: Flask, table: type[Base]) -> int:
    with app.app_context():
        return session().scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.every_database
def test_a_dry_run_says_what_it_would_do_and_writes_nothing(app: Flask, as_user: AsUser) -> None:
    staff = as_user("staff")
    before = [rows(app, table) for table in (Tender, Progress, Organisation, AuditEvent)]

    report = real(staff, dry_run=True)

    assert outcome(report) == (190, 190, 0, 0, 0)
    assert report["written"] is False
    assert [rows(app, table) for table in (Tender, Progress, Organisation, AuditEvent)] == before


@pytest.mark.every_database
def test_an_import_creates_and_a_second_one_changes_nothing(app: Flask, as_user: AsUser) -> None:
    staff = as_user("staff")

    first, second = real(staff), real(staff)

    assert outcome(first) == (190, 190, 0, 0, 0)
    assert outcome(second) == (190, 0, 0, 190, 0)
    assert rows(app, Tender) == 190


def test_an_import_takes_few_statements_however_many_rows(app: Flask, as_user: AsUser) -> None:
    staff = as_user("staff")
    with counted(app) as statements:
        real(staff)

    assert len(statements) <= 20


def test_the_audit_tells_of_the_import(app: Flask, as_user: AsUser) -> None:
    real(as_user("staff"))

    with app.app_context():
        event = session().scalars(select(AuditEvent).where(AuditEvent.action == "tenders.imported")).one()
    assert event.detail == {"read": 190, "created": 190, "updated": 0}


def test_money_without_a_unit_is_not_guessed(app: Flask, as_user: AsUser) -> None:
    answer = as_user("staff").upload("/tenders/imports", REAL.read_bytes())

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "unit"
    assert rows(app, Tender) == 0


def test_thousands_of_twd_become_twd(as_user: AsUser) -> None:
    staff = as_user("staff")
    run(staff, "標案編號,標案名稱,主辦機關,預算金額\n1,橋,甲機關,5225.5\n".encode(), unit="thousand_twd")

    assert staff.get("/tenders").get_json()["items"][0]["budget_twd"] == 5_225_500


SPOILT = (
    f"{SMALL}1,一號橋,甲機關,100,115,10,10,9\n"
    "2,,甲機關,100,115,10,10,9\n"
    "3,三號橋,甲機關,很多,115,10,10,9\n"
    "4,四號橋,甲機關,100,115,13,10,9\n"
    "5,五號橋,甲機關,100\n"
    "6,六號橋,甲機關,100,115,10,10,9\n"
).encode()


@pytest.mark.every_database
def test_bad_rows_are_listed_by_line_and_field_and_good_ones_are_kept(app: Flask, as_user: AsUser) -> None:
    report = run(as_user("staff"), SPOILT)

    assert outcome(report) == (6, 2, 0, 0, 4)
    assert [(each["line"], each["field"]) for each in report["rejected"]] == [
        (3, "標案名稱"),
        (4, "預算金額(元)"),
        (5, "月"),
        (6, ""),
    ]
    assert all(each["reason"] for each in report["rejected"])
    assert rows(app, Tender) == 2


def test_a_strict_import_with_a_bad_row_writes_nothing(app: Flask, as_user: AsUser) -> None:
    report = run(as_user("staff"), SPOILT, strict=True)

    assert len(report["rejected"]) == 4
    assert report["written"] is False
    assert rows(app, Tender) == 0


def test_a_strict_import_of_good_rows_is_written(app: Flask, as_user: AsUser) -> None:
    assert real(as_user("staff"), strict=True)["written"] is True
    assert rows(app, Tender) == 190


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\x02", b"\x89PNG\r\n\x1a\n", "只有,兩個,不相干的欄\n1,2,3\n".encode(), b"\xff\xfe\xff"],
    ids=["empty", "binary", "a picture", "other columns", "neither UTF-8 nor Big5"],
)
def test_an_unreadable_file_is_refused_whole(app: Flask, as_user: AsUser, data: bytes) -> None:
    answer = as_user("staff").upload("/tenders/imports", data, unit="twd")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "file"
    assert rows(app, Tender) == 0


def test_without_a_file_the_field_is_named(as_user: AsUser) -> None:
    answer = as_user("staff").send("POST", "/tenders/imports", data={}, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "file"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "big5"])
def test_a_list_may_be_utf_8_or_big5(as_user: AsUser, encoding: str) -> None:
    staff = as_user("staff")
    text = f"{SMALL}1,臺南護岸工程,臺南市政府,100,115,10,10,9\n"

    assert outcome(run(staff, text.encode(encoding))) == (1, 1, 0, 0, 0)
    assert staff.get("/tenders").get_json()["items"][0]["agency"] == "臺南市政府"


def test_a_kind_a_person_corrected_survives_the_next_import(as_user: AsUser) -> None:
    staff = as_user("staff")
    real(staff)
    tender = staff.get("/tenders", kind="service", limit=1).get_json()["items"][0]
    body = {name: value for name, value in tender.items() if name != "id"} | {"kind": "work"}
    assert staff.put(f"/tenders/{tender['id']}", body, if_match='"1"').status_code == 200

    report = real(staff)

    assert outcome(report) == (190, 0, 0, 190, 0)
    assert staff.get(f"/tenders/{tender['id']}").get_json()["kind"] == "work"


@pytest.mark.every_database
def test_what_the_file_does_not_carry_is_left_as_it_is(as_user: AsUser) -> None:
    staff = as_user("staff")
    body = builders.tender_body("1", agency="甲機關", own=False)
    added = staff.post("/tenders", body).get_json()

    report = run(staff, f"{SMALL}1,改名後,甲機關,200,115,10,10,9\n".encode())

    assert outcome(report) == (1, 0, 1, 0, 0)
    after = staff.get(f"/tenders/{added['id']}").get_json()
    assert after == added | {"name": "改名後", "budget_twd": 200}


def test_a_second_month_of_a_tender_is_its_own_row_of_progress(as_user: AsUser) -> None:
    staff = as_user("staff")
    run(staff, f"{SMALL}1,橋,甲機關,100,115,9,10,9\n1,橋,甲機關,100,115,10,20.5,19.25\n".encode())

    tender = staff.get("/tenders").get_json()["items"][0]
    months = staff.get(f"/tenders/{tender['id']}/progress").get_json()["items"]

    assert [(each["month"], each["planned"], each["actual"]) for each in months] == [
        ("2026-09", "10.00", "9.00"),
        ("2026-10", "20.50", "19.25"),
    ]


@pytest.mark.every_database
@pytest.mark.parametrize(("column", "longest"), [("工程類別", 60), ("執行狀態", 20)])
def test_a_word_longer_than_its_column_is_a_bad_row(as_user: AsUser, column: str, longest: int) -> None:
    header = f"標案編號,標案名稱,主辦機關,{column}"
    text = f"{header}\n1,橋,甲機關,{'長' * longest}\n2,橋,甲機關,{'長' * (longest + 1)}\n"

    report = run(as_user("staff"), text.encode())

    assert outcome(report) == (2, 1, 0, 0, 1)
    assert report["rejected"][0]["field"] == column


@pytest.mark.parametrize("username", ["admin", "leader", "auditor", "agency", "contractor"])
def test_only_staff_import(as_user: AsUser, username: str) -> None:
    assert as_user(username).upload("/tenders/imports", REAL.read_bytes()).status_code == 403
