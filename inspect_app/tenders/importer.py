"""Importing a tender list: compare what a file says with what is known, then write all good rows at once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.accounts import service as accounts
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.tenders import import_store as store
from inspect_app.tenders.import_store import Key, KnownMonth, Values
from inspect_app.tenders.reading import ParsedFile, Rejection, TenderRow
from inspect_app.tenders.service import FIELDS, ORGANISATIONS, PLAIN, TenderData, changes, named

ReadValues = Callable[[object], tuple[Any, ...]]
Told = tuple[str, UUID, dict[str, Any]]
SOURCE = {"source": "import"}
IMPORTED = tuple(name for name in FIELDS if name != "own")
"""No list tells which tenders are the city's own."""
_all = attrgetter(*IMPORTED)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: every line read is created, updated, unchanged or rejected."""

    read: int
    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejection, ...]
    ignored_columns: tuple[str, ...]
    written: bool


class Difference(NamedTuple):
    """What an import changes of a tender known before: by field, and by month and field, from what to what."""

    agency: str
    number: str
    name: str
    fields: dict[str, list[Any]]
    months: dict[str, dict[str, list[Any]]]


def report(parsed: ParsedFile, plan: "Plan", *, written: bool) -> ImportReport:
    """What a plan comes to, carried out or not."""
    return ImportReport(
        read=parsed.read,
        created=plan.outcomes["created"],
        updated=plan.outcomes["updated"],
        unchanged=plan.outcomes["unchanged"],
        rejected=parsed.rejected,
        ignored_columns=parsed.ignored_columns,
        written=written,
    )


def carry_out(session: Session, parsed: ParsedFile, plan: "Plan", by: Actor | None, now: datetime) -> "Plan":
    """Write a plan made before the transaction, or a new one if anything moved since; returns which.

    The tenders an import creates are told of by its one event, whose instant is theirs.
    """
    store.queue(session, plan.changing())
    if plan.is_outdated(session):
        plan = Plan(session, parsed.rows, lock=True)
    told = plan.write(session, now)
    audit.record_each(session, by, "tender", told, now)
    audit.record(session, by, "tenders.imported", ("tenders", "import"), now, read=parsed.read,
                 created=plan.outcomes["created"], updated=plan.outcomes["updated"])  # fmt: skip
    return plan


class Plan:
    """What the rows come to, tender by tender; several months of one tender are one tender."""

    def __init__(self, session: Session, rows: Sequence[TenderRow], *, lock: bool = False) -> None:
        told = [row for row in rows if row.progress]
        self._with_months = bool(told)
        self._standing = store.standing(session, months=self._with_months)
        self._known = store.tenders(session, (row.number for row in rows), lock=lock)
        ids = {known.id for row in told if (known := self._known.get((row.agency, row.number)))}
        self._months = store.months(session, ids)
        self._after: dict[Key, TenderData] = {}
        self._progress: dict[tuple[Key, str], TenderRow] = {}
        self.outcomes = Counter(map(self._take, rows))
        self._changed = {key: data for key, data in self._after.items() if data != self._before(key)}
        self._names = {name for data in self._changed.values() for name in named(data)}
        self._fresh: store.Fresh | None = None

    def prepare(self, session: Session, now: datetime) -> None:
        """Make ready what is inserted, so that the transaction of that instant is short."""
        fresh = {key: data for key, data in self._changed.items() if key not in self._known}
        self._fresh = store.Fresh(session, fresh, now)

    def is_outdated(self, session: Session) -> bool:
        """Whether anything was added or changed since the plan was made."""
        return store.standing(session, months=self._with_months) != self._standing

    def changing(self) -> set[UUID]:
        """The known tenders that are written, or whose months are."""
        keys = {key for key, _ in self._progress} | self._after.keys()
        return {self._known[key].id for key in keys if key in self._known}

    def differences(self) -> Iterator[Difference]:
        """The tenders known before of which something changes, in the file's order; their names as they were."""
        months: dict[Key, dict[str, dict[str, list[Any]]]] = {}
        for (key, month), row in self._progress.items():
            if key in self._known:
                months.setdefault(key, {})[month] = _month_changes(self._month(key, month), row)
        for key in dict.fromkeys([*self._after, *months]):
            if before := self._before(key):
                after = self._after.get(key, before)
                yield Difference(*key, before.name, changes(before, after), months.get(key, {}))

    def write(self, session: Session, now: datetime) -> list[Told]:
        """Write every change: organisations, tenders, months; returns the events of tenders known before."""
        if self._fresh is None:
            self.prepare(session, now)
        fresh = cast(store.Fresh, self._fresh)
        ids = accounts.organisations(session, self._names)
        fresh.insert(session, ids)
        known = [(self._known[key], data) for key, data in self._changed.items() if key in self._known]
        store.change_tenders(session, [(tender, _columns(data, ids)) for tender, data in known], now)
        self._write_months(session, fresh.ids, now)
        told = (
            ("tender.changed", was.id, SOURCE | {"changes": changes(was.data, data)}) for was, data in known
        )
        return [*told, *self._told_months()]

    def _take(self, row: TenderRow) -> str:
        """Note one row; says whether it creates, updates or leaves its tender unchanged."""
        key = (row.agency, row.number)
        before = self._after.get(key) or self._before(key)
        after = _merged(before, row) if before else TenderData(*_all(row))
        if is_changed := after != before:
            self._after[key] = after
        if row.progress and self._is_news(key, row):
            self._progress[key, row.progress.month] = row
            is_changed = True
        return "created" if before is None else "updated" if is_changed else "unchanged"

    def _before(self, key: Key) -> TenderData | None:
        known = self._known.get(key)
        return known.data if known else None

    def _month(self, key: Key, month: str) -> KnownMonth | None:
        known = self._known.get(key)
        return self._months.get((known.id, month)) if known else None

    def _is_news(self, key: Key, row: TenderRow) -> bool:
        old = self._month(key, row.progress.month) if row.progress else None
        return old is None or bool(_month_changes(old, row))

    def _told_months(self) -> Iterator[Told]:
        """One event for the months of each tender that was known before."""
        found: dict[UUID, dict[str, Any]] = {}
        for (key, month), row in self._progress.items():
            if known := self._known.get(key):
                found.setdefault(known.id, {})[month] = _month_changes(self._month(key, month), row)
        for tender_id, told in found.items():
            yield "progress.filed", tender_id, SOURCE | {"months": told}

    def _write_months(self, session: Session, fresh_ids: dict[Key, UUID], now: datetime) -> None:
        fresh, changed = [], []
        for (key, month), row in self._progress.items():
            known, old, values = self._known.get(key), self._month(key, month), _month_values(row)
            if known and old:
                changed.append(((known.id, month), old, {"filed_at": old.filed_at} | values))
            else:
                tender_id = known.id if known else fresh_ids[key]
                own = {"tender_id": tender_id, "month": month, "version": 1, "filed_at": None}
                fresh.append(own | values)
        store.add_months(session, fresh, now)
        store.change_months(session, changed, now)


