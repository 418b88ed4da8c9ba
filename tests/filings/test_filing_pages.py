"""The API and the pages of filings."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from inspect_app.core.clock import FixedClock
from inspect_app.filings import own, queries
from inspect_app.filings.months import FilingMonth, Moment
from inspect_app.tenders import policy
from scoring import run
from tests import builders
from tests.clients import Api, Page
from tests.conftest import MORNING, Write
from tests.filings_builders import LAST, file, local, tender

AsUser = Callable[[str], Api]
EXCUSE = {"reason": "停工期間免填", "document": "測工字第 1 號"}


@pytest.fixture
def city(write: Write, people: dict[str, UUID]) -> dict[str, UUID]:
    """On time, late, missing and closed, and a missing one of another agency and contractor."""
    with write() as session:
        ids = {name: tender(session, f"甲-{name}") for name in ("on_time", "late", "missing")}
        ids["closed"] = tender(session, "甲-closed", status="已結案")
        ids["other"] = tender(
            session, "乙", agency="別的機關", contractor=builders.OTHER_CONTRACTOR, supervisor=None
        )
        file(session, ids["on_time"], filed="2026-11-05 09:00", recorded="2026-11-08 09:00")
        file(session, ids["late"], recorded="2026-11-09 09:00")
    return ids


def test_a_month_is_exactly_what_the_engine_says(as_user: AsUser, city: dict[str, UUID]) -> None:
    answer = as_user("staff").get(f"/filings/{LAST}").json
    filed = {"on_time": "2026-11-05T09:00:00+08:00", "late": "2026-11-09T09:00:00+08:00"}
    entries = [
        {
            "tender": str(tender_id),
            "agency": "別的機關" if name == "other" else builders.AGENCY,
            "must_file": name != "closed",
            "filed_at": filed.get(name),
        }
        for name, tender_id in city.items()
    ]
    expected = run("filing", {"month": LAST, "as_of": "2026-11-23T09:00:00+08:00", "entries": entries})

    assert {key: answer[key] for key in expected} == expected
    assert answer["flagged"] == sorted([str(city["missing"]), str(city["other"])])
    assert (answer["month"], answer["percent"]) == (LAST, "25.00")


def test_a_month_can_be_asked_about_as_of_then(as_user: AsUser, city: dict[str, UUID]) -> None:
    staff = as_user("staff")
    then = staff.get(f"/filings/{LAST}", as_of="2026-11-07T00:00:00+08:00").json
    known = staff.get(f"/filings/{LAST}", known_at="2026-11-07T00:00:00+08:00").json

    assert (then["on_time"], then["late"], then["missing"]) == (1, 0, 3)
    assert (known["on_time"], known["late"], known["missing"]) == (0, 0, 4)
    assert staff.get(f"/filings/{LAST}", as_of="2026-11-24T00:00:00+08:00").status_code == 422
    assert staff.get(f"/filings/{LAST}", as_of="2026-11-07T00:00:00").status_code == 422


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "0001-01", "２０２６-10", "x"])
def test_what_is_no_month_is_refused(as_user: AsUser, month: str) -> None:
    assert as_user("staff").get(f"/filings/{month}").status_code == 422


@pytest.mark.parametrize(
    ("who", "due"),
    [
        ("staff", 4),
        ("auditor", 4),
        ("leader", 4),
        ("agency", 3),
        ("contractor", 3),
        ("other_contractor", 1),
        ("pcm", 0),
    ],
)
def test_figures_are_those_of_the_tenders_one_may_read(
    as_user: AsUser, city: object, who: str, due: int
) -> None:
    api = as_user(who)
    months = api.get("/filings").json["items"]

    assert api.get(f"/filings/{LAST}").json["due"] == due
    assert [row["due"] for row in months if row["month"] == LAST] == [due]
    assert [row["month"] for row in months] == [f"2026-{number:02}" for number in range(1, 12)]


def test_an_excuse_is_recorded_replaced_and_withdrawn(as_user: AsUser, city: dict[str, UUID]) -> None:
    staff, path = as_user("staff"), f"/filings/{LAST}/excuses/{city['missing']}"
    statuses = [
        staff.put(path, EXCUSE).status_code,
        staff.put(path, EXCUSE).status_code,
        staff.put(path, {**EXCUSE, "note": "另附"}).status_code,
    ]
    excused = staff.get(f"/filings/{LAST}").json["due"]
    statuses += [staff.delete(path).status_code, staff.delete(path).status_code]

    assert statuses == [201, 200, 200, 204, 404]
    assert (excused, staff.get(f"/filings/{LAST}").json["due"]) == (3, 4)
    assert as_user("agency").put(path, EXCUSE).status_code == 403
    assert staff.put(path, {"reason": " ", "document": "x"}).status_code == 422


@pytest.mark.every_database
def test_a_tenders_own_months_stand_as_the_database_says(write: Write, city: dict[str, UUID]) -> None:
    """Two ways to the same answer: in words for one tender, in SQL for a month of all."""
    with write() as session:
        staff = builders.actor(session, "staff")
        file(session, city["closed"], "2026-03", filed="2026-04-02 09:00", status="施工中")
        moment = Moment(MORNING, MORNING)
        for tender_id in city.values():
            found = own.months(session, policy.readable(session, staff, tender_id), MORNING)
            for month in ("2025-12", "2026-01", "2026-03", "2026-04", "2026-09", LAST):
                entries = queries.listed(session, queries.entries(FilingMonth(month), moment))
                expected = next((each.state for each in entries if each.tender_id == tender_id), None)

                assert own.state_of(found, month) == expected, (tender_id, month)


def test_the_pages_tell_the_month(page: Page, city: dict[str, UUID]) -> None:
    page.sign_in("staff")
    year, month = page.get("/filings").text, page.get(f"/filings/{LAST}").text
    then = page.get(f"/filings/{LAST}?on=115/11/06&known=then").text
    wrong = page.get(f"/filings/{LAST}?on=115/13/06")

    assert "25.00" in year
    assert "115年10月份填報" in month
    assert "甲-missing" in month
    assert "甲-on_time" not in month
    assert "甲-on_time" in then
    assert "最後一日為 115年11月6日" in month
    assert (wrong.status_code, "截至日" in wrong.text) == (200, True)
    assert page.get("/filings/2026-99").status_code == 404


def test_a_month_filed_without_an_instant_says_by_when_it_was_seen(page: Page, city: dict[str, UUID]) -> None:
    page.sign_in("staff")

    assert "不晚於 115年11月9日 09:00（以匯入時間計）" in page.get(f"/filings/{LAST}?state=late").text
    assert "不晚於 115年11月9日 09:00（以匯入時間計）" in page.get(f"/tenders/{city['late']}").text


def test_the_export_holds_the_chosen_tenders_and_no_formula(
    page: Page, write: Write, city: dict[str, UUID]
) -> None:
    with write() as session:
        tender(session, "=1+1")
    page.sign_in("agency")
    answer = page.get(f"/filings/{LAST}/tenders.csv?state=missing")

    assert answer.text.startswith("\ufeff月份,")
    assert "'=1+1" in answer.text
    assert "甲-missing" in answer.text
    assert "別的機關" not in answer.text


def test_an_excuse_is_recorded_on_its_page(page: Page, city: dict[str, UUID]) -> None:
    page.sign_in("staff")
    path = f"/filings/{LAST}/excuses/{city['missing']}"
    page.get(path)
    wrong = page.post(path, reason="停工", document="")
    page.post(path, **EXCUSE)
    listed = page.get(f"/filings/{LAST}?state=excused").text
    page.get(path)
    page.post(f"{path}/withdraw")

    assert (wrong.status_code, "停工" in wrong.text) == (422, True)
    assert "甲-missing" in listed
    assert "甲-missing" in page.get(f"/filings/{LAST}").text


def test_the_agencys_own_view_says_what_is_due_by_when(
    page: Page, city: object, app: Flask, fixed_clock: FixedClock
) -> None:
    fixed_clock.instant = local("2026-11-05 09:00")
    page.sign_in("agency")
    text = page.get("/filings").text

    assert "貴單位應填報 3 件" in text
    assert "還有 1 天" in text
    assert "115年11月6日（五）" in text
