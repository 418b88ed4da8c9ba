"""An import of 100,000 tenders, against the csv module and one executemany into the same table."""

import csv
import io
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from bench import city as cities
from bench.harness import Line, seconds
from inspect_app.accounts import service as accounts
from inspect_app.core.clock import now
from inspect_app.core.database import db, session
from inspect_app.tenders.uploads import import_upload

ROWS, ROUNDS = 100_000, 3
HEAD = ("標案編號", "標案名稱", "主辦機關", "監造單位", "承攬廠商", "預算金額", "契約金額", "執行狀態")
COLUMNS = "id, number, name, agency_id, supervisor_id, contractor_id, budget_twd, contract_twd, status"
FIXED = "'work', 1, 1, '2026-11-20', '2026-11-20'"
INSERT = (
    f"INSERT INTO tenders ({COLUMNS}, kind, own, version, created_at, updated_at) "  # noqa: S608 - our own words
    f"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {FIXED})"
)


def lines() -> Iterator[Line]:
    """The first import, and again with one row in ten changed."""
    firsts, agains, bares = zip(*(_round() for _ in range(ROUNDS)), strict=True)
    middle = ROUNDS // 2
    first, again, bare = (sorted(side)[middle] for side in (firsts, agains, bares))
    per = "csv + executemany"
    yield Line("import, 100,000 rows", first, bare, "s", "at most", 4, per)
    yield Line("import again, 10 % changed", again, bare, "s", "at most", 6, per)


def _round() -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        city, bare = cities.found(Path(one)), cities.found(Path(other))
        before, after = _file(changed=False), _file(changed=True)
        return _import(city, before), _import(city, after), _bare(bare, before)


def _file(*, changed: bool) -> bytes:
    """The list as a city's own system writes it: UTF-8 with a mark, amounts with commas."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for number in range(ROWS):
        name = f"第 {number} 號道路及排水改善工程{'（變更）' if changed and number % 10 == 0 else ''}"
        agency, firm = f"第 {number % 100} 工程處", f"第 {number % 1000} 營造公司"
        money = f"{number * 1000 + 1_000_000:,}"
        writer.writerow((f"115-{number:06}", name, agency, "示範顧問公司", firm, money, money, "施工中"))
    return out.getvalue().encode("utf-8-sig")


def _import(city: cities.City, data: bytes) -> float:
    app = city.app
    with app.app_context():
        by = accounts.identify(session(), city.staff, now(), production=False)
        if by is None:
            raise RuntimeError("the staff's token is not known")
        took = seconds(lambda: import_upload(io.BytesIO(data), by, unit="twd", dry_run=False, strict=False))
        db.engine.dispose()
    return took


def _bare(city: cities.City, data: bytes) -> float:
    connection = sqlite3.connect(city.folder / "chahe.sqlite3", isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    took = seconds(lambda: _insert(connection, data))
    connection.close()
    return took


def _insert(connection: sqlite3.Connection, data: bytes) -> None:
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    next(reader)
    organisations: dict[str, str] = {}
    rows = []
    for number, name, agency, supervisor, contractor, budget, contract, status in reader:
        ids = (organisations.setdefault(each, uuid4().hex) for each in (agency, supervisor, contractor))
        amounts = (int(budget.replace(",", "")), int(contract.replace(",", "")))
        rows.append((uuid4().hex, number, name, *ids, *amounts, status))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO organisations (id, name) VALUES (?, ?)",
        [(id_, name) for name, id_ in organisations.items()],
    )
    connection.executemany(INSERT, rows)
    connection.execute("COMMIT")
