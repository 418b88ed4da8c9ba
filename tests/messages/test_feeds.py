"""Calendar feeds: a secret address, its due days, and no trace of it once it ended."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from inspect_app.accounts import service
from inspect_app.accounts.models import User
from inspect_app.core import logs
from inspect_app.core.clock import FixedClock
from inspect_app.messages import calendars, content, feeds
from inspect_app.messages.letters import DueDay
from inspect_app.messages.models import CalendarFeed
from tests import builders, messages_builders
from tests.clients import Page
from tests.conftest import MORNING, Write

DAYS = [
    messages_builders.DUE,
    replace(messages_builders.DUE, uid="duty-2@chahe.invalid", title="很長的工程名稱" * 20),
]


@pytest.fixture
def days() -> Iterator[list[DueDay]]:
    given = list(DAYS)
    feeds.SOURCES.append(lambda _session, _actor, _today: given)
    yield given
    feeds.SOURCES.pop()


@pytest.fixture
def address(page: Page, people: dict[str, UUID], days: list[DueDay]) -> str:
    page.sign_in("staff")
    page.get("/settings/notifications")
    return made(page)


def made(page: Page) -> str:
    found = re.search(
        r"http://localhost(/calendar/[\w-]+\.ics)", page.post("/settings/notifications/calendar").text
    )
    assert found
    return found[1]


class Read:
    """An .ics read by the rules of RFC 5545, not by the library that wrote it."""

    def __init__(self, data: bytes) -> None:
        assert data.endswith(b"\r\n")
        raw = data.removesuffix(b"\r\n").split(b"\r\n")
        assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in raw)
        lines = data.decode().replace("\r\n ", "").replace("\r\n\t", "").splitlines()
        open_: list[str] = []
        self.events: list[dict[str, str]] = []
        self.top: dict[str, str] = {}
        for line in lines:
            name, value = line.split(":", 1)
            if name == "BEGIN":
                open_.append(value)
                if value == "VEVENT":
                    self.events.append({})
            elif name == "END":
                assert open_.pop() == value
            elif open_ == ["VCALENDAR"]:
                self.top[name] = value
            elif open_[-1] == "VEVENT":
                assert name not in self.events[-1]
                self.events[-1][name] = value
            else:
                self.events[-1][f"{open_[-1]}.{name}"] = value
        assert open_ == []


def test_a_calendar_holds_each_due_day_as_a_whole_day() -> None:
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)

    read = Read(calendars.attached(DAYS, at, "https://chahe.example"))

    assert read.top == {"PRODID": calendars.PRODUCT, "VERSION": "2.0", "METHOD": "PUBLISH"}
    first, second = read.events
    assert first == {
        "UID": "duty-1@chahe.invalid",
        "DTSTAMP": "20261123T010000Z",
        "DTSTART;VALUE=DATE": "20261201",
        "DTEND;VALUE=DATE": "20261202",
        "SUMMARY": "115-水-001 改善期限；護岸\\, 一期",
        "TRANSP": "TRANSPARENT",
        "URL": "https://chahe.example/defects/1?a=b",
        "VALARM.ACTION": "DISPLAY",
        "VALARM.DESCRIPTION": "115-水-001 改善期限；護岸\\, 一期",
        "VALARM.TRIGGER": "-PT15H",
    }
    assert second["SUMMARY"] == "很長的工程名稱" * 20


def test_titles_cannot_add_lines_to_a_calendar() -> None:
    evil = DueDay("u", date(2026, 12, 31), "a\r\nATTENDEE:x;y\\n", "/")

    (event,) = Read(calendars.attached([evil], MORNING, "")).events

    assert event["SUMMARY"] == "a\\nATTENDEE:x\\;y\\\\n"
    assert event["DTEND;VALUE=DATE"] == "20270101"


@given(title=st.text(max_size=120), uid=st.text(max_size=40))
def test_a_calendar_program_reads_any_words_as_they_are(title: str, uid: str) -> None:
    day = DueDay(content.line(uid), date(2026, 12, 6), content.line(title), "/tenders")

    data = calendars.feed([day], MORNING, "https://chahe.example", title)

    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert (str(event["SUMMARY"]), str(event["UID"])) == (day.title, day.uid)
    assert event.decoded("DTSTART") == day.on


@pytest.mark.every_database
def test_the_address_gives_ones_due_days_without_sign_in(
    app: Flask, address: str, page: Page, fixed_clock: FixedClock
) -> None:
    fixed_clock.instant = MORNING + timedelta(hours=2)
    answer = app.test_client().get(address)

    read = Read(answer.data)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert [event["UID"] for event in read.events] == [day.uid for day in DAYS]
    assert read.top["REFRESH-INTERVAL;VALUE=DURATION"] == "PT6H"
    assert "115年11月23日 11:00" in page.get("/settings/notifications").text


@pytest.mark.every_database
def test_an_unchanged_calendar_is_not_sent_again(
    app: Flask, address: str, days: list[DueDay], fixed_clock: FixedClock
) -> None:
    client = app.test_client()
    tag = client.get(address).headers["ETag"]
    fixed_clock.instant = MORNING + timedelta(days=3)

    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    days.pop()
    fresh = client.get(address, headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert [event["UID"] for event in Read(fresh.data).events] == ["duty-1@chahe.invalid"]


@pytest.mark.every_database
def test_a_new_address_ends_the_old_one_and_revoking_ends_all(app: Flask, address: str, page: Page) -> None:
    client = app.test_client()
    second = made(page)
    assert client.get(address).status_code == 404
    assert client.get(second).status_code == 200

    page.post("/settings/notifications/calendar/revoke")
    ended, never = client.get(second), client.get("/calendar/never-was.ics")
    assert (ended.status_code, never.status_code) == (404, 404)

    def shape(answer: bytes) -> str:
        return re.sub(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{2}", "ID", answer.decode())

    assert shape(ended.data) == shape(never.data)
    assert set(ended.headers.keys()) == set(never.headers.keys())


@pytest.mark.every_database
def test_the_address_of_one_who_left_is_gone(
    app: Flask, address: str, write: Write, people: dict[str, UUID]
) -> None:
    with write() as session:
        session.get_one(User, people["staff"]).active = False

    assert app.test_client().get(address).status_code == 404


@pytest.fixture
def loud() -> Iterator[None]:
    """Lines of requests are written, as in operation."""
    logs.configure("INFO")
    yield
    logs.configure("WARNING")


def test_the_secret_is_neither_stored_nor_logged(
    app: Flask, address: str, write: Write, loud: None, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    capsys.readouterr()
    app.test_client().get(address)
    app.test_client().get(address + "x")

    logged = capsys.readouterr().err
    assert "/calendar/<string:token>.ics" in logged
    assert secret not in logged
    assert secret not in app.test_client().get("/metrics").text
    with write() as session:
        assert secret not in {row.token_hash for row in session.query(CalendarFeed)}
    assert len(secret) >= 43


def test_a_tablet_makes_no_address(app: Flask, people: dict[str, UUID], write: Write) -> None:
    """A lost tablet is revoked; an address it made would live on."""
    with write() as session:
        actor = builders.actor(session, "leader")
        code = service.enrol(session, actor.id, actor, MORNING)
    with write() as session:
        token = service.redeem(session, code, "平板", MORNING)[1].token
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}

    assert app.test_client().post("/settings/notifications/calendar", headers=headers).status_code == 403
