"""Reading and writing tenders and their months by the thousand: plain columns, no object of a row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple, cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from inspect_app.accounts.queries import organisations_as
from inspect_app.core.database import LOST_RACE, table
from inspect_app.core.problems import Stale
from inspect_app.tenders import history
from inspect_app.tenders.models import Progress, Tender
from inspect_app.tenders.service import FIELDS, ORGANISATIONS, PLAIN, TenderData

IMPORT_LOCK = 0x7E4DE2
"""The advisory lock of imports, on PostgreSQL: a number that means nothing but this."""
BATCH = 2000
TENDERS, MONTHS = table(Tender), table(Progress)
Key = tuple[str, str]
"""A tender's agency, by name, and its number."""
Month = tuple[UUID, str]
Standing = tuple[tuple[int, int | None], ...]
Values = dict[str, Any]
_plain, _organisations = attrgetter(*PLAIN), attrgetter(*ORGANISATIONS)


class KnownTender(NamedTuple):
    """A tender as it stands."""

    id: UUID
    version: int
    data: TenderData


class KnownMonth(NamedTuple):
    """A month's progress as it stands."""

    version: int
    planned: Decimal
    actual: Decimal
    status: str | None
    filed_at: datetime | None


def standing(session: Session, *, months: bool) -> Standing:
    """Differs as soon as a tender (or a month) is added or changed: no row goes, no version is lowered."""
    read = (TENDERS, MONTHS) if months else (TENDERS,)
    counted = (session.execute(select(func.count(), func.sum(each.c.version))).one() for each in read)
    return tuple((count, versions) for count, versions in counted)


def tenders(session: Session, numbers: Iterable[str], *, lock: bool) -> dict[Key, KnownTender]:
    """The tenders of these numbers, whosever they are; `lock` holds them against other changes."""
    organisations = {kind: organisations_as(kind) for kind in ORGANISATIONS}
    source: Any = TENDERS
    for kind, organisation in organisations.items():
        source = source.outerjoin(organisation, TENDERS.c[f"{kind}_id"] == organisation.c.id)
    columns = [organisations[name].c.name if name in organisations else TENDERS.c[name] for name in FIELDS]
    query = select(TENDERS.c.id, TENDERS.c.version, *columns).select_from(source)
    if lock:
        query = query.order_by(TENDERS.c.id).with_for_update(of=TENDERS, key_share=True)
    found: dict[Key, KnownTender] = {}
    for some in _batches(sorted(set(numbers))):
        for id_, version, *values in session.execute(query.where(TENDERS.c.number.in_(some))):
            data = TenderData(*values)
            found[data.agency, data.number] = KnownTender(id_, version, data)
    return found


def months(session: Session, tender_ids: Iterable[UUID]) -> dict[Month, KnownMonth]:
    """Every reported month of these tenders, by tender and month."""
    columns = MONTHS.c
    told = (columns.version, columns.planned, columns.actual, columns.status, columns.filed_at)
    query = select(columns.tender_id, columns.month, *told)
    found: dict[Month, KnownMonth] = {}
    for some in _batches(tender_ids):
        for tender_id, month, *values in session.execute(query.where(columns.tender_id.in_(some))):
            found[tender_id, month] = KnownMonth._make(values)
    return found


def queue(session: Session, changing: Iterable[UUID]) -> None:
    """Let one import follow another, and hold the tenders to be changed.

    Of two imports at once each would miss the other's rows, or wait for the other.
    """
    if session.get_bind().dialect.name != "postgresql":
        return  # on SQLite every writer queues
    session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))
    for some in _batches(sorted(changing)):
        query = select(TENDERS.c.id).where(TENDERS.c.id.in_(some)).order_by(TENDERS.c.id)
        session.execute(query.with_for_update(key_share=True))


def add_tenders(session: Session, rows: Sequence[Values], now: datetime) -> None:
    """Insert tenders under ids of the caller's; `rows` carry every column but those that are the same for all."""
    same = {"version": 1, "created_at": now, "updated_at": now}
    if rows:
        session.execute(insert(TENDERS).values(same), rows)
        history.add_statuses(session, rows, now)


