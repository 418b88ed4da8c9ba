"""Importing a tender list: compare what a file says with what is known, then write all good rows at once."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from inspect_app.accounts import service as accounts
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.database import table
from inspect_app.tenders import queries
from inspect_app.tenders.importing import ParsedFile, Rejection, TenderRow
from inspect_app.tenders.models import Progress, Tender
from inspect_app.tenders.service import (
    ORGANISATIONS,
    PLAIN,
    TenderData,
    changes,
    fill,
    known,
    merged,
    named,
)

IMPORT_LOCK = 0x7E4DE2
"""The advisory lock of imports, on PostgreSQL: a number that means nothing but this."""
Key = tuple[str, str]
Told = tuple[str, UUID, dict[str, Any]]
SOURCE = {"source": "import"}
IMPORTED = frozenset(ORGANISATIONS) | (frozenset(PLAIN) - {"own"})


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


def nothing_new(session: Session, parsed: ParsedFile) -> frozenset[int]:
    """The lines that change nothing as things are: found before the writers' turn, they hold nobody up in it."""
    plan = _Plan(session, parsed.rows, lock=False)
    return frozenset(row.line for row in parsed.rows if plan.take(row) == "unchanged")


def import_file(
    session: Session,
    parsed: ParsedFile,
    by: Actor,
    now: datetime,
    *,
    dry_run: bool,
    strict: bool,
    unchanged: Collection[int] = (),
) -> ImportReport:
    """Write the good rows of a file; nothing on a dry run, or when `strict` and any row is bad.

    The caller owns the transaction and gives a dry run none that is committed; the lines `unchanged` are not
    looked at again.
    """
    write = not dry_run and not (strict and parsed.rejected)
    if write:
        _queue(session)
    rows = [row for row in parsed.rows if row.line not in unchanged]
    plan = _Plan(session, rows, lock=write)
    outcomes = [plan.take(row) for row in rows]
    if write:
        audit.record_each(session, by, "tender", plan.write(now), now)
        audit.record(session, by, "tenders.imported", ("tenders", "import"), now, read=parsed.read,
                     created=outcomes.count("created"), updated=outcomes.count("updated"))  # fmt: skip
    return ImportReport(
        read=parsed.read,
        created=outcomes.count("created"),
        updated=outcomes.count("updated"),
        unchanged=len(unchanged) + outcomes.count("unchanged"),
        rejected=parsed.rejected,
        ignored_columns=parsed.ignored_columns,
        written=write,
    )


def _queue(session: Session) -> None:
    """Let one import follow another: of two at once each would miss the other's rows, or wait for the other."""
    if session.get_bind().dialect.name == "postgresql":  # on SQLite every writer queues
        session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))


