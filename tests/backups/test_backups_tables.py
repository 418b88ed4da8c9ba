"""Rows as plain values: nothing is lost of any kind, references may run forward, counters go on."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from inspect_app.backups import tables
from inspect_app.backups.errors import Refused
from inspect_app.backups.kinds import KINDS, kind_of
from inspect_app.backups.manifest import Table
from inspect_app.core.database import UtcDateTime, db
from tests.backups.places import MakePlace, Place

LIMIT = 2**63
EPOCH = datetime(2026, 11, 23, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "uuid": st.uuids(),
    "instant": st.integers(-(10**9), 10**10).map(
        lambda ms: EPOCH + timedelta(milliseconds=ms, microseconds=7)
    ),
    "date": st.dates(),
    "boolean": st.booleans(),
    "integer": st.integers(-LIMIT, LIMIT - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "binary": st.binary(max_size=40),
    "json": st.sampled_from(["null", "{}", '{"b": 1, "a": [1.0, "測試"]}', '"x"', "[]", '{"a": 1, "a": 2}']),
    "text": TEXTS,
}
COLUMNS: dict[str, Any] = {
    "uuid": sa.Uuid(),
    "instant": UtcDateTime(),
    "date": sa.Date(),
    "boolean": sa.Boolean(),
    "integer": sa.BigInteger(),
    "float": sa.Double(),
    "decimal": sa.Numeric(12, 2),
    "binary": sa.LargeBinary(),
    "json": sa.JSON(),
    "text": sa.Text(),
}
DECIMALS = st.decimals(-(10**9), 10**9, places=2)


@pytest.fixture
def connection(empty: Place) -> Iterator[Connection]:
    """A transaction in a database without a table."""
    with empty.app.app_context(), db.engine.connect() as connection, connection.begin():
        yield connection


@pytest.fixture
def every_kind(connection: Connection) -> Table:
    """A table with a column of each kind."""
    made = sa.Table("every kind", sa.MetaData(), *(sa.Column(name, type_) for name, type_ in COLUMNS.items()))
    made.create(connection)
    return tables.described(connection)[0]


def read(connection: Connection, table: Table) -> list[tables.Row]:
    return [row for batch in tables.read(connection, table) for row in batch]


def test_every_kind_has_a_value_and_a_column_to_try() -> None:
    assert VALUES.keys() | {"decimal"} == COLUMNS.keys() == KINDS.keys()


@pytest.mark.every_database
def test_the_database_tells_the_kinds(every_kind: Table) -> None:
    assert [(column.name, column.kind) for column in every_kind.columns] == [(kind, kind) for kind in COLUMNS]


@pytest.mark.every_database
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(*(st.none() | (DECIMALS if kind == "decimal" else VALUES[kind]) for kind in COLUMNS)),
        max_size=4,
    )
)
def test_a_row_of_any_kinds_is_read_as_it_was_written(
    connection: Connection, every_kind: Table, rows: list[tables.Row]
) -> None:
    connection.execute(sa.delete(sa.table(every_kind.name)))
    lines = tables.encoded(rows)
    tables.write(connection, every_kind, [tables.decoder(every_kind).decode_lines(lines)])

    assert sorted(read(connection, every_kind), key=repr) == sorted(rows, key=repr)


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=8)))))
def test_an_instant_is_kept_in_utc_to_the_microsecond(instant: datetime) -> None:
    table = Table("one", (tables.Column("at", "instant"),))
    told = instant.astimezone(UTC) if instant.year > 1 else instant

    assert tables.decoder(table).decode_lines(tables.encoded([(told,)])) == [(instant,)]


@pytest.mark.every_database
def test_a_json_null_and_no_value_stay_apart(connection: Connection, every_kind: Table) -> None:
    blank = {name: None for name in COLUMNS if name != "json"}
    source = sa.table(every_kind.name, *(sa.column(name, type_) for name, type_ in COLUMNS.items()))
    connection.execute(sa.insert(source).values(blank | {"json": sa.JSON.NULL}))
    connection.execute(sa.insert(source).values(blank | {"json": sa.null()}))

    assert sorted(str(row[8]) for row in read(connection, every_kind)) == ["None", "null"]


def test_a_column_that_no_kind_fits_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"visits\.spots"):
        kind_of("visits.spots", postgresql.ARRAY(sa.Integer()), "postgresql")
    with pytest.raises(Refused, match=r"visits\.at"):
        kind_of("visits.at", sa.DateTime(), "postgresql")


@pytest.mark.parametrize("value", ['"2026-11-23T09:00:00"', '"yesterday"', "5"])
def test_an_instant_without_a_zone_or_of_another_form_is_not_read(value: str) -> None:
    decoder = tables.decoder(Table("one", (tables.Column("at", "instant"),)))

    with pytest.raises(ValueError, match=r"Expected|Invalid"):
        decoder.decode_lines(f"[{value}]".encode())


# -- references and counters ------------------------------------------------------------------------------


@pytest.fixture
def ring(connection: Connection) -> dict[str, Table]:
    return ring_in(connection)


def ring_in(connection: Connection) -> dict[str, Table]:
    """Two tables that refer to each other, one of them to itself as well, with numbers of the database's own."""
    data = sa.MetaData(naming_convention=db.metadata.naming_convention)
    sa.Table(
        "hens",
        data,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mother", sa.ForeignKey("hens.id")),
        sa.Column("egg", sa.ForeignKey("eggs.id", use_alter=connection.dialect.name == "postgresql")),
    )
    sa.Table(
        "eggs",
        data,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("hen", sa.ForeignKey("hens.id")),
    )
    data.create_all(connection)
    return {table.name: table for table in tables.described(connection)}


def fill(connection: Connection, ring: dict[str, Table], **rows: list[tables.Row]) -> list[str]:
    tables.postpone_references(connection)
    for name, table in ring.items():
        tables.write(connection, table, [rows.get(name, [])])
    tables.continue_numbers(connection)
    return tables.settle_references(connection)


@pytest.mark.every_database
def test_rows_may_refer_to_rows_yet_to_come(connection: Connection, ring: dict[str, Table]) -> None:
    assert fill(connection, ring, hens=[(1, 2, 7), (2, None, None)], eggs=[(7, 1)]) == []
    assert len(read(connection, ring["hens"])) == 2


def test_a_reference_that_leads_nowhere_is_found_on_sqlite(make_place: MakePlace) -> None:
    place = make_place("sqlite")
    with place.app.app_context(), db.engine.connect() as connection, connection.begin() as begun:
        assert fill(connection, ring_in(connection), hens=[(1, 5, None)]) == ["hens"]
        begun.rollback()


@pytest.mark.every_database
def test_numbers_of_the_databases_own_go_on(connection: Connection, ring: dict[str, Table]) -> None:
    fill(connection, ring, hens=[(41, None, None)], eggs=[(7, 41)])
    connection.exec_driver_sql("INSERT INTO hens (mother) VALUES (41)")

    assert sorted(row[0] for row in read(connection, ring["hens"])) == [41, 42]


def test_a_uuid_and_a_date_stand_as_everyone_writes_them() -> None:
    row = (
        UUID(int=1),
        date(2026, 11, 23),
        Decimal("1.50"),
        datetime(2026, 11, 23, 1, tzinfo=UTC),
        b"\0",
        None,
        True,
    )

    assert tables.encoded([row]) == (
        b'["00000000-0000-0000-0000-000000000001","2026-11-23","1.50","2026-11-23T01:00:00Z","AA==",null,true]\n'
    )
