"""Alembic's entry: migrate the application's own database, inside its context."""

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]
database = migrate.db


def run() -> None:
    """One connection, one transaction; SQLite's foreign keys rest while tables are rebuilt."""
    with database.engine.connect() as connection:
        # By the driver, before a transaction begins: inside one the pragma does nothing, without a word.
        sqlite = connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
        if sqlite:
            sqlite.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection, target_metadata=database.metadatas[None], **migrate.configure_args
        )
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            connection.commit()
            sqlite.execute("PRAGMA foreign_keys=ON")


run()
