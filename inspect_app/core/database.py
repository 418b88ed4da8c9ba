"""The database: base class, column types, the one transaction of a request or job."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Integer, MetaData, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from inspect_app.core.problems import Conflict, Stale
from inspect_app.core.settings import ROOT

LOST_RACE = "同時有另一項更新。請重新載入後再試；已送出的資料沒有遺失。"

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant; stored in UTC, and a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Hundredths(TypeDecorator[Decimal]):
    """A decimal with two places, stored as a whole number of hundredths: never a binary float."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value * 100
        if scaled != int(scaled):
            raise ValueError(f"{value} has more than two places")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class Base(DeclarativeBase):
    """Every table's base; constraint names are fixed, so that migrations can be reversed."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: UtcDateTime}
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})
migrate = Migrate()


def init_app(app: Flask, url: str) -> None:
    """Bind the database; SQLite gets WAL, foreign keys and real transactions."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    sqlite = url.startswith("sqlite:")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = (
        {"connect_args": {"timeout": 30}} if sqlite else {"pool_pre_ping": True}
    ) | {"hide_parameters": True}
    db.init_app(app)
    migrate.init_app(
        app,
        db,
        directory=str(ROOT / "migrations"),
        render_as_batch=True,
        compare_type=True,
        render_item=_render_item,
    )
    if sqlite:
        with app.app_context():
            _prepare_sqlite(db.engine)


def session() -> Session:
    """The request's or job's session, for reading."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """The one write transaction of a request or job: committed at the end, or rolled back whole.

    A write that loses a race is a Conflict or, on an edited row, Stale.
    On SQLite it begins with the write lock, so that no reader turns writer half-way and fails.
    """
    current = db.session()
    current.rollback()
    current.connection(execution_options={"chahe_writes": True})
    try:
        yield current
        current.commit()
    except IntegrityError as error:
        current.rollback()
        raise Conflict(LOST_RACE) from error
    except StaleDataError as error:
        current.rollback()
        raise Stale(LOST_RACE) from error
    except BaseException:
        current.rollback()
        raise


def _render_item(kind: str, item: object, _context: object) -> str | bool:
    """Name our own column types in a generated migration."""
    if kind == "type" and isinstance(item, (UtcDateTime, Hundredths)):
        return f"{type(item).__name__}()"
    return False


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("chahe_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
