"""Notices before the day, flags after it, the chase up the agency's line: once, dated right, until it is filed."""

from collections.abc import Callable, Iterator
from datetime import date
from threading import Thread
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.accounts.models import Contact
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import transaction
from inspect_app.core.jobs import Outcome, Turn
from inspect_app.deadlines.models import Closure
from inspect_app.filings import flags, jobs, queries, service
from inspect_app.filings.models import Chase, Flag
from inspect_app.filings.months import FilingMonth
from inspect_app.filings.service import ExcuseData
from tests import builders
from tests.conftest import Write
from tests.filings_builders import LAST, contact, file, local, messages, tender

OTHER = "測試市工務局"
JOBS = {job.name: job for job in jobs.JOBS}
Run = Callable[[str, str], Outcome]


@pytest.fixture
def run(app: Flask, fixed_clock: FixedClock) -> Run:
    """`run("filings.flag", "2026-11-09 09:00")` does the last slot due by then, at that instant."""

    def one(name: str, at: str) -> Outcome:
        fixed_clock.instant = local(at)
        slot = JOBS[name].schedule.latest(local(at))
        with app.app_context():
            return JOBS[name].work(Turn(slot.period, slot.due_at, local(at), 1, lambda: None))

    return one


@pytest.fixture
def city(write: Write, people: dict[str, UUID]) -> dict[str, UUID]:
    """Two agencies; of the one tender filed, one late, one missing; of the other one missing."""
    with write() as session:
        ids = {name: tender(session, name) for name in ("filed", "late", "missing")}
        ids["other"] = tender(session, "other", agency=OTHER)
        file(session, ids["filed"], filed="2026-11-05 09:00")
        for agency in (builders.AGENCY, OTHER):
            for duty in ("section_head", "head"):
                contact(session, agency, duty, f"{agency}{duty}")
        contact(session, OTHER, "officer", "另一承辦")
    return ids


def sent(write: Write) -> list[tuple[str, str, str]]:
    with write() as session:
        return [(each.kind.removeprefix("filings."), each.period, each.name) for each in messages(session)]


def flagged(write: Write) -> dict[UUID, str | None]:
    with write() as session:
        return {row.tender_id: row.how if row.cleared_at else "open" for row in session.scalars(select(Flag))}


def test_the_days_are_those_of_the_rules() -> None:
    now = local("2026-11-23 09:00")
    due = {name: job.schedule.latest(now).due_at for name, job in JOBS.items()}

    assert due["filings.notice_first"] == local("2026-11-01 08:30")
    assert due["filings.notice_second"] == local("2026-11-04 08:30")
    assert due["filings.flag"] == local("2026-11-07 00:05")
    assert due["filings.chase"] == local("2026-11-23 08:30")


@pytest.mark.every_database
def test_a_notice_lists_what_is_missing_to_each_agencys_officers(
    write: Write, run: Run, city: object
) -> None:
    outcome = run("filings.notice_first", "2026-11-01 08:30")

    assert sent(write) == [("notice_1", LAST, "另一承辦"), ("notice_1", LAST, "己主辦")]
    with write() as session:
        letter = next(each for each in messages(session) if each.name == "己主辦")
    rows = letter.content["blocks"][1]["blocks"][0]["rows"]
    assert [row[0] for row in rows] == ["filed", "late", "missing"]  # as known on the 1st
    assert "115年11月6日（五）" in letter.subject
    assert outcome == {"missing": 4, "messages": 2, "unreachable": 0}


def test_no_notice_goes_out_where_nothing_is_missing(write: Write, run: Run, people: object) -> None:
    with write() as session:
        file(session, tender(session, "甲"), filed="2026-11-01 07:00")
    run("filings.notice_first", "2026-11-01 08:30")

    assert sent(write) == []


def test_a_notice_that_comes_after_the_day_is_left_to_the_flag(write: Write, run: Run, city: object) -> None:
    assert run("filings.notice_second", "2026-11-07 00:00") == {"too_late": 1}
    assert sent(write) == []


@pytest.mark.every_database
@pytest.mark.parametrize("at", ["2026-11-07 00:05", "2026-11-09 09:00"])
def test_flags_are_written_once_and_dated_right_however_late(
    write: Write, run: Run, city: dict[str, UUID], at: str
) -> None:
    first = run("filings.flag", at)
    run("filings.flag", at)

    assert first["flagged"] == 3
    assert flagged(write) == {city["late"]: "open", city["missing"]: "open", city["other"]: "open"}
    with write() as session:
        assert {row.flagged_at for row in session.scalars(select(Flag))} == {local("2026-11-07 00:00")}
        assert {each.due_at for each in messages(session)} == {local("2026-11-07 00:05")}
    assert sent(write) == [
        ("flagged", LAST, "另一承辦"),
        ("flagged", LAST, "己主辦"),
        ("flagged_city", LAST, "乙承辦"),
    ]


