"""The database: base class, column types, the one transaction of a request or job."""

import select
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import psycopg
import structlog
from flask import Flask, Response, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Integer, MetaData, Table, event
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.exc import DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from inspect_app.core.problems import Busy, Conflict, Problem, Stale, from_bug, respond
from inspect_app.core.settings import ROOT
from inspect_app.core.writers import QueueFull, WriterQueue

log = structlog.get_logger()
BUSY_TIMEOUT_S = 10
"""How long one waits for a connection, and on SQLite for a lock held outside the writers' queue."""
LOCK_TIMEOUT_S = 20
"""How long a statement waits for a row on PostgreSQL: as long as a writer on SQLite for his turn."""
KEEPALIVE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""When a silent PostgreSQL connection counts as lost: a firewall may drop it without a word."""
PING_AFTER_S = 1.0
"""After how long idle a PostgreSQL connection is asked whether it lives."""
WRITES, REHEARSED, INERROR = "chahe_writes", "chahe_rehearsed", psycopg.pq.TransactionStatus.INERROR
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
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "connect_args": {"timeout": BUSY_TIMEOUT_S}
        if sqlite
        else KEEPALIVE | {"connect_timeout": BUSY_TIMEOUT_S},
        **({} if sqlite else {"isolation_level": "READ COMMITTED"}),  # `_forget` counts on it
        "hide_parameters": True,
        "pool_timeout": BUSY_TIMEOUT_S,
        "pool_use_lifo": True,  # the connection used last has the pages at hand
    }
    db.init_app(app)
    app.teardown_appcontext(_let_go)  # runs before Flask-SQLAlchemy's own, which was registered before it
    migrate.init_app(
        app,
        db,
        directory=str(ROOT / "migrations"),
        render_as_batch=True,
        compare_type=True,
        render_item=_render_item,
    )
    for failure in (OperationalError, NoConnection):
        app.register_error_handler(failure, _answer_failed_read)
    queue = WriterQueue(Path(cast(str, make_url(url).database))) if sqlite else None
    app.extensions["chahe.writers"] = queue
    with app.app_context():
        (_prepare_sqlite if sqlite else _prepare_postgresql)(db.engine)


def table(model: type[Base]) -> Table:
    """A model's table, for statements that need no objects."""
    return cast(Table, model.__table__)


def session() -> Session:
    """The request's or job's session, for reading."""
    return db.session()


@contextmanager
def transaction(patience_s: float | None = None) -> Iterator[Session]:
    """The one write transaction of a request or job: committed at the end, or rolled back whole.

    A write that loses a race is a Conflict or, on an edited row, Stale; one whose turn does not come is Busy.
    On SQLite it waits in line, `patience_s` at most, and begins with the write lock: no reader turns writer half-way
    and fails. In a `rehearsal` it is a part of that one, which is rolled back at its end.
    """
    current = db.session()
    if REHEARSED in current.info and not is_writing(current):
        with _part(current):
            yield current
        return
    queue: WriterQueue | None = current_app.extensions["chahe.writers"]
    if is_writing(current):
        raise RuntimeError("a transaction inside a transaction: the service takes the session it is given")
    _forget(current, queue)
    done = False
    with _turn(queue, patience_s), _writing(current):
        try:
            if queue:
                _begin_writing(current.connection())
            yield current
            done = True
            current.commit()
        except BaseException as error:
            current.rollback()
            if (problem := _problem(error, unsure=done)) is None:
                raise
            raise problem from error
    if queue:
        queue.settle()


@contextmanager
def rehearsal(patience_s: float | None = None) -> Iterator[list[object]]:
    """Whatever the block writes in this application context is rolled back at its end.

    Each `transaction` inside sees what the ones before it wrote. Yields what they tell with `note`. As nothing else is
    written meanwhile on SQLite, keep it short; and it holds nothing back that is not in the database.
    """
    noted: list[object] = []
    try:
        with transaction(patience_s) as current:
            writes = current.info.pop(WRITES)
            current.info[REHEARSED] = noted
            try:
                yield noted
            finally:
                del current.info[REHEARSED]
                current.info[WRITES] = writes
            raise _RehearsedError
    except _RehearsedError:
        pass


def note(session: Session, written: object) -> None:
    """Tell a rehearsal what would have been written; otherwise nothing."""
    session.info.get(REHEARSED, []).append(written)


class _RehearsedError(Exception):
    """The end of a rehearsal."""


@contextmanager
def _part(current: Session) -> Iterator[None]:
    """A transaction within a rehearsal: a savepoint, so that a failed one leaves the others as they are."""
    current.expire_all()
    try:
        with _writing(current), current.begin_nested():
            yield
    except Exception as error:
        if (problem := _problem(error)) is None:
            raise
        raise problem from error


