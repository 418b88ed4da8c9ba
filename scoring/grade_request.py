"""What is asked of a grade: one inspection's marks, findings and pending tests, as a request gives them."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from scoring.errors import InvalidInput
from scoring.fields import Fields
from scoring.types import FINDINGS, TESTS, Mark

# The columns of the authority's mark sheet: they are the form that marks come on, not a rule that has dates.
PARTS = {"quality_system": 20, "workmanship": 60, "progress": 20}

MOST = sum(PARTS.values())
_QUALITY, _WORK, _PROGRESS = PARTS.values()

_KEYS = frozenset({"inspected_on", "marks", "outside", "findings", "pending_tests"})
_MARK_KEYS = frozenset({"member", "total", "outside", *PARTS})


class Visit(NamedTuple):
    """What is graded: at least one mark, members unique; findings and pending tests without repeats."""

    inspected_on: date
    marks: tuple[Mark, ...]
    findings: tuple[str, ...] = ()
    pending_tests: tuple[str, ...] = ()


def read(request: Mapping[str, object]) -> Visit:
    """Return the visit that a request describes: keys and types first, then the rules between fields."""
    fields = Fields.of(request, "", _KEYS)
    inspected_on = fields.day("inspected_on")
    plain = () if "outside" in fields else _plain_marks(fields.data.get("marks"))
    rows = [] if plain else _rows(fields)
    marks = plain or tuple([_mark(row) for row in rows])
    outside = fields.names("outside")
    findings = fields.words("findings", FINDINGS)
    pending = fields.words("pending_tests", TESTS)
    if rows:
        _check_marks(rows, marks)
        _check_outside(outside, rows, marks)
        marks = _with_outside(marks, frozenset(outside))
    if findings and pending:
        _check_tests(findings, pending)
    return Visit(inspected_on, marks, findings, pending)


# --- marks as almost all are: read at once, and left to the reader below when anything is unusual -------------


def _plain_marks(items: object) -> tuple[Mark, ...]:
    """Return the marks of a list in which everything is right, by different members; else none."""
    if type(items) is not list:
        return ()
    marks = tuple([mark for item in items if (mark := _plain_mark(item))])
    return marks if len({mark.member for mark in marks}) == len(items) else ()


def _plain_mark(item: object) -> Mark | None:
    """Return the mark of an object that holds a name, a total or all parts, perhaps `outside`, and nothing more."""
    if type(item) is not dict:
        return None
    member, outside, keys = item.get("member"), False, 2
    if "outside" in item:
        outside, keys = item["outside"], 3
    if "total" in item:
        total = item["total"]
    else:
        total, keys = _plain_sum(item), keys + 2
    if type(member) is not str or not member.isprintable() or not member.strip() or len(item) != keys:
        return None
    if type(total) is not int or not 0 <= total <= MOST or type(outside) is not bool:
        return None
    return Mark(member, total, outside)


def _plain_sum(item: dict[str, object]) -> int | None:
    """Return the sum of a mark's parts, or None when one is missing or not right."""
    quality, work, progress = item.get("quality_system"), item.get("workmanship"), item.get("progress")
    if type(quality) is not int or type(work) is not int or type(progress) is not int:
        return None
    is_right = 0 <= quality <= _QUALITY and 0 <= work <= _WORK and 0 <= progress <= _PROGRESS
    return quality + work + progress if is_right else None


# --- any marks, and what is wrong with them ------------------------------------------------------------------


def _rows(fields: Fields) -> list[Fields]:
    rows = list(fields.objects("marks", _MARK_KEYS))
    if not rows:
        raise InvalidInput("Give at least one mark.", "marks", "grade.no_mark")
    return rows


def _mark(row: Fields) -> Mark:
    member = row.name("member")
    total = _total(row) if PARTS.keys().isdisjoint(row.data) else _of_parts(row)
    return Mark(member, total, row.flag("outside", False))


def _total(row: Fields) -> int:
    return row.whole("total", 0, MOST)


def _of_parts(row: Fields) -> int:
    """Return the sum of the parts; beside a total, each part given is still checked, and refused later."""
    if "total" not in row:
        return sum([row.whole(part, 0, most) for part, most in PARTS.items()])
    for part in filter(row.data.__contains__, PARTS):
        row.whole(part, 0, PARTS[part])
    return _total(row)


def _check_tests(findings: tuple[str, ...], pending: tuple[str, ...]) -> None:
    if both := [test for test in pending if test in findings]:
        detail = f"{both[0]} has failed or is pending, not both; name it once."
        raise InvalidInput(detail, "pending_tests", "grade.both", {"test": both[0]})


def _with_outside(marks: tuple[Mark, ...], outside: frozenset[str]) -> tuple[Mark, ...]:
    return tuple(Mark(mark.member, mark.total, mark.outside or mark.member in outside) for mark in marks)


def _check_marks(rows: list[Fields], marks: tuple[Mark, ...]) -> None:
    seen: set[str] = set()
    for row, mark in zip(rows, marks, strict=True):
        if "total" in row and not PARTS.keys().isdisjoint(row.data):
            detail = f"Give total, or {', '.join(PARTS)}, not both."
            raise InvalidInput(detail, row.at("total"), "grade.total_and_parts")
        if mark.member in seen:
            raise InvalidInput("Give each member once.", row.at("member"), "grade.member_twice")
        seen.add(mark.member)


def _check_outside(outside: tuple[str, ...], rows: list[Fields], marks: tuple[Mark, ...]) -> None:
    denied = {
        mark.member for row, mark in zip(rows, marks, strict=True) if "outside" in row and not mark.outside
    }
    eligible = {mark.member for mark in marks} - denied
    for i, member in enumerate(outside):
        if member not in eligible:
            raise InvalidInput(
                'Name only members who gave a mark, and none whose mark says "outside": false.',
                f"outside[{i}]",
                "grade.not_outside",
            )