@pytest.mark.every_database
def test_a_filing_clears_its_flag_and_says_how(write: Write, run: Run, city: dict[str, UUID]) -> None:
    run("filings.flag", "2026-11-07 00:05")
    with write() as session:
        file(session, city["late"], filed="2026-11-08 09:00")
        file(session, city["missing"], filed="2026-11-06 23:00", recorded="2026-11-12 09:00")
        service.excuse(
            session, FilingMonth(LAST), city["other"], ExcuseData("停工", "測字第 1 號"),
            builders.actor(session, "staff"), local("2026-11-12 09:00"),
        )  # fmt: skip

    assert flagged(write) == {city["late"]: "late", city["missing"]: "on_time", city["other"]: "excused"}


@pytest.mark.every_database
def test_a_flag_stands_again_when_its_excuse_is_withdrawn(
    write: Write, run: Run, city: dict[str, UUID]
) -> None:
    month, data = FilingMonth(LAST), ExcuseData("停工", "測字第 1 號")
    with write() as session:
        staff = builders.actor(session, "staff")
        service.excuse(session, month, city["missing"], data, staff, local("2026-11-05 09:00"))
    run("filings.flag", "2026-11-07 00:05")
    with write() as session:
        service.excuse(session, month, city["late"], data, staff, local("2026-11-08 09:00"))
    before = flagged(write)
    with write() as session:
        for name in ("missing", "late"):
            service.withdraw(session, month, city[name], staff, local("2026-11-09 09:00"))

    assert before == {city["late"]: "excused", city["other"]: "open"}
    assert flagged(write) == {city["late"]: "open", city["other"]: "open", city["missing"]: "open"}


@pytest.mark.every_database
def test_the_chase_goes_up_the_line_on_working_days(write: Write, run: Run, city: dict[str, UUID]) -> None:
    """The 7th is a Saturday: two working days after it is Tuesday the 10th, two more Thursday the 12th."""
    run("filings.flag", "2026-11-07 00:05")
    days = ("09", "10", "11", "12", "13")
    after = {day: [run("filings.chase", f"2026-11-{day} 08:30"), sent(write)][1] for day in days}
    kinds = {day: sorted({kind for kind, _, _ in found if "chased" in kind}) for day, found in after.items()}

    assert kinds["09"] == []
    assert kinds["10"] == kinds["11"] == ["chased_section_head"]
    assert kinds["12"] == kinds["13"] == ["chased_head", "chased_section_head"]
    assert len(after["13"]) == 3 + 4


def test_a_closed_day_puts_the_chase_off(write: Write, run: Run, city: object) -> None:
    run("filings.flag", "2026-11-07 00:05")
    with write() as session:
        session.add(Closure(on=date(2026, 11, 9), document="颱風", recorded_at=local("2026-11-09 05:00")))
    run("filings.chase", "2026-11-10 08:30")
    before = sent(write)
    run("filings.chase", "2026-11-11 08:30")

    assert not any("chased" in kind for kind, _, _ in before)
    assert any(kind == "chased_section_head" for kind, _, _ in sent(write))


def test_holidays_put_the_chase_off(write: Write, run: Run, people: object) -> None:
    """January 2026 is due on 6 February; the new year's holidays are 14 to 22 February."""
    with write() as session:
        tender(session, "甲", recorded="2026-01-05 09:00")
        contact(session, builders.AGENCY, "section_head", "科長")
        contact(session, builders.AGENCY, "head", "局長")
        session.add(Closure(on=date(2026, 2, 10), document="停班", recorded_at=local("2026-02-09 20:00")))
        session.add(Closure(on=date(2026, 2, 12), document="停班", recorded_at=local("2026-02-09 20:00")))
    run("filings.flag", "2026-02-07 00:05")
    run("filings.chase", "2026-02-11 08:30")
    first = sent(write)
    run("filings.chase", "2026-02-22 08:30")
    second = sent(write)
    run("filings.chase", "2026-02-23 08:30")

    assert [kind for kind, _, _ in first if "chased" in kind] == ["chased_section_head"]
    assert first == second
    assert any(kind == "chased_head" for kind, _, _ in sent(write))


