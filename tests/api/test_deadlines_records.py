"""The record within seven working days: warned from the fourth, its reason asked when it is late."""

from datetime import UTC, date, datetime, timedelta

import pytest

from inspect_app.core import audit
from inspect_app.core.clock import TAIPEI, FixedClock
from inspect_app.deadlines import clocks
from inspect_app.deadlines.workdays import Calendar
from tests.clients import Page
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, expect

LATE = datetime(2026, 12, 2, 9, 0, tzinfo=TAIPEI).astimezone(UTC)
"""The day after the record of a visit of 2026-11-20 was due."""
ISSUE = {"correct_by": "2026-12-20", "document": "測查字第 1 號"}


def later(fixed_clock: FixedClock, visit: Visit, instant: datetime = LATE) -> None:
    """Move the clock; everybody signs in again."""
    fixed_clock.instant = instant
    visit.clients.clear()


def warned(write: Write, start: date, days: int, name: str = "inspection.record") -> list[str]:
    """On which of so many days from `start` on one is reminded of a clock."""
    with write() as session:
        calendar = Calendar.of(session)
        told = (start + timedelta(days=number) for number in range(days))
        return [
            str(day)
            for day in told
            if any(duty.clock == name for duty in clocks.reminded(session, day, calendar))
        ]


def test_one_is_warned_from_the_fourth_working_day_on_every_working_day(
    as_user: AsUser, people: Ids, write: Write
) -> None:
    Visit.started(as_user, people)

    told = warned(write, date(2026, 11, 20), 15)

    assert told == [f"2026-{day}" for day in ("11-26", "11-27", "11-30", "12-01", "12-02", "12-03", "12-04")]


def test_a_typhoon_moves_the_first_warning(as_user: AsUser, people: Ids, write: Write) -> None:
    Visit.started(as_user, people)
    expect(as_user("staff").put("/closures/2026-11-25", {"document": "府人考字第 1 號"}), 201)

    assert warned(write, date(2026, 11, 20), 11) == ["2026-11-27", "2026-11-30"]


def test_a_make_up_saturday_counts(as_user: AsUser, people: Ids, write: Write) -> None:
    """2020-02-15 was a Saturday of work, 2020-02-28 a holiday."""
    visit = Visit.planned(as_user, people, on="2020-02-11")
    visit.declare("leader", "member1", "member2")
    expect(visit.start(), 200)

    assert warned(write, date(2020, 2, 11), 9) == ["2020-02-15", "2020-02-17", "2020-02-18", "2020-02-19"]
    assert visit.read()["record_due_on"] == "2020-02-19"


def test_over_the_new_year_no_day_of_rest_counts(as_user: AsUser, people: Ids, write: Write) -> None:
    """2020-01-23 to 01-29 were the days of the lunar new year."""
    visit = Visit.planned(as_user, people, on="2020-01-20")
    visit.declare("leader", "member1", "member2")
    expect(visit.start(), 200)

    assert warned(write, date(2020, 1, 20), 16) == ["2020-01-31", "2020-02-03", "2020-02-04"]


def test_a_planned_or_issued_visit_has_no_record_to_come(as_user: AsUser, people: Ids, write: Write) -> None:
    Visit.planned(as_user, people)
    Visit.issued(as_user, people)

    assert warned(write, date(2026, 11, 20), 20) == []


@pytest.mark.every_database
def test_a_late_issue_keeps_its_reason_and_prints_it(
    as_user: AsUser, people: Ids, fixed_clock: FixedClock, write: Write
) -> None:
    visit = Visit.submitted(as_user, people)
    later(fixed_clock, visit)

    read = expect(visit.post("staff", "/issue", {**ISSUE, "late_reason": "等候試驗報告"}), 200).get_json()

    assert read["late_reason"] == "等候試驗報告"
    assert visit.read("agency")["late_reason"] == "等候試驗報告"
    with write() as session:
        (event,) = [
            each
            for each in audit.history(session, "inspection", visit.id)
            if each.action == "inspection.issued"
        ]
        assert clocks.duties(session, date(2026, 12, 2)) == []
    assert (event.detail["record_due_on"], event.detail["late_reason"]) == ("2026-12-01", "等候試驗報告")


