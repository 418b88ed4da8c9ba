"""Flagging a month of 100,000 tenders, against the one statement that finds what is missing; both databases."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bench import city as cities
from bench.harness import Line, seconds
from inspect_app.accounts import service as accounts
from inspect_app.core.database import db, session, table, transaction
from inspect_app.core.jobs import Turn
from inspect_app.filings import figures, jobs, queries
from inspect_app.filings.models import Flag, FlaggedMonth
from inspect_app.filings.months import FilingMonth, Moment
from inspect_app.messages.models import OutboxMessage
from inspect_app.tenders import import_store as store
from tests.databases import running_postgres

TENDERS, ROUNDS, AGENCIES = 100_000, 3, 100
MONTH = FilingMonth("2026-10")
RECORDED = datetime(2026, 1, 5, 1, tzinfo=UTC)
DUE = datetime(2026, 11, 6, 16, 5, tzinfo=UTC)
MISSING_ONE_IN = 2
"""One tender in two is missing: more than any city has, so that writing counts."""


def lines() -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _measured(Path(folder), "SQLite", None)
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        yield from _measured(Path(folder), "PostgreSQL", server.url(server.create()))


def _measured(folder: Path, name: str, url: str | None) -> Iterator[Line]:
    city = cities.found(folder, url)
    with city.app.app_context():
        _fill()
        rounds = [(_flag(), seconds(_find)) for _ in range(ROUNDS)]
        flag, find = (median(side) for side in zip(*rounds, strict=True))
        yield Line(
            f"flagging, 100,000 tenders, {name}", flag, find, "s", "at most", 3, "the SELECT that finds them"
        )
        judged = median(seconds(_judge) for _ in range(ROUNDS))
        yield Line(
            f"a month's figures, 100,000 tenders, {name}", judged, find, "s", "at most", 4, "the same SELECT"
        )
        db.engine.dispose()


def _fill() -> None:
    """Tenders of a hundred agencies; every second one filed on the fifth."""
    with transaction() as current:
        ids = accounts.organisations(current, [f"第 {number} 工程處" for number in range(AGENCIES)])
        agencies = [ids[f"第 {number} 工程處"] for number in range(AGENCIES)]
        store.add_tenders(current, [_tender(number, agencies) for number in range(TENDERS)], RECORDED)
        filed = [_month(number) for number in range(0, TENDERS, MISSING_ONE_IN)]
        store.add_months(current, filed, datetime(2026, 11, 5, tzinfo=UTC))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _tender(number: int, agencies: list[UUID]) -> dict[str, Any]:
    parties = {f"{kind}_id": None for kind in ("supervisor", "contractor", "pcm")}
    plain = {"number": f"115-{number:06}", "name": f"第 {number} 號工程", "kind": "work", "own": True}
    money = {"budget_twd": None, "contract_twd": None, "category": None, "status": "施工中"}
    return {"id": UUID(int=number + 1), "agency_id": agencies[number % AGENCIES]} | parties | plain | money


def _month(number: int) -> dict[str, Any]:
    filed = datetime(2026, 11, 5, 1, tzinfo=UTC)
    values = {"planned": 50, "actual": 49, "status": "施工中", "filed_at": filed, "version": 1}
    return {"tender_id": UUID(int=number + 1), "month": MONTH.name} | values


def _flag() -> float:
    """The whole job: flags, messages, the outcome, committed; put back afterwards."""
    turn = Turn("2026-11", DUE, DUE, 1, lambda: None)
    took = seconds(lambda: jobs.flag(turn))
    with transaction() as current:
        for each in (Flag, FlaggedMonth, OutboxMessage):
            current.execute(table(each).delete())
    return took


def _find() -> None:
    """Which are missing, with their agencies, fetched as plain rows."""
    rows = queries.entries(MONTH, Moment(DUE, DUE)).subquery("entries")
    found = select(rows.c.tender_id, rows.c.agency_id).where(rows.c.state == queries.MISSING)
    if len(session().execute(found).all()) != TENDERS // MISSING_ONE_IN:
        raise RuntimeError("another number is missing")
    session().rollback()


def _judge() -> None:
    figures.assessed(session(), MONTH, Moment(DUE, DUE))