@pytest.mark.every_database
def test_the_chase_stops_when_it_is_filed_or_excused(write: Write, run: Run, city: dict[str, UUID]) -> None:
    run("filings.flag", "2026-11-07 00:05")
    with write() as session:
        file(session, city["late"], filed="2026-11-09 09:00")
        file(session, city["missing"], filed="2026-11-09 09:00")
    run("filings.chase", "2026-11-10 08:30")

    assert [name for kind, _, name in sent(write) if "chased" in kind] == [f"{OTHER}section_head"]
    with write() as session:
        file(session, city["other"], filed="2026-11-11 09:00")
    assert run("filings.chase", "2026-11-30 08:30") == {"messages": 0, "unreachable": 0}


def test_a_worker_that_was_down_does_each_step_once_by_the_legal_dates(
    write: Write, run: Run, city: object
) -> None:
    run("filings.flag", "2026-11-16 09:00")
    run("filings.chase", "2026-11-16 09:00")
    run("filings.chase", "2026-11-17 08:30")
    with write() as session:
        due = {each.kind: each.due_at for each in messages(session)}
        steps = {(row.duty, row.due_on) for row in session.scalars(select(Chase))}

    assert due["filings.chased_section_head"] == local("2026-11-10 08:30")
    assert due["filings.chased_head"] == local("2026-11-12 08:30")
    assert steps == {("section_head", date(2026, 11, 10)), ("head", date(2026, 11, 12))}
    assert len(sent(write)) == 3 + 4


def test_the_chase_writes_the_flags_first_where_they_are_not_yet_written(
    write: Write, run: Run, city: dict[str, UUID]
) -> None:
    run("filings.chase", "2026-11-16 09:00")
    before = sent(write)

    assert run("filings.flag", "2026-11-16 09:01") == {"flagged": 3, "messages": 0, "unreachable": 0}
    assert sent(write) == before
    assert len(before) == 3 + 4


@pytest.mark.every_database
def test_nobody_to_write_to_is_told_to_the_staff_and_tried_again(
    write: Write, run: Run, people: object
) -> None:
    with write() as session:
        one = tender(session, "甲", agency="沒有人的機關")
    run("filings.flag", "2026-11-07 00:05")
    told = sent(write)
    outcome = run("filings.chase", "2026-11-10 08:30")
    with write() as session:
        nobody = [row.recipients for row in queries.chases(session, LAST)]
        contact(session, "沒有人的機關", "section_head", "新科長")
    run("filings.chase", "2026-11-11 08:30")

    assert [kind for kind, _, _ in told] == ["flagged_city", "unreachable"]
    assert (outcome, nobody) == ({"messages": 0, "unreachable": 1}, [0])
    assert ("chased_section_head", LAST, "新科長") in sent(write)
    assert flagged(write) == {one: "open"}


def test_one_person_of_two_agencies_gets_one_letter_about_both(write: Write, run: Run, city: object) -> None:
    with write() as session:
        contact(session, OTHER, "officer", "共同承辦")
        both = builders.user(session, "agency")
        other = session.scalar(select(Contact.organisation_id).where(Contact.name == "共同承辦"))
        session.add(
            Contact(
                organisation_id=other,
                duty="officer",
                name="己主辦",
                user_id=both.id,
                created_at=local("2026-01-01 00:00"),
            )
        )
    run("filings.flag", "2026-11-07 00:05")
    with write() as session:
        mine = [each for each in messages(session) if (each.kind, each.name) == ("filings.flagged", "己主辦")]

    assert [len(each.content["blocks"]) for each in mine] == [4]  # words, two agencies, a link


@pytest.fixture
def race(app: Flask) -> Iterator[Callable[[Callable[[Session], object]], Thread]]:
    """Starts a deed in a transaction of its own, in a thread."""
    threads: list[Thread] = []

    def start(deed: Callable[[Session], object]) -> Thread:
        def one() -> None:
            with app.app_context(), transaction() as session:
                deed(session)

        threads.append(Thread(target=one))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(30)


@pytest.mark.every_database
@pytest.mark.parametrize("first", ["flagging", "filing"])
def test_a_filing_while_flags_are_written_is_never_left_with_an_open_flag(
    write: Write,
    city: dict[str, UUID],
    database: str,
    race: Callable[[Callable[[Session], object]], Thread],
    first: str,
) -> None:
    now = local("2026-11-07 00:05")

    def flag(session: Session) -> None:
        flags.close_month(session, FilingMonth(LAST), now)

    def filing(session: Session) -> None:
        file(session, city["missing"], filed="2026-11-07 00:04", recorded="2026-11-07 00:04")

    deeds = [flag, filing] if first == "flagging" else [filing, flag]
    with write() as session:
        deeds[0](session)
        thread = race(deeds[1])
        thread.join(0.5)
        assert thread.is_alive()  # it waits for the other
    thread.join(30)

    assert flagged(write).get(city["missing"]) != "open"
