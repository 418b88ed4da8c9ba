"""Sources: where lists of one shape come from, and how they are read."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict, FieldError, InvalidFields
from inspect_app.tenders.imports import fetching, queries, readers
from inspect_app.tenders.imports.models import Source


@dataclass(frozen=True, slots=True)
class SourceData:
    """What people say of a source; `mapping` is column title to field, "" for a column not used."""

    name: str
    reader: str = readers.AUTO
    unit: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    strict: bool = False
    pattern: str | None = None
    url: str | None = None
    daily: bool = False


def new(name: str, by: Actor | None, now: datetime) -> Source:
    """A source's row, not yet added."""
    made_by = by.id if by else None
    return Source(name=name, reader=readers.AUTO, mapping={}, made_by=made_by, created_at=now, updated_at=now)


def create(session: Session, data: SourceData, by: Actor, now: datetime) -> Source:
    """Add a source; Conflict when there is one of this name."""
    if queries.source_named(session, data.name):
        raise Conflict(f"已有名為「{data.name}」的來源；請改用另一個名稱，或更正那一個。")
    source = new(data.name, by, now)
    _fill(source, data, now)
    session.add(source)
    session.flush()
    audit.record(session, by, "import_source.created", ("import_source", source.id), now, name=data.name)
    return source


def change(session: Session, source: Source, data: SourceData, by: Actor, now: datetime) -> Source:
    """Replace what is said of a source; imports made before keep how they were read."""
    twin = queries.source_named(session, data.name)
    if twin is not None and twin.id != source.id:
        raise Conflict(f"已有名為「{data.name}」的來源；請改用另一個名稱。")
    _fill(source, data, now)
    session.flush()
    audit.record(session, by, "import_source.changed", ("import_source", source.id), now, name=data.name)
    return source


def check(data: SourceData) -> None:
    """InvalidFields for an address that may not be fetched, or that nothing would ever be fetched from."""
    errors = []
    if data.url:
        try:
            fetching.check(data.url)
        except fetching.NotFetched as error:
            errors.append(FieldError("url", error.reason))
    if data.daily and not data.url:
        errors.append(FieldError("url", "要每日自動取得，須填網址。"))
    if errors:
        raise InvalidFields("有欄位需要更正；您的輸入都還在。", errors=errors)


def _fill(source: Source, data: SourceData, now: datetime) -> None:
    check(data)
    source.name, source.reader, source.unit = data.name, data.reader, data.unit
    source.mapping, source.strict = dict(data.mapping), data.strict
    source.pattern, source.url, source.daily = data.pattern, data.url, data.daily
    source.updated_at = now