class Fresh:
    """Tenders to be inserted, as the driver takes them: made before the transaction, which then only inserts."""

    _COMMON = ("version", "created_at", "updated_at")

    def __init__(self, session: Session, tenders: Mapping[Key, TenderData], now: datetime) -> None:
        self.ids = {key: uuid4() for key in tenders}
        self._dialect = session.get_bind().dialect
        self._names = ("id", *PLAIN, *self._COMMON)
        as_bound = [self._processor(name) for name in self._names]
        same = (1, now, now)
        self._plain = [
            tuple(bound(value) for bound, value in zip(as_bound, (id_, *_plain(data), *same), strict=True))
            for id_, data in zip(self.ids.values(), tenders.values(), strict=True)
        ]
        self._named = [_organisations(data) for data in tenders.values()]
        self._statuses = [
            {"id": self.ids[key], "status": data.status, "name": data.name} for key, data in tenders.items()
        ]
        self._now = now

    def insert(self, session: Session, ids: Mapping[str, UUID]) -> None:
        """Insert them; `ids` are the organisations' by name."""
        if not self._plain:
            return
        bound = self._processor("agency_id")
        known: dict[str | None, Any] = {name: bound(id_) for name, id_ in ids.items()} | {None: None}
        rows = [
            (*plain, known[agency], known[supervisor], known[contractor], known[pcm])
            for plain, (agency, supervisor, contractor, pcm) in zip(self._plain, self._named, strict=True)
        ]
        columns = (*self._names, *(f"{kind}_id" for kind in ORGANISATIONS))
        mark = "?" if self._dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(columns))
        text = f"INSERT INTO {TENDERS.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
        session.connection().exec_driver_sql(text, rows)
        history.add_statuses(session, self._statuses, self._now)

    def _processor(self, name: str) -> Callable[[Any], Any]:
        found = TENDERS.c[name].type.dialect_impl(self._dialect).bind_processor(self._dialect)
        return found or _same


def _same(value: Any) -> Any:
    return value


def add_months(session: Session, rows: Sequence[Values], now: datetime) -> None:
    """Insert months and their history; `rows` carry every column."""
    if rows:
        session.execute(insert(MONTHS), rows)
        history.add_months(session, rows, now)


def change_tenders(session: Session, rows: Sequence[tuple[KnownTender, Values]], now: datetime) -> None:
    """Replace the columns given, unless a row is no longer as it was: then Stale."""
    at = ({"at_id": known.id, "at_version": known.version} for known, _ in rows)
    told = [where | values for where, (_, values) in zip(at, rows, strict=True)]
    _change(session, TENDERS, TENDERS.c.id == bindparam("at_id"), told, updated_at=now)
    moved = [known.id for known, values in rows if _moved(known.data, values)]
    history.keep_statuses(session, moved, now, source=history.IMPORT)


def _moved(before: TenderData, values: Values) -> bool:
    return any(
        values.get(name, getattr(before, name)) != getattr(before, name) for name in ("status", "name")
    )


def change_months(session: Session, rows: Sequence[tuple[Month, KnownMonth, Values]], now: datetime) -> None:
    """Replace the columns given, unless a row is no longer as it was: then Stale."""
    told = [
        {"at_id": tender_id, "at_month": month, "at_version": known.version} | values
        for (tender_id, month), known, values in rows
    ]
    key = (MONTHS.c.tender_id == bindparam("at_id")) & (MONTHS.c.month == bindparam("at_month"))
    _change(session, MONTHS, key, told)
    history.keep_months(session, [month for month, _, _ in rows], now, source=history.IMPORT)


def _change(
    session: Session, rows: Table, key: ColumnElement[bool], told: Sequence[Values], **same: Any
) -> None:
    if not told:
        return
    query = update(rows).where(key, rows.c.version == bindparam("at_version"))
    done = session.execute(query.values(version=rows.c.version + 1, **same), told)
    if cast(CursorResult[Any], done).rowcount != len(told):
        raise Stale(LOST_RACE)


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while some := list(islice(rest, BATCH)):
        yield some
