"""Periods of retention (保存期限) as data: `retention.yaml`, read strictly and once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from forms.datafiles import parse
from forms.errors import InvalidData

FILE = "retention.yaml"
KINDS = (
    "unnamed_photos",
    "unfinished_uploads",
    "form_attachments",
    "closed_inspection_photos",
    "photo_views",
    "job_runs",
)
BOUNDED = frozenset({"unnamed_photos", "unfinished_uploads", "form_attachments", "job_runs"})
"""Kinds that need a number of days: nobody ever decides about one of them."""

AUTOMATIC, PROPOSED = "automatic", "proposed"
STATUSES = {"local": "本系統參數，待確認", "confirmed": "已確認"}
LONGEST_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class Period:
    """How long one kind is kept, in days (None: until a person decides), on which basis, checked on which day."""

    kind: str
    title: str
    days: int | None
    erase: str
    status: str
    basis: str
    checked: date

    @property
    def length(self) -> timedelta | None:
        return None if self.days is None else timedelta(days=self.days)


def read(data: bytes, where: str = FILE) -> dict[str, Period]:
    """The periods of a file; InvalidData says which kind and which key are wrong."""
    given = parse(data, where)
    if not isinstance(given, dict) or set(given) != set(KINDS):
        raise InvalidData(f"{where}: the kinds must be {', '.join(KINDS)}, each once.")
    return {kind: _period(kind, given[kind], f"{where}: {kind}") for kind in KINDS}


@cache
def periods() -> Mapping[str, Period]:
    """All periods, by kind."""
    return read(files(__package__).joinpath(FILE).read_bytes())


def kept(kind: str) -> timedelta:
    """How long a kind is kept that always has a period."""
    length = periods()[kind].length
    if length is None:
        raise InvalidData(
            f"{FILE}: {kind}.days is null, but somebody must know when to let go; give it days."
        )
    return length


def _period(kind: str, row: object, where: str) -> Period:
    wanted = {field.name for field in fields(Period)} - {"kind"}
    if not isinstance(row, dict) or set(row) != wanted:
        raise InvalidData(f"{where}: the keys must be {', '.join(sorted(wanted))}, each once.")
    if fault := _fault(kind, row):
        raise InvalidData(f"{where}: {fault}")
    return Period(**{**row, "kind": kind, "checked": date.fromisoformat(row["checked"])})


def _fault(kind: str, row: Mapping[str, Any]) -> str:
    """What is wrong with the values, or nothing."""
    erase = PROPOSED if kind == "closed_inspection_photos" else AUTOMATIC
    checks = {
        "days must be a number.": row["days"] is not None or kind not in BOUNDED,
        f"days must be null or a whole number from 1 to {LONGEST_DAYS}.": _is_length(row["days"]),
        f"erase must be {erase}: evidence is only ever proposed, the rest goes by itself.": row["erase"]
        == erase,
        f"status must be one of {', '.join(STATUSES)}.": row["status"] in STATUSES,
        "title and basis must be text.": all(_is_text(row[name]) for name in ("title", "basis")),
        "checked must be a day in quotes, such as 2026-11-23.": _is_day(row["checked"]),
    }
    return next((words for words, is_right in checks.items() if not is_right), "")


def _is_length(days: object) -> bool:
    return days is None or (type(days) is int and 1 <= days <= LONGEST_DAYS)


def _is_text(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _is_day(text: object) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
