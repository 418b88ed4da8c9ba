"""The migration that gives inspections their catalogue revision: those submitted before had the only one there was."""

from datetime import UTC, date, datetime
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
KINDS = {UUID: sa.Uuid(), datetime: UtcDateTime(), date: sa.Date(), bool: sa.Boolean()}


@pytest.fixture
def before(empty_database_url: str, tmp_path: Path) -> Flask:
    """A database as it was before the migration."""
    app = create_app(settings_for(tmp_path, DATABASE_URL=empty_database_url))
    with app.app_context():
        flask_migrate.upgrade(revision="0005")
    return app


def add(table: str, **values: object) -> UUID:
    id_ = uuid4()
    given = values | {"id": id_, "version": 1, "created_at": AT}
    columns = [sa.column(name, KINDS.get(type(value))) for name, value in given.items()]
    with db.engine.begin() as connection:
        connection.execute(sa.insert(sa.table(table, *columns)).values(**given))
    return id_


def revisions() -> dict[UUID, str | None]:
    columns = sa.column("id", sa.Uuid()), sa.column("code_revision")
    with db.engine.connect() as connection:
        return dict(
            connection.execute(sa.select(*columns).select_from(sa.table("inspections"))).tuples().all()
        )


@pytest.mark.every_database
def test_what_was_submitted_has_the_revision_there_was_and_the_rest_none(before: Flask) -> None:
    with before.app_context():
        agency = uuid4()
        with db.engine.begin() as connection:
            named = sa.table("organisations", sa.column("id", sa.Uuid()), sa.column("name"))
            connection.execute(sa.insert(named).values(id=agency, name="甲機關"))
        tender = add("tenders", number="1", name="橋", kind="work", own=True, agency_id=agency, updated_at=AT)
        rest = {"tender_id": tender, "method": "announced", "kind": "inspection"}
        sent = add("inspections", **rest, on=date(2026, 10, 1), state="submitted", submission_id=uuid4())
        planned = add("inspections", **rest, on=date(2026, 12, 1), state="planned")

        flask_migrate.upgrade(revision="0006")
        after = revisions()
        flask_migrate.downgrade(revision="0005")
        flask_migrate.upgrade(revision="0006")
        again = revisions()
        db.engine.dispose()

    assert after == again == {sent: "roc-111", planned: None}