def _month_values(row: TenderRow) -> Values:
    """A month's columns; a row without the instant of filing leaves the known one alone."""
    told = row.progress
    if told is None:
        return {}
    filed = {"filed_at": told.filed_at} if told.filed_at else {}
    return {"planned": told.planned, "actual": told.actual, "status": row.status} | filed


def _month_changes(old: KnownMonth | None, row: TenderRow) -> dict[str, list[Any]]:
    """What of a month is new: from what to what, percents as text."""
    pairs = {name: (getattr(old, name, None), value) for name, value in _month_values(row).items()}
    return {
        name: [_plain(before), _plain(after)] for name, (before, after) in pairs.items() if before != after
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def _merged(before: TenderData, row: TenderRow) -> TenderData:
    """What was known, with only what the row may replace replaced."""
    names, values = _replacing(row.given, row.kind_given)
    said = values(row)
    return before if said == values(before) else replace(before, **dict(zip(names, said, strict=True)))


@cache
def _replacing(given: frozenset[str], kind_given: bool) -> tuple[tuple[str, ...], ReadValues]:
    """The fields a row may replace: a kind guessed from the name never undoes what staff corrected."""
    names = tuple(name for name in IMPORTED if name in given and (kind_given or name != "kind"))
    return names, attrgetter(*names)


def _columns(data: TenderData, ids: dict[str, UUID]) -> Values:
    """A tender's columns; `ids` are the organisations' by name."""
    columns = {name: getattr(data, name) for name in PLAIN}
    for kind in ORGANISATIONS:
        name = getattr(data, kind)
        columns[f"{kind}_id"] = ids[name] if name else None
    return columns
