"""Alembic's entry: migrate the application's own database, inside its context."""

from alembic import context
from flask import current_app
from sqlalchemy import text

migrate = current_app.extensions["migrate"]
database = migrate.db


def run() -> None:
    """One connection, one transaction; SQLite's foreign keys rest while tables are rebuilt."""
    with database.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.execute(text("PRAGMA foreign_keys=OFF"))
            connection.commit()
        context.configure(
            connection=connection, target_metadata=database.metadatas[None], **migrate.configure_args
        )
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            connection.commit()
            connection.execute(text("PRAGMA foreign_keys=ON"))


run()
