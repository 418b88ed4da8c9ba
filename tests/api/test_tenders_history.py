"""A tender's history tells what was changed, from what to what, whether by hand or by an import."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask

from inspect_app.core import audit
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.layout.context import roc_time
from tests import builders
from tests.clients import Api, Page
from tests.databases import counted

AsUser = Callable[[str], Api]
HEADER = "標案編號,標案名稱,主辦機關,承攬廠商,預算金額(元)\n"
MONTHS = "標案編號,標案名稱,主辦機關,年月,預定進度,實際進度,執行狀態\n"


@pytest.fixture
def staff(as_user: AsUser) -> Api:
    return as_user("staff")


@pytest.fixture
def tender(staff: Api) -> dict[str, Any]:
    answer = staff.post("/tenders", builders.tender_body("1", name="橋", budget_twd=1_000_000))
    assert answer.status_code == 201
    return dict(answer.get_json())


def load(staff: Api, *rows: str, header: str = HEADER) -> dict[str, Any]:
    answer = staff.upload("/tenders/imports", (header + "".join(f"{row}\n" for row in rows)).encode())
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def events(app: Flask, tender_id: str, action: str) -> list[dict[str, Any]]:
    with app.app_context():
        found = audit.history(session(), "tender", tender_id)
    return [event.detail for event in found if event.action == action]


def id_of(staff: Api, number: str) -> str:
    rows = staff.get("/tenders", limit=200).get_json()["items"]
    return next(str(row["id"]) for row in rows if row["number"] == number)


def told_on(page: Page, tender_id: str) -> list[tuple[str, ...]]:
    """When, what and who: the lines of the history on a tender's page."""
    line = r'class="when">(.*?)</span><span class="what">(.*?) <span class="who">(.*?)</span>'
    return [tuple(map(unescape, found)) for found in re.findall(line, page.get(f"/tenders/{tender_id}").text)]


def put(staff: Api, tender: dict[str, Any], **changes: Any) -> None:
    path = f"/tenders/{tender['id']}"
    known = {name: value for name, value in tender.items() if name != "id"}
    assert staff.put(path, known | changes, staff.get(path).headers["ETag"]).status_code == 200


def test_a_correction_tells_each_changed_field_and_no_other(
    app: Flask, staff: Api, tender: dict[str, Any]
) -> None:
    put(staff, tender, contractor="新廠商", pcm=builders.PCM, own=False)

    assert events(app, tender["id"], "tender.changed") == [
        {
            "changes": {
                "contractor": [builders.CONTRACTOR, "新廠商"],
                "pcm": [None, builders.PCM],
                "own": [True, False],
            }
        }
    ]


def test_nothing_changed_tells_nothing(app: Flask, staff: Api, tender: dict[str, Any]) -> None:
    put(staff, tender)
    load(staff, f"1,橋,{builders.AGENCY},{builders.CONTRACTOR},1000000")

    assert events(app, tender["id"], "tender.changed") == []


@pytest.mark.every_database
def test_an_import_tells_every_tender_it_changes(app: Flask, staff: Api, tender: dict[str, Any]) -> None:
    load(staff, f"1,大橋,{builders.AGENCY},新廠商,2000000")

    assert events(app, tender["id"], "tender.changed") == [
        {
            "source": "import",
            "changes": {
                "name": ["橋", "大橋"],
                "contractor": [builders.CONTRACTOR, "新廠商"],
                "budget_twd": [1_000_000, 2_000_000],
            },
        }
    ]


@pytest.mark.every_database
def test_the_page_of_an_imported_tender_tells_who_imported_it_and_when(
    staff: Api, fixed_clock: FixedClock, page: Page
) -> None:
    page.sign_in("staff")
    began = fixed_clock.instant
    for hour, row in enumerate(("1,橋", "2,路", "2,大路")):
        fixed_clock.instant = began + timedelta(hours=hour)
        load(staff, f"{row},{builders.AGENCY},,")

    first, second = (told_on(page, id_of(staff, number)) for number in ("1", "2"))

    at, name = [roc_time(began + timedelta(hours=hour)) for hour in range(3)], "乙承辦"
    assert first == [(at[0], "由匯入新增標案", name)]
    assert second == [
        (at[1], "由匯入新增標案", name),
        (at[2], "由匯入更正：標案名稱由「路」改為「大路」", name),
    ]


@pytest.mark.every_database
def test_a_tender_added_by_hand_was_not_imported(staff: Api, tender: dict[str, Any], page: Page) -> None:
    load(staff, f"1,橋,{builders.AGENCY},{builders.CONTRACTOR},1000000", f"2,路,{builders.AGENCY},,")
    page.sign_in("staff")

    assert [said for _, said, _ in told_on(page, tender["id"])] == ["新增標案"]


def test_an_import_tells_the_months_it_files_and_changes(
    app: Flask, staff: Api, tender: dict[str, Any]
) -> None:
    load(staff, f"1,橋,{builders.AGENCY},115/10,10,9,施工中", header=MONTHS)
    load(
        staff,
        f"1,橋,{builders.AGENCY},115/10,10,9.5,施工中",
        f"1,橋,{builders.AGENCY},115/11,20,18,施工中",
        header=MONTHS,
    )

    told = [detail["months"] for detail in events(app, tender["id"], "progress.filed")]
    first, second = sorted(told, key=len)
    fresh = {"status": [None, "施工中"], "planned": [None, "10.00"], "actual": [None, "9.00"]}
    assert first == {"2026-10": fresh}
    assert second["2026-10"] == {"actual": ["9.00", "9.50"]}
    assert second["2026-11"]["planned"] == [None, "20.00"]


def test_a_trial_tells_nothing(app: Flask, staff: Api, tender: dict[str, Any]) -> None:
    row = f"{HEADER}1,大橋,{builders.AGENCY},,\n"
    assert staff.upload("/tenders/imports", row.encode(), dry_run="true").get_json()["updated"] == 1

    assert events(app, tender["id"], "tender.changed") == []


def test_many_tenders_are_told_of_in_one_statement(app: Flask, staff: Api) -> None:
    with counted(app) as seen:
        load(staff, *(f"{n},路,{builders.AGENCY},," for n in range(300)))

    assert len([sql for sql in seen if sql.startswith("INSERT INTO audit_events")]) == 1


def test_the_page_tells_it_in_words(staff: Api, tender: dict[str, Any], page: Page) -> None:
    put(staff, tender, contractor="新廠商", kind="service")
    load(staff, f"1,大橋,{builders.AGENCY},新廠商,", header=HEADER)
    load(staff, f"1,大橋,{builders.AGENCY},115/10,10,9,施工中", header=MONTHS)
    page.sign_in("staff")

    text = page.get(f"/tenders/{tender['id']}").text

    for said in (
        f"更正標案資料：承攬廠商由「{builders.CONTRACTOR}」改為「新廠商」；性質由「工程」改為「勞務」",
        "由匯入更正：標案名稱由「橋」改為「大橋」；預算金額（元）由「1,000,000」改為「未填」",
        "由匯入填報進度：115年10月（預定 10.00 %、實際 9.00 %、執行狀態 施工中）",
    ):
        assert said in text
