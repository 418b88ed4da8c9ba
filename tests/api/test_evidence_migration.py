"""The migration that chains the events which stood before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from inspect_app import create_app
from inspect_app.core import audit, sealing
from inspect_app.core.database import UtcDateTime, db, session
from inspect_app.evidence import comparing
from tests.databases import settings_for

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
OLD = sa.table(
    "audit_events",
    sa.column("id", sa.Uuid()),
    sa.column("at", UtcDateTime()),
    sa.column("actor_id", sa.Uuid()),
    *(sa.column(name) for name in ("actor_name", "action", "subject_kind", "subject_id", "request_id")),
    sa.column("detail", sa.JSON()),
)


def row(subject: UUID, minutes: int, kind: str = "inspection") -> dict[str, object]:
    return {
        "id": uuid4(),
        "at": AT + timedelta(minutes=minutes),
        "actor_id": uuid4(),
        "actor_name": "甲",
        "action": "inspection.planned",
        "subject_kind": kind,
        "subject_id": str(subject),
        "request_id": "",
        "detail": {"on": "2026-10-01", "score": 81.5},
    }


@pytest.mark.every_database
def test_events_that_stand_are_chained_in_their_order_and_guarded_again(
    empty_database_url: str, tmp_path: Path
) -> None:
    app: Flask = create_app(settings_for(tmp_path, DATABASE_URL=empty_database_url))
    one, other = uuid4(), uuid4()
    rows = [row(one, 2), row(other, 1), row(one, 1), row(one, 3), row(one, 0, "tender")]
    rows += [row(uuid4(), 1) for _ in range(1200)]  # more than are read at once
    with app.app_context():
        flask_migrate.upgrade(revision="0007")
        with db.engine.begin() as connection:
            connection.execute(sa.insert(OLD), rows)
        flask_migrate.upgrade()

        events = audit.chained(session(), "inspection", one)
        assert [event.at for event in events] == [AT + timedelta(minutes=minutes) for minutes in (1, 2, 3)]
        assert list(comparing.chain_faults(events)) == []
        assert audit.tip(session(), "inspection", str(other)).seq == 1
        left = "SELECT count(*) FROM audit_events WHERE subject_kind = 'inspection' AND hash IS NULL"
        assert session().scalar(sa.text(left)) == 0
        (tenders,) = audit.history(session(), "tender", one)
        assert tenders.seq is None
        session().rollback()
        for change in ("UPDATE audit_events SET seq = 9", "DELETE FROM audit_events"):
            with pytest.raises(DatabaseError), db.engine.begin() as connection:
                connection.execute(sa.text(change))
        session().close()
        db.engine.dispose()


@pytest.mark.every_database
def test_what_was_signed_is_not_disowned_by_going_back(empty_database_url: str, tmp_path: Path) -> None:
    app: Flask = create_app(settings_for(tmp_path, DATABASE_URL=empty_database_url))
    with app.app_context():
        flask_migrate.upgrade(revision="0011")
        sealing.key()
        with pytest.raises((RuntimeError, SystemExit)):
            flask_migrate.downgrade(revision="0010")
        db.session.close()

        assert sa.inspect(db.engine).has_table("evidence_keys")
        with db.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM evidence_keys"))
        flask_migrate.downgrade(revision="0010")
        assert not sa.inspect(db.engine).has_table("evidence_keys")
        db.engine.dispose()
