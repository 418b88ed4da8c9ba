"""Migrations: one line of them, there and back on both databases, and the models say the same."""

from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text

from inspect_app import create_app
from inspect_app.core.database import db
from inspect_app.core.settings import ROOT
from tests.databases import settings_for


@pytest.fixture
def unmigrated(empty_database_url: str, tmp_path: Path) -> Flask:
    """The application on a database without a table."""
    return create_app(settings_for(tmp_path, DATABASE_URL=empty_database_url))


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def schema() -> list[str]:
    """Everything but data, as comparable lines: columns, keys, indexes, checks."""
    seen = inspect(db.engine)
    lines = []
    for table in sorted(tables()):
        parts = (
            [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)],
            sorted(str(index["name"]) for index in seen.get_indexes(table)),
            sorted(str(key["name"]) for key in seen.get_foreign_keys(table)),
            sorted(str(key["name"]) for key in seen.get_unique_constraints(table)),
            sorted(str(check["name"]) for check in seen.get_check_constraints(table)),
        )
        lines.append(f"{table}: {parts}")
    return lines


def triggers_and_functions() -> list[str]:
    """What a table's own description leaves out."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if db.engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    with db.engine.connect() as connection:
        return sorted(str(name) for name in connection.execute(text(query)).scalars())


def test_there_is_one_head() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))

    assert len(scripts.get_heads()) == 1


def test_every_migration_has_a_number_and_a_way_back() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    numbers = [script.revision for script in scripts.walk_revisions()]

    assert sorted(numbers) == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    assert all(hasattr(script.module, "downgrade") for script in scripts.walk_revisions())


@pytest.mark.every_database
def test_migrations_lead_there_and_back_again(unmigrated: Flask) -> None:
    with unmigrated.app_context():
        flask_migrate.upgrade()
        before = schema(), triggers_and_functions()
        flask_migrate.downgrade(revision="base")
        assert (tables(), triggers_and_functions()) == (set(), [])
        flask_migrate.upgrade()
        after = schema(), triggers_and_functions()
        db.engine.dispose()

    assert after == before


@pytest.mark.every_database
def test_each_migration_can_be_undone_by_itself(unmigrated: Flask) -> None:
    numbers = [script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()]
    with unmigrated.app_context():
        for number in reversed(numbers):
            flask_migrate.upgrade(revision=number)
            before = schema(), triggers_and_functions()
            flask_migrate.downgrade(revision="-1")
            flask_migrate.upgrade(revision=number)
            assert (schema(), triggers_and_functions()) == before, number
        db.engine.dispose()


@pytest.mark.every_database
def test_migrations_and_models_say_the_same(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, db.metadata) == []