def is_writing(session: Session) -> bool:
    """Whether the session is inside a `transaction`."""
    return WRITES in session.info


@contextmanager
def together(session: Session) -> Iterator[Connection]:
    """Send statements whose answers nobody reads in one go: on PostgreSQL one round trip instead of one each.

    What one of them says against it is raised at the end, as IntegrityError or OperationalError.
    """
    connection = session.connection()
    driver = _driver(connection)
    if not isinstance(driver, psycopg.Connection):
        yield connection
        return
    try:
        with driver.pipeline():
            yield connection
    except psycopg.IntegrityError as error:
        raise IntegrityError("together", None, error) from error
    except psycopg.OperationalError as error:
        raise OperationalError("together", None, error, connection_invalidated=driver.closed) from error


def _driver(connection: Connection) -> Any:
    """The driver's own connection below SQLAlchemy's."""
    return connection.connection.driver_connection


def violates(error: IntegrityError, rows: Table) -> bool:
    """Whether it is this table that refused; SQLite says so in words only."""
    if isinstance(error.orig, psycopg.Error):
        return error.orig.diag.table_name == rows.name
    return f"failed: {rows.name}." in str(error.orig)


def _forget(session: Session, queue: WriterQueue | None) -> None:
    """What was read before counts no more.

    On PostgreSQL each statement sees what is committed when it begins, so a reading transaction may go on as a
    writing one. On SQLite it would go on seeing what was when it began; and who waits there needs no connection.
    """
    if queue or session.new or session.dirty or session.deleted or _has_failed(session):
        session.rollback()
    session.expire_all()


def _has_failed(session: Session) -> bool:
    """Whether a read failed, after which PostgreSQL answers nothing more in this transaction."""
    driver = _driver(session.connection()) if session.in_transaction() else None
    return isinstance(driver, psycopg.Connection) and driver.info.transaction_status == INERROR


@contextmanager
def _writing(session: Session) -> Iterator[None]:
    session.info[WRITES] = True
    try:
        yield
    finally:
        del session.info[WRITES]


def _begin_writing(connection: Connection) -> None:
    _driver(connection).rollback()  # of the reading transaction that each connection begins with
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _turn(queue: WriterQueue | None, patience_s: float | None) -> Iterator[None]:
    try:
        with queue.turn(patience_s) if queue else nullcontext():
            yield
    except QueueFull as error:
        raise Busy() from error


def _problem(error: BaseException, *, unsure: bool = False) -> Problem | None:
    """What a failed statement says to its caller, `unsure` whether a commit was asked for; None for what is a bug."""
    if isinstance(error, IntegrityError):
        return Conflict(LOST_RACE)
    if isinstance(error, StaleDataError):
        return Stale(LOST_RACE)
    if isinstance(error, OperationalError) and _will_pass(error):
        return Busy(unsure=unsure and error.connection_invalidated)
    return Busy() if isinstance(error, NoConnection) else None


def _will_pass(error: OperationalError) -> bool:
    """Whether the same may well succeed in a moment: a lock held elsewhere, a lost or refused connection.

    PostgreSQL's operational errors are all of that kind; SQLite's also tell of a missing table.
    """
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is None or code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _let_go(_error: BaseException | None) -> None:
    """Close the session even when its connection has died: an answer once made is not lost to that."""
    if not db.session.registry.has():
        return
    try:
        db.session().close()
    except OperationalError:
        log.warning("connection_lost_after_answer")
        db.session().invalidate()


def _answer_failed_read(error: OperationalError | NoConnection) -> Response:
    problem = _problem(error)
    if problem is None:
        return from_bug(error)
    log.warning("database_busy", kind=type(getattr(error, "orig", error)).__name__)
    return respond(problem)


def _render_item(kind: str, item: object, _context: object) -> str | bool:
    """Name our own column types in a generated migration."""
    if kind == "type" and isinstance(item, (UtcDateTime, Hundredths)):
        return f"{type(item).__name__}()"
    return False


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'")
        connection.commit()

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: object, record: Any) -> None:
        record.info["idle_since"] = time.perf_counter()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, _proxy: object) -> None:
        """Ask a connection whether it lives, if there is doubt: asking costs a round trip."""
        idle_since = record.info.get("idle_since", time.perf_counter())
        try:
            if time.perf_counter() - idle_since > PING_AFTER_S or _has_spoken(connection):
                engine.dialect.do_ping(connection)
        except Exception as error:  # whatever the driver says, the pool then makes a new one
            raise DisconnectionError from error


def _has_spoken(connection: psycopg.Connection) -> bool:
    """Whether PostgreSQL sent something unasked: most often that it has ended the connection."""
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    return bool(waiting.poll(0))


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        # NORMAL: `transaction` waits for the disk itself, after its turn (`WriterQueue.settle`).
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        _driver(connection).execute("BEGIN")
