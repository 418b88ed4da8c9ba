"""Kinds of columns: how a value stands in the archive, the same whichever database it came from or goes to.

Kinds are told from the database itself, not from the models: a database is backed up and restored at its own
revision, which may be older than the program. `hundredths` and the like are whole numbers there, and so here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import Meta
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from inspect_app.backups.errors import Refused
from inspect_app.core.database import UtcDateTime

UUID_DIGITS = 32
"""SQLite keeps a UUID as so many characters."""


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal as the driver has it, without a detour through rounding."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(str(value))


@dataclass(frozen=True, slots=True)
class Kind:
    """`decoded` is the Python type of a value, `column` how SQLAlchemy reads and binds it."""

    decoded: Any
    column: TypeEngine[Any]


KINDS: Mapping[str, Kind] = {
    "uuid": Kind(UUID, sa.Uuid()),
    "instant": Kind(Annotated[datetime, Meta(tz=True)], UtcDateTime()),
    "date": Kind(date, sa.Date()),
    "boolean": Kind(bool, sa.Boolean()),
    "integer": Kind(int, sa.BigInteger()),
    "float": Kind(float, sa.Double()),
    "decimal": Kind(Decimal, ExactDecimal()),
    "binary": Kind(bytes, sa.LargeBinary()),
    "json": Kind(str, sa.Text()),
    "text": Kind(str, sa.Text()),
}
"""JSON is kept as its own text: key order, number forms and a JSON null beside an SQL NULL stay as they are."""

_TOLD_BY: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (sa.Uuid, "uuid"),
    (sa.Date, "date"),
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "float"),
    (sa.Numeric, "decimal"),
    (sa.LargeBinary, "binary"),
    (sa.JSON, "json"),
    (sa.String, "text"),
)


def kind_of(column: str, type_: TypeEngine[Any], dialect: str) -> str:
    """The kind of a column as the database describes it; Refused for one that no kind fits."""
    if dialect == "sqlite" and isinstance(type_, sa.CHAR) and type_.length == UUID_DIGITS:
        return "uuid"
    if isinstance(type_, sa.DateTime) and (dialect == "sqlite" or type_.timezone):
        return "instant"
    for class_, name in _TOLD_BY:
        if isinstance(type_, class_):
            return name
    raise Refused(f"欄位 {column} 的型別 {type_} 尚不能備份；請在 inspect_app/backups/kinds.py 加入。")
