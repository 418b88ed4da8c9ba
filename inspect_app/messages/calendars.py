"""Due days as iCalendar (RFC 5545): all-day events that keep their UID as long as the duty lasts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from inspect_app.messages.letters import DueDay

PRODUCT = "-//Chahe//due days//ZH"
REMIND = timedelta(hours=-15)
"""From the day's first minute: the morning before at nine."""

REFRESH = timedelta(hours=6)


def attached(days: Iterable[DueDay], at: datetime, public_url: str) -> bytes:
    """The .ics that goes with a message; the same for the same message. `at`: when it was written."""
    return _bytes(_calendar(days, at, public_url))


def feed(days: Iterable[DueDay], at: datetime, public_url: str, name: str) -> bytes:
    """A calendar to be fetched again and again; `name` is shown by the program that fetches it."""
    calendar = _calendar(days, at, public_url)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    return _bytes(calendar)


def _calendar(days: Iterable[DueDay], at: datetime, public_url: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for day in sorted(days, key=lambda each: (each.on, each.uid)):
        calendar.add_component(_event(day, at, public_url))
    return calendar


def _event(day: DueDay, at: datetime, public_url: str) -> Event:
    event = Event()
    event.add("uid", day.uid)
    event.add("dtstamp", at)
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("summary", day.title)
    event.add("transp", "TRANSPARENT")
    if public_url:
        event.add("url", public_url + day.path)
    event.add_component(_alarm(day.title))
    return event


def _alarm(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", REMIND)
    return alarm


def _bytes(calendar: Calendar) -> bytes:
    given: bytes = calendar.to_ical()
    return given