class _Plan:
    """What the rows come to, tender by tender; several months of one tender are one tender."""

    def __init__(self, session: Session, rows: Sequence[TenderRow], *, lock: bool) -> None:
        self.session = session
        agencies = accounts.known_organisations(session, (row.agency for row in rows))
        existing = queries.by_keys(session, agencies.values(), (row.number for row in rows), lock=lock)
        names = {id_: name for name, id_ in agencies.items()}
        self.rows = {(names[agency], number): tender for (agency, number), tender in existing.items()}
        self.before = {key: known(tender) for key, tender in self.rows.items()}
        self.after = dict(self.before)
        self.months = queries.months_of(session, (tender.id for tender in self.rows.values()))
        self.progress: dict[tuple[Key, str], TenderRow] = {}

    def take(self, row: TenderRow) -> str:
        """Note one row; says whether it creates, updates or leaves its tender unchanged."""
        key = (row.agency, row.number)
        fresh = key not in self.after
        data = _data(row)
        after = data if fresh else merged(self.after[key], data, _given(row))
        changed = after != self.after.get(key)
        self.after[key] = after
        if row.progress is not None and self._is_news(key, row):
            self.progress[key, row.progress.month] = row
            changed = True
        return "created" if fresh else "updated" if changed else "unchanged"

    def _is_news(self, key: Key, row: TenderRow) -> bool:
        told = row.progress
        if told is None or key not in self.rows:
            return told is not None
        old = self.months.get((self.rows[key].id, told.month))
        return old is None or (old.planned, old.actual, old.status) != (told.planned, told.actual, row.status)

    def write(self, now: datetime) -> list[Told]:
        """Write every change: organisations, tenders, months; returns the events that tell of them."""
        changed = {key: data for key, data in self.after.items() if data != self.before.get(key)}
        ids = accounts.organisations(
            self.session, [name for data in changed.values() for name in named(data)]
        )
        fresh = []
        for key, data in changed.items():
            if key in self.rows:
                fill(self.rows[key], data, ids, now)
            else:
                fresh.append(_columns(data, ids, now))
        tender_ids = {key: tender.id for key, tender in self.rows.items()}
        if fresh:
            self.session.execute(insert(table(Tender)), fresh)
            by_id = {id_: name for name, id_ in ids.items()}
            tender_ids |= {(by_id[row["agency_id"]], row["number"]): row["id"] for row in fresh}
        self.session.flush()
        told = [*self._told(changed, tender_ids), *self._told_months(tender_ids)]
        self._write_months(tender_ids)
        return told

    def _told(self, changed: dict[Key, TenderData], ids: dict[Key, UUID]) -> Iterator[Told]:
        """One event a tender: a new one says only where it came from, a known one what was changed."""
        for key, data in changed.items():
            if (before := self.before.get(key)) is None:
                yield "tender.created", ids[key], SOURCE
            else:
                yield "tender.changed", ids[key], SOURCE | {"changes": changes(before, data)}

    def _told_months(self, ids: dict[Key, UUID]) -> Iterator[Told]:
        """One event for the months of each tender that was known before."""
        months: dict[Key, dict[str, Any]] = {}
        for (key, month), row in self.progress.items():
            if key in self.rows:
                old = self.months.get((ids[key], month))
                months.setdefault(key, {})[month] = _month_changes(old, row)
        for key, found in months.items():
            yield "progress.filed", ids[key], SOURCE | {"months": found}

    def _write_months(self, tender_ids: dict[Key, UUID]) -> None:
        fresh = []
        for (key, month), row in self.progress.items():
            values, tender_id = _month_values(row), tender_ids[key]
            old = self.months.get((tender_id, month))
            if old is None:
                fresh.append(
                    {"tender_id": tender_id, "month": month, "version": 1, "filed_at": None, **values}
                )
            else:
                for name, value in values.items():
                    setattr(old, name, value)
        if fresh:
            self.session.execute(insert(table(Progress)), fresh)


def _month_values(row: TenderRow) -> dict[str, Any]:
    told = row.progress
    return {"planned": told.planned, "actual": told.actual, "status": row.status} if told else {}


def _month_changes(old: Progress | None, row: TenderRow) -> dict[str, list[Any]]:
    """What of a month is new: from what to what, percents as text."""
    pairs = {name: (getattr(old, name, None), value) for name, value in _month_values(row).items()}
    return {
        name: [_plain(before), _plain(after)] for name, (before, after) in pairs.items() if before != after
    }


def _plain(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def _data(row: TenderRow) -> TenderData:
    return TenderData(**{name: getattr(row, name) for name in IMPORTED})


def _given(row: TenderRow) -> frozenset[str]:
    """The fields a row may replace: a kind guessed from the name never undoes what staff corrected."""
    given = row.given & IMPORTED
    return given if row.kind_given else given - {"kind"}


def _columns(data: TenderData, ids: dict[str, UUID], now: datetime) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(data, name) for name in PLAIN}
    for kind in ORGANISATIONS:
        organisation = getattr(data, kind)
        columns[f"{kind}_id"] = ids[organisation] if organisation else None
    return columns | {"id": uuid4(), "version": 1, "created_at": now, "updated_at": now}
