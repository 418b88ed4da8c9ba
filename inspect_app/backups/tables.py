"""Tables as rows of plain values: described and read on one side, written and counted on the other."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import msgspec
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import Connection

from inspect_app.backups.errors import Refused
from inspect_app.backups.kinds import KINDS, kind_of
from inspect_app.backups.manifest import Column, Table

VERSIONS = "alembic_version"
BATCH = 250
"""Rows in memory at a time: submissions are large."""

CHUNK_ROWS = 10_000

Row = tuple[Any, ...]
_encoder = msgspec.json.Encoder()


def described(connection: Connection) -> tuple[Table, ...]:
    """Every table of the database but Alembic's, those that others refer to first."""
    seen = sa.inspect(connection)
    ordered = (name for name, _ in seen.get_sorted_table_and_fkc_names() if name and name != VERSIONS)
    return tuple(Table(name, _columns(seen, name)) for name in ordered)


def _columns(seen: sa.Inspector, table: str) -> tuple[Column, ...]:
    dialect = seen.dialect.name
    return tuple(
        Column(each["name"], kind_of(f"{table}.{each['name']}", each["type"], dialect))
        for each in seen.get_columns(table)
    )


def count(connection: Connection, table: Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table.name))) or 0


def has_rows(connection: Connection, table: Table) -> bool:
    return connection.scalar(sa.select(sa.literal(1)).select_from(sa.table(table.name)).limit(1)) is not None


def read(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows, in batches; Refused for a value that its column's kind does not have."""
    query = sa.select(*(_read_as(column) for column in table.columns)).select_from(sa.table(table.name))
    with connection.execute(query, execution_options={"yield_per": BATCH}) as result:
        try:
            for batch in result.partitions():
                yield [tuple(row) for row in batch]
        except ValueError as error:
            raise Refused(f"資料表 {table.name} 有無法讀取的值（{error}）；請修正後再備份。") from error


def _read_as(column: Column) -> sa.ColumnElement[Any]:
    plain: sa.ColumnElement[Any] = sa.column(column.name, KINDS[column.kind].column)
    return sa.cast(plain, sa.Text).label(column.name) if column.kind == "json" else plain


def member_name(table: str, number: int) -> str:
    """What a table's chunk of rows is called in the archive; chunks count from 1."""
    return f"tables/{table}/{number:04}.jsonl"


# -- lines -------------------------------------------------------------------------------------------------


def encoded(rows: Sequence[Row]) -> bytes:
    """One JSON array a line."""
    return _encoder.encode_lines(rows)


def decoder(table: Table) -> msgspec.json.Decoder[Row]:
    """Reads a table's lines strictly; KeyError for a kind that is not ours."""
    kinds = tuple(KINDS[column.kind].decoded | None for column in table.columns)
    return msgspec.json.Decoder(tuple[kinds])  # type: ignore[valid-type]


# -- writing -----------------------------------------------------------------------------------------------


def write(connection: Connection, table: Table, batches: Iterable[list[Row]]) -> None:
    """Insert rows: by COPY on PostgreSQL, on SQLite without SQLAlchemy's own work for each row."""
    insert = _copy if connection.dialect.name == "postgresql" else _insert
    insert(connection, table, batches)


def _insert(connection: Connection, table: Table, batches: Iterable[list[Row]]) -> None:
    quote, dialect = connection.dialect.identifier_preparer.quote, connection.dialect
    names = ", ".join(quote(column.name) for column in table.columns)
    marks = ", ".join("?" * len(table.columns))
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"  # noqa: S608 - our own names, quoted
    types = [KINDS[column.kind].column.dialect_impl(dialect) for column in table.columns]
    binds = [type_.bind_processor(dialect) for type_ in types]
    for rows in filter(None, batches):
        columns = zip(*rows, strict=True)
        bound = (map(bind, values) if bind else values for bind, values in zip(binds, columns, strict=True))
        connection.exec_driver_sql(statement, list(zip(*bound, strict=True)))


def _copy(connection: Connection, table: Table, batches: Iterable[list[Row]]) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for rows in batches:
            for row in rows:
                copy.write_row(row)


def postpone_references(connection: Connection) -> None:
    """Let rows refer to rows yet to come, until `settle_references`: tables may refer to themselves or in a ring."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        return
    for table, constraint in _forward_references(connection):
        _alter(connection, table, constraint, "DEFERRABLE INITIALLY DEFERRED")


def settle_references(connection: Connection) -> list[str]:
    """Hold rows to their references again; returns the tables (SQLite) whose rows refer to nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return sorted({str(row[0]) for row in broken})
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table, constraint in _forward_references(connection):
        _alter(connection, table, constraint, "NOT DEFERRABLE")
    return []


def continue_numbers(connection: Connection) -> None:
    """Let PostgreSQL's counters go on behind the greatest number written; SQLite's do so by themselves."""
    if connection.dialect.name != "postgresql":
        return
    owned = sa.text(
        "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) "
        "FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"
    )
    for table, column, counter in connection.execute(owned).all():
        greatest = connection.scalar(sa.select(sa.func.max(sa.column(column))).select_from(sa.table(table)))
        if greatest is not None:
            connection.execute(sa.select(sa.func.setval(counter, greatest)))


def _forward_references(connection: Connection) -> Iterator[tuple[str, str]]:
    seen, written = sa.inspect(connection), set[str]()
    for name, _ in seen.get_sorted_table_and_fkc_names():
        for key in seen.get_foreign_keys(name) if name else ():
            if key["referred_table"] not in written:
                yield name or "", cast(str, key["name"])
        written.add(name or "")


def _alter(connection: Connection, table: str, constraint: str, how: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(f"ALTER TABLE {quote(table)} ALTER CONSTRAINT {quote(constraint)} {how}")
