"""The migration that freezes what was issued before: filled from the tender as it then stands."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from inspect_app import create_app
from inspect_app.core.database import UtcDateTime, db
from tests.databases import settings_for

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def before(empty_database_url: str, tmp_path: Path) -> Flask:
    """A database as it was before the migration."""
    app = create_app(settings_for(tmp_path, DATABASE_URL=empty_database_url))
    with app.app_context():
        flask_migrate.upgrade(revision="0004")
    return app


def add(table: str, **values: object) -> None:
    kinds = {UUID: sa.Uuid(), datetime: UtcDateTime(), bool: sa.Boolean()}
    columns = [sa.column(name, kinds.get(type(value))) for name, value in values.items()]
    with db.engine.begin() as connection:
        connection.execute(sa.insert(sa.table(table, *columns)).values(**values))


def organisation(name: str) -> UUID:
    id_ = uuid4()
    add("organisations", id=id_, name=name)
    return id_


def tender() -> tuple[UUID, dict[str, UUID]]:
    """A tender that names an agency and a contractor alone."""
    id_, named = uuid4(), {"agency": organisation("甲機關"), "contractor": organisation("乙營造")}
    columns = {f"{party}_id": organisation_id for party, organisation_id in named.items()}
    rest = {"number": "1", "name": "橋", "kind": "work", "own": True, "budget_twd": 5_000_000, "version": 1}
    add("tenders", id=id_, created_at=AT, updated_at=AT, **columns, **rest)
    return id_, named


def inspection(tender_id: UUID, state: str, on: str) -> UUID:
    id_ = uuid4()
    rest = {"method": "announced", "kind": "inspection", "state": state, "version": 1, "created_at": AT}
    issued = {"issued_at": AT} if state in ("issued", "closed") else {}
    add("inspections", id=id_, tender_id=tender_id, on=datetime.fromisoformat(on).date(), **rest, **issued)
    return id_


@pytest.mark.every_database
def test_what_was_issued_is_frozen_as_the_tender_stands_and_nothing_else_is(before: Flask) -> None:
    with before.app_context():
        tender_id, named = tender()
        issued = [
            inspection(tender_id, "issued", "2026-10-01"),
            inspection(tender_id, "closed", "2026-09-01"),
        ]
        inspection(tender_id, "submitted", "2026-11-01")
        flask_migrate.upgrade(revision="0005")
        with db.engine.connect() as connection:
            rows = connection.execute(
                sa.text("SELECT issued_facts FROM inspections ORDER BY state")
            ).scalars()
            kept = [json.loads(row) if isinstance(row, str) else row for row in rows]
            query = "SELECT inspection_id, party, organisation_id, organisation FROM recipients"
            received = {
                (UUID(str(id_)), party, UUID(str(org)), name)
                for id_, party, org, name in connection.execute(sa.text(query))
            }
        db.engine.dispose()

    closed, first, unissued = kept
    assert unissued is None
    assert first == closed
    assert first["tender"] == {
        "number": "1",
        "name": "橋",
        "kind": "work",
        "own": True,
        "budget_twd": 5_000_000,
        "contract_twd": None,
        "category": None,
        "status": None,
        "agency": "甲機關",
        "contractor": "乙營造",
        "supervisor": None,
        "pcm": None,
    }
    names = {"agency": "甲機關", "contractor": "乙營造"}
    assert received == {(id_, party, named[party], names[party]) for id_ in issued for party in named}
