"""A month's figures: who must file, by when, and how it looked at any past moment."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from inspect_app.filings import figures, queries, service
from inspect_app.filings.months import FilingMonth, Moment
from inspect_app.filings.service import ExcuseData
from inspect_app.tenders import service as tenders
from tests import builders
from tests.conftest import Write
from tests.filings_builders import LAST, file, local, tender

NOW = "2026-11-23 09:00"


def state(
    session: Session, tender_id: UUID, month: str = LAST, as_of: str = NOW, known_at: str = NOW
) -> str | None:
    moment = Moment(local(as_of), local(known_at))
    found = queries.listed(session, queries.entries(FilingMonth(month), moment))
    return next((entry.state for entry in found if entry.tender_id == tender_id), None)


@pytest.mark.every_database
@pytest.mark.parametrize(
    ("month", "filed", "expected"),
    [
        ("2026-10", "2026-11-06 23:59:59.999999", "on_time"),
        ("2026-10", "2026-11-07 00:00:00", "late"),
        ("2026-10", "2026-10-20 10:00:00", "on_time"),
        ("2024-02", "2024-02-29 10:00:00", "on_time"),
        ("2024-01", "2024-02-07 00:00:00", "late"),
        ("2025-12", "2026-01-06 23:59:59", "on_time"),
        ("2025-12", "2026-01-07 00:00:00", "late"),
        ("2026-05", "2026-06-06 23:00:00", "on_time"),  # a Saturday
        ("2026-05", "2026-06-08 09:00:00", "late"),
        ("2022-01", "2022-02-06 12:00:00", "on_time"),  # the last day of the new year's holidays
        ("2022-01", "2022-02-07 08:00:00", "late"),
    ],
)
def test_the_sixth_counts_to_its_last_instant_and_does_not_move(
    write: Write, people: object, month: str, filed: str, expected: str
) -> None:
    with write() as session:
        one = tender(session, "甲-1", recorded="2020-01-05 09:00")
        file(session, one, month, filed)

        assert state(session, one, month) == expected


@pytest.mark.every_database
@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"status": "施工中"}, "missing"),
        ({"status": "未開工"}, "missing"),
        ({"status": "停工中"}, "missing"),
        ({"status": "驗收中"}, "missing"),
        ({"status": "驗收完成"}, "exempt"),
        ({"status": "保固中"}, "exempt"),
        ({"status": "已結案"}, "exempt"),
        ({"status": "解約"}, "exempt"),
        ({"status": "新的狀態"}, "missing"),
        ({"status": None}, "missing"),
        ({"status": "施工中", "name": "護岸工程(已解約)"}, "exempt"),
        ({"status": None, "name": "護岸工程（已解約）"}, "exempt"),
    ],
)
def test_the_status_says_whether_a_tender_must_file(
    write: Write, people: object, known: dict[str, str | None], expected: str
) -> None:
    with write() as session:
        one = tender(session, "甲-1", **known)

        assert state(session, one) == expected


@pytest.mark.every_database
def test_the_status_at_the_months_end_counts_not_todays(write: Write, people: object) -> None:
    with write() as session:
        one = tender(session, "甲-1")
        staff = builders.actor(session, "staff")
        closed = builders.tender_data("甲-1", status="已結案")
        tenders.change(session, one, closed, staff, local("2026-10-31 23:59:59.999999"))
        two = tender(session, "甲-2")
        tenders.change(
            session, two, builders.tender_data("甲-2", status="已結案"), staff, local("2026-11-01 00:00")
        )

        assert (state(session, one), state(session, one, "2026-09")) == ("exempt", "missing")
        assert (state(session, two), state(session, two, "2026-11")) == ("missing", "exempt")


@pytest.mark.every_database
def test_what_a_months_own_filing_says_of_its_status_counts_first(write: Write, people: object) -> None:
    with write() as session:
        one = tender(session, "甲-1", status="已結案")
        file(session, one, "2026-09", "2026-10-05 09:00", status="施工中")

        assert state(session, one, "2026-09") == "on_time"
        assert state(session, one, "2026-10") == "exempt"


@pytest.mark.every_database
def test_a_tender_counts_from_the_month_it_was_recorded_or_its_first_progress(
    write: Write, people: object
) -> None:
    with write() as session:
        one = tender(session, "甲-1", recorded="2026-08-31 23:59")
        two = tender(session, "甲-2", recorded="2026-09-01 00:00")
        file(session, two, "2026-06", "2026-07-03 09:00", recorded="2026-09-02 09:00", status="施工中")
        seen = {
            month: (state(session, one, month), state(session, two, month))
            for month in ("2026-05", "2026-06", "2026-07", "2026-08")
        }

    assert seen == {
        "2026-05": (None, None),
        "2026-06": (None, "on_time"),
        "2026-07": (None, "missing"),
        "2026-08": ("missing", "missing"),
    }


@pytest.mark.every_database
def test_without_a_filing_instant_the_first_record_of_the_month_counts(write: Write, people: object) -> None:
    with write() as session:
        one, two = tender(session, "甲-1"), tender(session, "甲-2")
        file(session, one, recorded="2026-11-06 10:00")
        file(session, one, recorded="2026-11-20 10:00", actual=48)
        file(session, two, recorded="2026-11-07 10:00")

        assert (state(session, one), state(session, two)) == ("on_time", "late")


@pytest.mark.every_database
def test_any_past_moment_can_be_asked_about(write: Write, people: object) -> None:
    """Filed on the 3rd, but we heard of it on the 10th."""
    with write() as session:
        one = tender(session, "甲-1")
        file(session, one, filed="2026-11-03 09:00", recorded="2026-11-10 09:00")

        assert state(session, one, as_of="2026-11-02 09:00") == "missing"
        assert state(session, one, as_of="2026-11-03 09:00") == "on_time"
        assert state(session, one, known_at="2026-11-08 09:00") == "missing"
        assert state(session, one, as_of="2026-11-08 09:00", known_at="2026-11-08 09:00") == "missing"
        assert state(session, one, known_at="2025-12-31 09:00") is None


@pytest.mark.every_database
def test_a_corrected_filing_instant_counts_from_when_it_was_corrected(write: Write, people: object) -> None:
    with write() as session:
        one = tender(session, "甲-1")
        file(session, one, filed="2026-11-05 09:00")
        file(session, one, filed="2026-11-08 09:00", recorded="2026-11-12 09:00")

        assert state(session, one) == "late"
        assert state(session, one, known_at="2026-11-11 09:00") == "on_time"


@pytest.mark.every_database
def test_an_excuse_holds_from_when_it_is_recorded_until_it_is_withdrawn(write: Write, people: object) -> None:
    month, data = FilingMonth(LAST), ExcuseData("系統停機", "測工字第 1 號")
    with write() as session:
        one, staff = tender(session, "甲-1"), builders.actor(session, "staff")
        service.excuse(session, month, one, data, staff, local("2026-11-05 09:00"))
        service.withdraw(session, month, one, staff, local("2026-11-10 09:00"))

        assert state(session, one, known_at="2026-11-04 09:00") == "missing"
        assert state(session, one, known_at="2026-11-05 09:00") == "excused"
        assert state(session, one, known_at="2026-11-10 09:00") == "missing"


@pytest.mark.every_database
def test_the_database_counts_what_the_engine_counts(write: Write, people: object) -> None:
    month = FilingMonth(LAST)
    with write() as session:
        staff = builders.actor(session, "staff")
        for at, filed in enumerate(["2026-11-05 09:00", "2026-11-06 23:59", "2026-11-09 09:00", None, None]):
            one = tender(session, f"甲-{at}", agency=f"機關{at % 2}")
            if filed:
                file(session, one, filed=filed)
        service.excuse(
            session, month, one, ExcuseData("停工", "測工字第 2 號"), staff, local("2026-11-06 09:00")
        )
        tender(session, "乙", status="已結案")
        for as_of in ("2026-11-01 00:00", "2026-11-06 12:00", "2026-11-07 00:00", NOW):
            moment = Moment(local(as_of), local(NOW))
            engine, ours = figures.assessed(session, month, moment), figures.summary(session, month, moment)

            assert {name: engine[name] for name in ("due", "on_time", "late", "missing", "percent")} == {
                name: getattr(ours, name) for name in ("due", "on_time", "late", "missing", "percent")
            }
    assert (ours.due, ours.percent, ours.excused) == (4, "50.00", 1)


def test_a_month_without_duties_has_no_percent(write: Write, people: object) -> None:
    instant = datetime(2026, 11, 23, tzinfo=local(NOW).tzinfo)
    with write() as session:
        assert figures.summary(session, FilingMonth(LAST), Moment(instant, instant)).percent is None
