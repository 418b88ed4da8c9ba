"""Filing notes: told when a month changes and every night, judged by people until the values change."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from inspect_app.core.audit import history
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.core.jobs import Turn
from inspect_app.scrutiny import jobs, queries
from inspect_app.scrutiny.models import FilingNote
from inspect_app.tenders import service
from inspect_app.tenders.models import Tender
from tests import builders
from tests.clients import Api, Page
from tests.conftest import Write
from tests.inspections_builders import Visit, expect, submission_body

AsUser = Callable[[str], Api]
Told = dict[str, Any]
MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10")


def month(planned: str, actual: str, status: str = "施工中") -> Told:
    return {"planned": planned, "actual": actual, "status": status, "filed_at": None}


def file(staff: Api, tender: object, name: str, told: Told) -> None:
    expect(staff.put(f"/tenders/{tender}/progress/{name}", told, "*"), 200, 201)


def file_frozen(staff: Api, tender: object) -> None:
    """Four months: the actual stays at 45.20 in the last three."""
    for at, name in enumerate(MONTHS):
        file(staff, tender, name, month(f"{30 + at * 10}.00", "45.20" if at else "28.00"))


def notes(api: Api, **wanted: Any) -> list[Told]:
    return list(expect(api.get("/filing-notes", **wanted), 200).get_json()["items"])


def turn(at: datetime) -> Turn:
    return Turn("2026-11-24", at, at, 1, lambda: None)


@pytest.fixture
def staff(as_user: AsUser) -> Api:
    return as_user("staff")


@pytest.fixture
def tender(write: Write, people: object) -> UUID:
    with write() as current:
        return builders.tender(current).id


@pytest.fixture
def frozen(staff: Api, tender: UUID) -> Told:
    """The one note on a tender that stands still."""
    file_frozen(staff, tender)
    (note,) = notes(staff)
    return note


@pytest.mark.every_database
def test_a_note_is_told_as_soon_as_the_month_is_filed(staff: Api, frozen: Told, tender: UUID) -> None:
    assert frozen["tender"]["id"] == str(tender)
    assert (frozen["rule"], frozen["first"], frozen["last"]) == ("frozen", "2026-08", "2026-10")
    assert (frozen["state"], frozen["strong"], frozen["review"]) == ("open", False, None)
    assert frozen["facts"][-1] == {
        "month": "2026-10",
        "planned": "60.00",
        "actual": "45.20",
        "status": "施工中",
    }
    assert "連續 3 個月都是 45.20" in frozen["words"]["zh"]


@pytest.mark.every_database
def test_a_dismissed_note_stays_so_until_its_values_change(staff: Api, frozen: Told, tender: UUID) -> None:
    path = f"/filing-notes/{frozen['id']}/review"

    answer = expect(staff.post(path, {"verdict": "dismissed", "reason": "連續豪雨，已函報"}), 201)
    file(staff, tender, "2026-07", month("30.00", "29.00"))  # a month beside it

    assert (answer.get_json()["state"], answer.get_json()["review"]["by"]) == ("dismissed", "乙承辦")
    assert notes(staff, state="open") == []
    (still,) = notes(staff, state="dismissed")
    assert still["review"]["reason"] == "連續豪雨，已函報"

    file(staff, tender, "2026-11", month("70.00", "45.20"))

    (again,) = notes(staff, state="open")
    assert (again["id"], again["last"], again["review"]["verdict"]) == (frozen["id"], "2026-11", "dismissed")


def test_a_note_is_gone_when_the_month_is_corrected_and_back_with_its_verdict(
    staff: Api, frozen: Told, tender: UUID
) -> None:
    expect(staff.post(f"/filing-notes/{frozen['id']}/review", {"verdict": "confirmed"}), 201)
    file(staff, tender, "2026-09", month("50.00", "46.00"))

    (gone,) = notes(staff)
    assert (gone["id"], gone["state"]) == (frozen["id"], "gone")
    expect(staff.post(f"/filing-notes/{frozen['id']}/review", {"verdict": "confirmed"}), 409)

    file(staff, tender, "2026-09", month("50.00", "45.20"))

    (back,) = notes(staff)
    assert back["state"] == "confirmed"


def test_dismissing_needs_a_reason_and_a_stale_page_is_refused(staff: Api, frozen: Told) -> None:
    path = f"/filing-notes/{frozen['id']}"

    answer = staff.post(f"{path}/review", {"verdict": "dismissed", "reason": "  "})
    stale = staff.post(f"{path}/review", {"verdict": "confirmed"}, headers={"If-Match": '"7"'})

    assert [error["field"] for error in expect(answer, 422).get_json()["errors"]] == ["reason"]
    expect(stale, 412)
    assert staff.get(path).get_json()["state"] == "open"


def test_a_review_stands_in_the_audit(staff: Api, frozen: Told, app: Flask) -> None:
    expect(staff.post(f"/filing-notes/{frozen['id']}/review", {"verdict": "confirmed"}), 201)

    with app.app_context():
        (event,) = history(session(), "filing_note", UUID(frozen["id"]))
    assert (event.action, event.detail["rule"]) == ("filing_note.confirmed", "frozen")


# -- who reads what ----------------------------------------------------------------------------------------------


def test_an_agency_reads_its_own_notes_as_questions(as_user: AsUser, staff: Api, frozen: Told) -> None:
    with_others = as_user("agency")

    (mine,) = notes(with_others)
    expect(
        staff.post(f"/filing-notes/{frozen['id']}/review", {"verdict": "confirmed", "reason": "內部"}), 201
    )
    (confirmed,) = notes(with_others)

    assert "請確認" in mine["words"]["ask"]
    assert (confirmed["state"], confirmed["review"]) == ("confirmed", None)


def test_what_was_dismissed_is_not_shown_to_the_agency(as_user: AsUser, staff: Api, frozen: Told) -> None:
    expect(staff.post(f"/filing-notes/{frozen['id']}/review", {"verdict": "dismissed", "reason": "雨"}), 201)

    assert notes(as_user("agency")) == []
    expect(as_user("agency").get(f"/filing-notes/{frozen['id']}"), 404)


def test_others_tenders_notes_and_other_roles_see_nothing(
    as_user: AsUser, staff: Api, write: Write, people: object
) -> None:
    with write() as current:
        other = builders.tender(current, "115-他-001", agency="另一個機關").id
    file_frozen(staff, other)

    assert notes(as_user("agency")) == []
    assert len(notes(as_user("auditor"))) == 1
    expect(as_user("contractor").get("/filing-notes"), 403)
    expect(as_user("admin").get("/filing-notes"), 403)


def test_the_list_is_narrowed_and_paged(staff: Api, write: Write, people: object) -> None:
    with write() as current:
        ids = [builders.tender(current, f"115-水-{at:03}").id for at in range(3)]
    for tender in ids:
        file_frozen(staff, tender)
    file(staff, ids[0], "2026-11", month("70.00", "120.00"))

    first = staff.get("/filing-notes", limit=2).get_json()
    rest = staff.get("/filing-notes", limit=200, cursor=first["next"]).get_json()

    assert [note["strong"] for note in first["items"]] == [True, True]
    assert (
        len(first["items"]) + len(rest["items"])
        == len({n["id"] for n in first["items"] + rest["items"]})
        == 5
    )
    assert {note["rule"] for note in notes(staff, tender=ids[0])} == {"frozen", "jump", "actual_beyond"}
    assert len(notes(staff, rule="frozen")) == 3
    assert len(notes(staff, month="2026-11")) == 2
    assert len(notes(staff, agency=builders.AGENCY, strong="false")) == 3
    assert notes(staff, agency="沒有這個機關") == []


def test_the_reminder_is_offered_an_agencys_open_notes(
    app: Flask, staff: Api, frozen: Told, tender: UUID
) -> None:
    with app.app_context():
        row = session().get(Tender, tender)
        assert row is not None
        (note,) = queries.open_notes(session(), row.agency_id)
        assert note.ask.startswith("實際進度連續 3 個月")
        assert queries.open_notes(session(), UUID(int=0)) == []


# -- the night ----------------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_at_night_every_tender_is_looked_at_and_a_second_night_writes_nothing(
    app: Flask,
    staff: Api,
    write: Write,
    people: object,
    fixed_clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    monkeypatch.setattr(service, "AFTER_FILING", [])  # as an import, which leaves it to the night
    with write() as current:
        ids = [builders.tender(current, f"115-水-{at:03}").id for at in range(5)]
    for tender in ids[:3]:
        file_frozen(staff, tender)
    assert notes(staff) == []

    with app.app_context():
        nights = [dict(jobs.look(turn(fixed_clock.instant))) for _ in range(2)]

    assert nights == [{"tenders": 5, "notes": 3}, {"tenders": 5, "notes": 0}]
    assert {note["tender"]["id"] for note in notes(staff)} == {str(tender) for tender in ids[:3]}


def test_after_a_year_a_note_is_no_longer_told(
    app: Flask, staff: Api, frozen: Told, fixed_clock: FixedClock
) -> None:
    fixed_clock.instant = datetime(2027, 11, 30, tzinfo=UTC)
    with app.app_context():
        assert jobs.look(turn(fixed_clock.instant))["notes"] == 1
    with app.app_context():
        fixed_clock.instant -= timedelta(days=31)
        assert jobs.look(turn(fixed_clock.instant))["notes"] == 1

    with app.app_context():
        assert session().scalars(select(FilingNote.state)).all() == ["open"]


# -- visits -------------------------------------------------------------------------------------------------------


def test_only_an_issued_visit_is_compared_with_the_filing(
    app: Flask, as_user: AsUser, people: dict[str, UUID], fixed_clock: FixedClock
) -> None:
    """On the day the site was 9.5 points behind; the month is filed with 1."""
    body = submission_body(people)
    answers = body["answers"] | {"pg-02": {"result": "fail", "value": "-9.50", "note": "落後"}}
    visit = Visit.submitted(as_user, people, answers=answers)
    staff = visit.api("staff")
    file(staff, visit.tender, "2026-11", month("50.00", "49.00"))
    assert notes(staff) == []
    with app.app_context():
        assert jobs.look(turn(fixed_clock.instant))["notes"] == 0

    expect(visit.issue(), 200)
    with app.app_context():
        assert jobs.look(turn(fixed_clock.instant))["notes"] == 1

    (note,) = notes(staff)
    assert (note["rule"], note["facts"][0]["visit"]) == ("against_visit", "-9.50")
    assert "相差至少 8.50" in note["words"]["zh"]


# -- pages --------------------------------------------------------------------------------------------------------


def test_the_pages_tell_the_team_and_ask_the_agency(page: Page, frozen: Told, tender: UUID) -> None:
    page.sign_in("staff")
    listed = page.get("/scrutiny").text
    of_tender = page.get(f"/tenders/{tender}").text
    shown = page.get(f"/scrutiny/{frozen['id']}").text
    page.sign_in("agency")
    asked = page.get("/scrutiny").text

    assert "連續 3 個月都是 45.20" in listed
    assert "115年8月 預定 40.00、實際 45.20、執行狀態 施工中" in listed
    assert "填報疑義" in of_tender
    assert "進度停滯不動" in of_tender
    assert "登錄判斷" in shown
    assert "請確認是否已更新" in asked
    assert "登錄判斷" not in page.get(f"/scrutiny/{frozen['id']}").text


def test_a_note_is_judged_on_its_page_and_the_reason_is_asked_for(page: Page, frozen: Told) -> None:
    page.sign_in("staff")
    path = f"/scrutiny/{frozen['id']}"

    page.get(path)
    refused = page.post(f"{path}/review", verdict="dismissed", version="1")
    done = page.post(f"{path}/review", verdict="dismissed", reason="豪雨", version="1")
    stale = page.post(f"{path}/review", verdict="confirmed", version="1")

    assert (refused.status_code, "不成立時必填" in refused.text) == (422, True)
    assert done.status_code == 303
    assert stale.status_code == 412
    assert "理由：豪雨" in page.get(path).text


def test_the_list_is_exported_without_formulas(page: Page, staff: Api, write: Write, people: object) -> None:
    with write() as current:
        tender = builders.tender(current, "=1+1").id
    file_frozen(staff, tender)
    page.sign_in("staff")

    answer = page.get("/scrutiny/notes.csv?rule=frozen")

    text = answer.data.decode("utf-8-sig")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert text.splitlines()[0].startswith("主辦機關,標案編號")
    assert "'=1+1" in text.splitlines()[1]
    assert len(page.get("/scrutiny/notes.csv?state=confirmed").data.decode("utf-8-sig").splitlines()) == 1
