"""The daily digest: one a person, of what he is to be reminded of on the day; a past day is not made up for."""

from datetime import date, timedelta

import pytest
from flask import Flask

from inspect_app.core.clock import FixedClock
from inspect_app.deadlines import clocks, jobs, quarterly, reminding
from inspect_app.deadlines.workdays import Calendar
from tests import builders
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, sha256
from tests.reminders_builders import SECRET, at, do, secret_tenders, secret_visits, sent

(JOB,) = jobs.JOBS
DUE = date(2026, 12, 20)
"""By when the defects of the builders' visits are to be corrected."""


def test_corrections_are_reminded_7_3_and_1_days_before_on_the_day_and_weekly_after(
    as_user: AsUser, people: Ids, write: Write
) -> None:
    Visit.issued(as_user, people, defects=[defect_body()])
    with write() as session:
        calendar = Calendar.of(session)
        days = [DUE + timedelta(days=number) for number in range(-20, 22)]
        told = [(day - DUE).days for day in days if clocks.reminded(session, day, calendar)]

    assert told == [-7, -3, -1, 0, 7, 14, 21]


@pytest.mark.every_database
def test_contractor_and_agency_get_one_digest_each(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    Visit.issued(as_user, people, defects=[defect_body(note="蜂窩"), defect_body(note="鋼筋外露")])

    told = do(app, fixed_clock, JOB, "2026-12-17", at("2026-12-17"))

    with write() as session:
        agency, contractor = sorted(sent(session), key=lambda each: each.name)
    assert told == {}
    assert (agency.name, contractor.name) == ("己主辦", "辛工地")
    assert "蜂窩" in contractor.text
    assert "鋼筋外露" in contractor.text
    assert "115年12月20日（日）" in contractor.text
    assert [on for _, on in contractor.due_days] == ["2026-12-20", "2026-12-20"]
    assert "副知" in agency.text
    assert agency.due_days == ()
    assert contractor.period == "2026-12-17"


def test_after_the_answer_it_is_the_agencys_turn(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    visit = Visit.issued(as_user, people, defects=[defect_body()])
    defect = visit.api("staff").get("/defects", inspection=visit.id).get_json()["items"][0]["id"]
    for number in (1, 2, 3):
        expect(visit.send_photo(number, "contractor"), 201)
    photos = {stage: [sha256(number)] for number, stage in enumerate(("before", "during", "after"), 1)}
    expect(
        visit.api("contractor").post(f"/defects/{defect}/corrections", {"note": "已修補", "photos": photos}),
        201,
    )

    do(app, fixed_clock, JOB, "2026-12-19", at("2026-12-19"))

    with write() as session:
        (only,) = sent(session)
    assert only.name == "己主辦"
    assert "審查改善結果" in only.text


def test_nothing_to_say_is_not_said_and_saying_it_twice_is_saying_it_once(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    Visit.issued(as_user, people, defects=[defect_body()])

    do(app, fixed_clock, JOB, "2026-12-18", at("2026-12-18"))
    with write() as session:
        assert sent(session) == []
    for _ in "12":
        do(app, fixed_clock, JOB, "2026-12-19", at("2026-12-19"))
    with write() as session:
        assert len(sent(session)) == 2


def test_a_day_that_is_past_is_left_to_the_next_one(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    Visit.issued(as_user, people, defects=[defect_body()])

    told = do(app, fixed_clock, JOB, "2026-12-19", at("2026-12-20", 7))

    with write() as session:
        assert (told, sent(session)) == ({"skipped": "past"}, [])


def test_of_a_visit_before_issue_only_staff_and_its_team_are_told(
    app: Flask, as_user: AsUser, people: Ids, write: Write, fixed_clock: FixedClock
) -> None:
    secret_visits(as_user, people, secret_tenders(as_user))
    with write() as session:
        builders.person(session, builders.Person("idle", "午領隊", builders.Role.LEADER))

    outcomes = [do(app, fixed_clock, JOB, f"2026-11-{day}", at(f"2026-11-{day}")) for day in range(23, 31)]

    with write() as session:
        found = sent(session)
    assert {each.name for each in found} == {"乙承辦", "丙領隊", "丁委員", "戊委員"}
    assert any(f"{SECRET}1" in each.text for each in found)
    assert any("混凝土鑽心試體" in each.text for each in found)
    assert {each.subject.partition("　")[0] for each in found} == {"期限提醒"}
    assert {each.due_days for each in found} == {()}
    assert outcomes == [{}] * 8


def test_pending_tests_are_asked_for_after_two_weeks_and_weekly(
    as_user: AsUser, people: Ids, write: Write
) -> None:
    Visit.submitted(as_user, people, pending_tests=["concrete_core"])
    with write() as session:
        calendar = Calendar.of(session)
        days = [date(2026, 11, 20) + timedelta(days=number) for number in range(30)]
        told = [
            (day - days[0]).days
            for day in days
            if any(duty.clock == "tests.pending" for duty in clocks.reminded(session, day, calendar))
        ]

    assert told == [14, 21, 28]


def test_the_quarterly_return_is_due_with_the_month_after_the_quarter(write: Write, people: Ids) -> None:
    with write() as session:
        calendar = Calendar.of(session)
        days = [date(2026, 1, 1) + timedelta(days=number) for number in range(400)]
        told = [str(day) for day in days if clocks.reminded(session, day, calendar)]

    expected = [
        *("2026-01-17", "2026-01-31", "2026-04-16", "2026-04-30", "2026-07-17", "2026-07-31"),
        *("2026-10-17", "2026-10-31", "2027-01-17", "2027-01-31"),
    ]
    assert told == expected


def test_the_file_of_the_quarter_is_built_with_its_reminder(
    app: Flask, people: Ids, write: Write, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[tuple[int, int]] = []

    def build(_session: object, year: int, quarter: int) -> str:
        built.append((year, quarter))
        return "/exports/quarter"

    monkeypatch.setattr(quarterly, "BUILD", [build])
    do(app, fixed_clock, JOB, "2026-10-17", at("2026-10-17"))

    with write() as session:
        (only,) = sent(session)
    assert (only.name, built) == ("乙承辦", [(2026, 3)])
    assert "115年第 3 季" in only.text
    assert "/exports/quarter" in only.text


@pytest.mark.parametrize(
    ("today", "due_on", "words"),
    [
        ("2026-11-24", "2026-11-24", "今天到期"),
        ("2026-11-24", "2026-11-25", "還有 1 個工作天"),
        ("2026-11-28", "2026-11-29", "還有 1 天，沒有工作天"),
        ("2026-11-29", "2026-11-27", "逾期 1 個工作天"),
        ("2020-02-14", "2020-02-17", "還有 2 個工作天"),
        ("2027-12-30", "2028-01-20", "－"),
    ],
)
def test_the_days_left_are_said_in_working_days(today: str, due_on: str, words: str) -> None:
    """A make-up Saturday counts; beyond the known calendars nothing is said."""
    told = reminding.left_in_words(
        date.fromisoformat(due_on), date.fromisoformat(today), Calendar(frozenset())
    )

    assert told == words
