"""The weekly reminder: to each what he may see, on Monday or the next working day, once a week."""

import io
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import delete
from sqlalchemy.orm import Session

from inspect_app.core.clock import FixedClock, legal_day
from inspect_app.messages.models import MessageAttachment, OutboxMessage
from inspect_app.reminders import jobs, sources
from inspect_app.reminders.sources import FiledMonth, Filings, MissingFiling
from tests import builders
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect
from tests.reminders_builders import SECRET, Sent, at, do, manager, secret_tenders, secret_visits, sent

(JOB,) = jobs.JOBS
WEEK, MONDAY = "2026-W52", at("2026-12-21", 8, 30)
"""The day after the defects of the builders' visits were to be corrected."""


def by_kind(found: list[Sent]) -> dict[str, list[str]]:
    kinds = {each.kind.removeprefix("reminders.weekly_") for each in found}
    return {kind: [each.name for each in found if each.kind.endswith(kind)] for kind in sorted(kinds)}


def only(found: list[Sent], kind: str) -> Sent:
    (one,) = [each for each in found if each.kind.endswith(kind)]
    return one


@pytest.mark.every_database
def test_each_is_told_his_own(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    defects = [defect_body(note="蜂窩"), defect_body(note="監造未到", party="supervisor")]
    Visit.issued(as_user, people, defects=defects)
    with write() as session:
        manager(session)

    outcomes = [do(app, fixed_clock, JOB, WEEK, MONDAY) for _ in "12"]

    with write() as session:
        found = sent(session)
    assert by_kind(found) == {
        "agency": ["己主辦"],
        "contractor": ["庚監造", "辛工地"],
        "managers": ["巳市長"],
        "staff": ["乙承辦"],
    }
    supervisor, contractor = (each for each in found if each.kind.endswith("contractor"))
    assert ("蜂窩" in contractor.text, "監造未到" in contractor.text) == (True, False)
    assert ("蜂窩" in supervisor.text, "監造未到" in supervisor.text) == (False, True)
    assert "逾期 1 個工作天" in contractor.text
    assert [on for _, on in contractor.due_days] == ["2026-12-20"]
    assert "請督促：已逾期或本週到期（2 項）" in only(found, "agency").text
    assert {each.period for each in found} == {WEEK}
    assert outcomes[0] == {"agencies": 1, "contractors": 2}


@pytest.fixture
def all_filed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is missing in the tender system: what is has tests of its own below."""
    monkeypatch.setattr(sources, "FILINGS", [])


@pytest.mark.usefixtures("all_filed")
def test_when_all_is_well_only_staff_and_managers_are_written_to(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    Visit.issued(as_user, people)
    with write() as session:
        manager(session)

    do(app, fixed_clock, JOB, WEEK, MONDAY)

    with write() as session:
        assert by_kind(sent(session)) == {"managers": ["巳市長"], "staff": ["乙承辦"]}


@pytest.mark.usefixtures("all_filed")
def test_nobody_outside_hears_of_a_visit_before_issue(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    """With and without such visits their letters are the same, to the last figure."""
    Visit.issued(as_user, people, defects=[defect_body()])
    tenders = secret_tenders(as_user)
    with write() as session:
        manager(session)
    do(app, fixed_clock, JOB, WEEK, MONDAY)
    fixed_clock.instant = at("2026-11-23", 9)
    secret_visits(as_user, people, tenders)
    with write() as session:
        before = [each for each in sent(session) if not each.kind.endswith("staff")]
        session.execute(delete(MessageAttachment))
        session.execute(delete(OutboxMessage))

    do(app, fixed_clock, JOB, WEEK, MONDAY)

    with write() as session:
        found = sent(session)
    outside = [each for each in found if not each.kind.endswith("staff")]
    assert len(outside) == 3
    assert [replace(each, attachments=()) for each in outside] == [
        replace(each, attachments=()) for each in before
    ]
    assert only(outside, "managers").attachments == only(before, "managers").attachments
    assert not [each for each in outside if SECRET in each.text or "機密蜂窩" in each.text]
    assert f"{SECRET}2" in only(found, "staff").text


def test_a_week_is_told_late_with_its_own_period_and_a_past_one_not_at_all(
    app: Flask, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    assert do(app, fixed_clock, JOB, "2026-W47", at("2026-11-24", 15)) == {"skipped": "past"}
    do(app, fixed_clock, JOB, "2026-W48", at("2026-11-24", 15))

    with write() as session:
        (staff,) = sent(session)
    assert (staff.period, staff.subject) == ("2026-W48", "每週辦理情形　115年第 48 週（截至115年11月24日）")


@pytest.mark.parametrize(
    ("monday", "due", "period"),
    [
        ("2026-11-23", "2026-11-23", "2026-W48"),
        ("2026-09-28", "2026-09-29", "2026-W40"),  # Teachers' Day
        ("2020-01-27", "2020-01-30", "2020-W05"),  # the lunar new year
        (
            "2026-02-16",
            "2026-02-23",
            "2026-W09",
        ),  # takes a whole week: its own slot comes with the next one's
    ],
)
def test_a_monday_of_rest_is_moved_to_the_next_working_day(
    app: Flask, monday: str, due: str, period: str
) -> None:
    with app.app_context():
        slot = jobs.MONDAY.latest(at(due, 9))

    assert (str(legal_day(slot.due_at)), slot.period) == (due, period)
    assert date.fromisoformat(monday) <= date.fromisoformat(due)


def test_a_typhoon_on_monday_moves_it_too(app: Flask, as_user: AsUser, people: Ids) -> None:
    expect(as_user("staff").put("/closures/2026-11-23", {"document": "府人考字第 1 號"}), 201)

    with app.app_context():
        assert jobs.MONDAY.latest(at("2026-11-23", 23)).period == "2026-W47"
        assert jobs.MONDAY.latest(at("2026-11-24", 9)).period == "2026-W48"


def test_filings_are_told_as_their_room_tells_them(
    app: Flask, people: Ids, write: Write, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with write() as session:
        manager(session)
        agency = builders.tender(session).agency_id

    def missing(_session: Session, today: date) -> list[MissingFiling]:
        return [MissingFiling(UUID(str(agency)), "護岸工程", "2026-11", today, "/tenders")]

    def months(_session: Session, _today: date) -> list[FiledMonth]:
        return [FiledMonth("2026-10", "97.50"), FiledMonth("2026-11", None)]

    monkeypatch.setattr(sources, "FILINGS", [Filings(missing, months)])
    do(app, fixed_clock, JOB, WEEK, MONDAY)

    with write() as session:
        found = sent(session)
    assert "護岸工程" in only(found, "agency").text
    assert "尚未填報 1 件" in only(found, "managers").text
    assert "97.50%" in only(found, "managers").text
    assert "97.50%" in only(found, "staff").text


def test_managers_get_one_page_with_the_same_plots(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    Visit.issued(as_user, people, defects=[defect_body()])
    with write() as session:
        manager(session)

    do(app, fixed_clock, JOB, WEEK, MONDAY)

    with write() as session:
        (paper,) = only(sent(session), "managers").attachments
    (page,) = PdfReader(io.BytesIO(paper)).pages
    told = page.extract_text()
    assert "工程施工查核週報" in told
    assert "115年第 52 週" in told
    assert "逾期 1 週內" in told
