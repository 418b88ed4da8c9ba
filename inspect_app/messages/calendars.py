"""Due days as iCalendar (RFC 5545): all-day events that keep their UID as long as the duty lasts."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from inspect_app.messages.letters import DueDay

PRODUCT = "-//Chahe//due days//ZH"
REMIND = "-PT15H"
"""From the day's first minute: the morning before at nine."""

REFRESH = "PT6H"
OCTETS = 74
"""Of a line without its end; one less than allowed, for the space that a folded line begins with."""

SPECIAL = re.compile(r"([\\;,])")
UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def attached(days: Iterable[DueDay], at: datetime, public_url: str) -> bytes:
    """The .ics that goes with a message; the same for the same message. `at`: when it was written."""
    return _bytes(_lines(days, at, public_url, ()))


def feed(days: Iterable[DueDay], at: datetime, public_url: str, name: str) -> bytes:
    """A calendar to be fetched again and again; `name` is shown by the program that fetches it."""
    called = _text(name)
    head = (
        f"NAME:{called}",
        f"X-WR-CALNAME:{called}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    )
    return _bytes(_lines(days, at, public_url, head))


def _lines(days: Iterable[DueDay], at: datetime, public_url: str, head: Iterable[str]) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "METHOD:PUBLISH", *head)
    stamp = f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for day in sorted(days, key=lambda each: (each.on, each.uid)):
        yield from _event(day, stamp, public_url)
    yield "END:VCALENDAR"


def _event(day: DueDay, stamp: str, public_url: str) -> Iterator[str]:
    title = _text(day.title)
    yield from ("BEGIN:VEVENT", f"SUMMARY:{title}")
    yield f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}"
    yield from (stamp, f"UID:{_text(day.uid)}", "TRANSP:TRANSPARENT")
    if public_url:
        yield f"URL:{UNSAFE.sub('', public_url + day.path)}"
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{title}", f"TRIGGER:{REMIND}", "END:VALARM")
    yield "END:VEVENT"


def _text(given: str) -> str:
    """A value that cannot end its line."""
    return SPECIAL.sub(r"\\\1", UNSAFE.sub("", given)).replace("\n", r"\n")


def _bytes(lines: Iterable[str]) -> bytes:
    return b"".join(_folded(line.encode()) for line in lines)


def _folded(line: bytes) -> bytes:
    """Lines of 75 octets at most, none of which ends within a character."""
    if len(line) <= OCTETS:
        return line + b"\r\n"
    end = next(at for at in range(OCTETS, 0, -1) if line[at] & 0xC0 != 0x80)
    return line[:end] + b"\r\n " + _folded(line[end:])