def test_a_program_may_issue_late_without_a_word_but_then_the_reason_is_due(
    as_user: AsUser, people: Ids, fixed_clock: FixedClock, write: Write
) -> None:
    visit = Visit.submitted(as_user, people)
    later(fixed_clock, visit)
    expect(visit.issue(), 200)
    with write() as session:
        (duty,) = clocks.duties(session, date(2026, 12, 2))

    assert (duty.clock, str(duty.due_on), duty.secret) == ("inspection.late_reason", "2026-12-01", False)
    staff = visit.api("staff")
    expect(visit.api("leader").put(visit.path("/late-reason"), {"reason": "等候"}), 403)
    expect(staff.put(visit.path("/late-reason"), {"reason": "等候試驗報告"}), 200)
    expect(staff.put(visit.path("/late-reason"), {"reason": "等候試驗報告"}), 200)
    assert visit.read()["late_reason"] == "等候試驗報告"
    with write() as session:
        told = [event.action for event in audit.history(session, "inspection", visit.id)]
        assert clocks.duties(session, date(2026, 12, 2)) == []
    assert told.count("inspection.late_explained") == 1


def test_a_reason_is_kept_only_where_it_was_late(as_user: AsUser, people: Ids) -> None:
    in_time = Visit.submitted(as_user, people)
    expect(in_time.post("staff", "/issue", {**ISSUE, "late_reason": "無"}), 200)

    assert in_time.read()["late_reason"] is None
    expect(in_time.api("staff").put(in_time.path("/late-reason"), {"reason": "無"}), 409)


def test_the_last_day_itself_is_in_time(as_user: AsUser, people: Ids, fixed_clock: FixedClock) -> None:
    visit = Visit.submitted(as_user, people)
    later(fixed_clock, visit, LATE - timedelta(hours=9, seconds=1))
    expect(visit.post("staff", "/issue", {**ISSUE, "late_reason": "無"}), 200)

    assert visit.read()["late_reason"] is None


def test_a_paper_says_only_the_reason_given_with_the_issue(
    as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    """What is said later changes no issued paper."""
    first = Visit.submitted(as_user, people)
    later(fixed_clock, first)
    expect(first.issue(), 200)
    before = expect(first.get("agency", "/record.pdf"), 200).data
    expect(first.api("staff").put(first.path("/late-reason"), {"reason": "等候試驗報告"}), 200)

    assert first.get("agency", "/record.pdf").data == before


def test_the_page_asks_only_when_it_is_late_and_then_insists(
    as_user: AsUser, people: Ids, fixed_clock: FixedClock, page: Page
) -> None:
    visit = Visit.submitted(as_user, people)
    page.sign_in("staff")
    path = f"/inspections/{visit.id}"
    assert "late_reason" not in page.get(path).text
    later(fixed_clock, visit)
    page.sign_in("staff")
    assert "應於115年12月1日（二）前發文" in page.get(path).text

    refused = page.post(f"{path}/issue", correct_by="115/12/20", document="測查字第 1 號")
    assert refused.status_code == 422
    assert "發文超過七天之原因" in refused.text
    assert 'href="#issue-late_reason"' in refused.text
    done = page.post(
        f"{path}/issue", correct_by="115/12/20", document="測查字第 1 號", late_reason="等候試驗報告"
    )
    assert done.status_code == 303
    assert "等候試驗報告" in page.get(path).text


def test_the_page_asks_for_a_reason_that_was_not_given(
    as_user: AsUser, people: Ids, fixed_clock: FixedClock, page: Page
) -> None:
    visit = Visit.submitted(as_user, people)
    later(fixed_clock, visit)
    expect(visit.issue(), 200)
    page.sign_in("staff")
    path = f"/inspections/{visit.id}"

    assert "補填發文超過七天之原因" in page.get(path).text
    assert page.post(f"{path}/late-reason", reason="").status_code == 422
    assert page.post(f"{path}/late-reason", reason="等候試驗報告").status_code == 303
    assert "補填發文超過七天之原因：等候試驗報告" in page.get(path).text
