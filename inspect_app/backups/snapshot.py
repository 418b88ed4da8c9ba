"""One moment of the database, read while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection, Engine

from inspect_app.backups.errors import Refused

ISOLATED = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@contextmanager
def of(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state throughout: SQLite's WAL or PostgreSQL's REPEATABLE READ, reading only."""
    options = ISOLATED if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def revision(connection: Connection) -> str:
    """Alembic's revision; Refused for a database that was never migrated."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise Refused("資料庫尚未建立，沒有可備份的資料；請確認 DATABASE_URL，或先執行 flask db upgrade。")
    return found


def size(connection: Connection) -> int:
    """The database's size in bytes."""
    if connection.dialect.name == "postgresql":
        return int(connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)
    pages, each = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("page_count", "page_size")
    )
    return int(pages or 0) * int(each or 0)


def folder(engine: Engine) -> Path | None:
    """Where an SQLite database lies; None for PostgreSQL."""
    return Path(cast(str, engine.url.database)).parent if engine.dialect.name == "sqlite" else None
