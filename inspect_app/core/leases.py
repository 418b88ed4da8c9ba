"""Leases: who may do a named thing now. A holder renews its lease while it lives; a dead one's runs out."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

import structlog
from flask import Flask
from sqlalchemy import CursorResult, Insert, String, Table, Update, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspect_app.core import clock
from inspect_app.core.database import Base, transaction
from inspect_app.core.jobs import LeaseLost, pace

log = structlog.get_logger()


class LeaseTaken(Exception):  # noqa: N818 - says what happened
    """Somebody else holds the lease and did not give it back in time."""


class Lease(Base):
    """That `holder` alone may do what `name` says, until an instant."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    until: Mapped[datetime]


def process_name() -> str:
    """This process, as the ledger and the heartbeat name it: `host:pid`."""
    return f"{socket.gethostname()}:{os.getpid()}"


def new_holder(who: str) -> str:
    """A name for one holding, so that a process that is born under a dead one's name does not inherit it."""
    return f"{who}#{uuid4().hex[:8]}"


def take(session: Session, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take a lease that is free or has run out: one statement, so that of many takers one succeeds."""
    query = (
        upsert(session, Lease)
        .values(name=name, holder=holder, until=until)
        .on_conflict_do_update(
            index_elements=[Lease.name], set_={"holder": holder, "until": until}, where=Lease.until < now
        )
    )
    return session.execute(query.returning(Lease.name)).first() is not None


def renew(session: Session, name: str, holder: str, until: datetime) -> bool:
    """Keep a lease longer; False when it went to another meanwhile."""
    query = update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=until)
    return changed(session, query) == 1


def release(session: Session, name: str, holder: str) -> None:
    """Give a lease back; nothing when it went to another meanwhile."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def changed(session: Session, query: Update | Insert) -> int:
    """How many rows an update or insert wrote; objects in the session are left as they are."""
    result = session.execute(query.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def upsert(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what to do when the row is there, for the session's database."""
    into = cast(Table, table.__table__)
    return sqlite.insert(into) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(into)


@contextmanager
def renewing(app: Flask, renewed: Callable[[Session, datetime], bool]) -> Iterator[Callable[[], None]]:
    """While the block lasts a thread calls `renewed(session, until)` in time; False from it means lost.

    Yields `check`, which raises LeaseLost from then on, and while the last renewal is older than the lease is long:
    then another may have it. A database that does not answer is asked again.
    """
    with app.app_context():
        length = pace().lease
    length_s = length.total_seconds()
    done, lost, renewed_at = threading.Event(), threading.Event(), time.perf_counter()

    def keep() -> None:
        nonlocal renewed_at
        while not done.wait(length_s / 3):
            asked_at = time.perf_counter()
            try:
                with app.app_context(), transaction() as session:
                    kept = renewed(session, clock.now() + length)
            except Exception:
                log.exception("lease_not_renewed")
                continue
            if not kept:
                lost.set()
                return
            renewed_at = asked_at

    def check() -> None:
        if lost.is_set() or time.perf_counter() - renewed_at > length_s:
            raise LeaseLost("another has taken over")

    thread = threading.Thread(target=keep, name="lease", daemon=True)
    thread.start()
    try:
        yield check
    finally:
        done.set()
        thread.join()
