"""An import of 100,000 tenders by each reader, against its bare reader and one executemany into the same table."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

from bench import city as cities
from bench import lists
from bench.harness import Line, seconds
from inspect_app.accounts import service as accounts
from inspect_app.core.clock import now
from inspect_app.core.database import db, session, transaction
from inspect_app.tenders import reading
from inspect_app.tenders.importer import Plan, carry_out

ROUNDS = 3
COLUMNS = "id, number, name, agency_id, supervisor_id, contractor_id, budget_twd, contract_twd, status"
FIXED = "'work', 1, 1, '2026-11-20', '2026-11-20'"
INSERT = (
    f"INSERT INTO tenders ({COLUMNS}, kind, own, version, created_at, updated_at) "  # noqa: S608 - our own words
    f"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {FIXED})"
)
Sides = tuple[float, float, float]


def lines() -> Iterator[Line]:
    """For each kind the first import, and again with one row in ten changed."""
    for kind in lists.KINDS:
        first, again, bare = _middle([_round(kind) for _ in range(ROUNDS)])
        per = f"{kind.bare_name} + executemany"
        yield Line(f"import {kind.name}, 100,000 rows", first, bare, "s", "at most", 4, per)
        yield Line(f"import {kind.name} again, 10 % changed", again, bare, "s", "at most", 6, per)


def _middle(rounds: list[Sides]) -> Sides:
    """The medians of the three sides."""
    first, again, bare = (sorted(side)[len(rounds) // 2] for side in zip(*rounds, strict=True))
    return first, again, bare


def _round(kind: lists.Kind) -> Sides:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        city, bare = cities.found(Path(one)), cities.found(Path(other))
        before, after = kind.write(lists.rows(changed=False)), kind.write(lists.rows(changed=True))
        return _import(city, before), _import(city, after), _bare(bare, before, kind.read)


def _import(city: cities.City, data: bytes) -> float:
    app = city.app
    with app.app_context():
        took = seconds(lambda: _imported(data, city.staff))
        db.engine.dispose()
    return took


def _imported(data: bytes, token: str) -> None:
    by = accounts.identify(session(), token, now(), production=False)
    if by is None:
        raise RuntimeError("the staff's token is not known")
    parsed = reading.parse(data, reading.Unit.TWD)
    if len(parsed.rows) != lists.ROWS:
        raise RuntimeError(f"{len(parsed.rows)} rows, {parsed.rejected[:3]}")
    plan = Plan(session(), parsed.rows)
    with transaction() as current:
        carry_out(current, parsed, plan, by, now())


def _bare(city: cities.City, data: bytes, read: Callable[[bytes], Iterator[lists.Row]]) -> float:
    connection = sqlite3.connect(city.folder / "chahe.sqlite3", isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    took = seconds(lambda: _insert(connection, read(data)))
    connection.close()
    return took


def _insert(connection: sqlite3.Connection, read: Iterator[lists.Row]) -> None:
    organisations: dict[str, str] = {}
    rows = []
    for number, name, agency, supervisor, contractor, budget, contract, status in read:
        ids = (organisations.setdefault(each, uuid4().hex) for each in (agency, supervisor, contractor))
        amounts = (int(budget.replace(",", "")), int(contract.replace(",", "")))
        rows.append((uuid4().hex, number, name, *ids, *amounts, status))
    if len(rows) != lists.ROWS:
        raise RuntimeError(f"{len(rows)} rows")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO organisations (id, name) VALUES (?, ?)",
        [(id_, name) for name, id_ in organisations.items()],
    )
    connection.executemany(INSERT, rows)
    connection.execute("COMMIT")
