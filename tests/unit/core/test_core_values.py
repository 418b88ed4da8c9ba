"""Small values of the ground: column types, days, field paths, actors."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from inspect_app.core.api import strict_json
from inspect_app.core.auth import Actor, requires
from inspect_app.core.clock import legal_day
from inspect_app.core.database import Hundredths, UtcDateTime
from inspect_app.core.permissions import PERMISSIONS, ROLE_LABELS, Role
from inspect_app.core.problems import FieldError, MalformedRequest, flatten

DIALECTS: list[Dialect] = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("dialect", DIALECTS, ids=["sqlite", "postgresql"])
def test_an_instant_comes_back_the_same_and_in_utc(dialect: Dialect) -> None:
    column, eight = UtcDateTime(), timezone(timedelta(hours=8))
    given = datetime(2026, 11, 23, 0, 30, tzinfo=eight)

    stored = column.process_bind_param(given, dialect)
    read = column.process_result_value(stored, dialect)

    assert read == given
    assert read is not None
    assert read.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 23), sqlite.dialect())  # noqa: DTZ001


@pytest.mark.parametrize("text", ["0", "0.01", "62.5", "999.99", "-3.40"])
def test_hundredths_come_back_exactly(text: str) -> None:
    column = Hundredths()
    stored = column.process_bind_param(Decimal(text), sqlite.dialect())

    assert isinstance(stored, int)
    assert column.process_result_value(stored, sqlite.dialect()) == Decimal(text)


def test_a_third_place_is_refused_instead_of_rounded() -> None:
    with pytest.raises(ValueError, match="two places"):
        Hundredths().process_bind_param(Decimal("0.125"), sqlite.dialect())


@pytest.mark.parametrize("column", [UtcDateTime(), Hundredths()])
def test_nothing_stays_nothing(column: Any) -> None:
    assert column.process_bind_param(None, sqlite.dialect()) is None
    assert column.process_result_value(None, sqlite.dialect()) is None


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_a_legal_day_begins_at_midnight_in_taipei(instant: datetime, day: date) -> None:
    assert legal_day(instant) == day


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        ({"json": {"number": ["x"]}}, "number"),
        ({"json": {"marks": {0: {"total": ["x"]}}}}, "marks[0].total"),
        ({"json": {"_schema": ["x"]}}, ""),
        ({"query": {"limit": ["x"]}}, "limit"),
        ({"json": {"a": {"json": ["x"]}}}, "a.json"),
    ],
)
def test_a_field_error_s_path_is_the_body_s(messages: dict[str, Any], field: str) -> None:
    assert list(flatten(messages)) == [FieldError(field, "x")]


@pytest.mark.parametrize("text", ['{"a": [1, 2.5, "x", null, true]}', '"𠮷"', "-0.0", "[]"])
def test_strict_json_reads_what_json_means(text: str) -> None:
    assert strict_json(text) == json.loads(text)


def test_strict_json_says_where_it_stopped() -> None:
    with pytest.raises(MalformedRequest, match="第 2 行第 7 字"):
        strict_json('{"a": 1,\n "b": x}')


def test_strict_json_names_the_key_given_twice() -> None:
    with pytest.raises(MalformedRequest, match="'b'"):
        strict_json('{"a": 1, "b": 2, "b": 3}')


def test_a_permission_nobody_defined_cannot_be_asked_for() -> None:
    with pytest.raises(KeyError, match=r"permissions\.py"):
        requires("tenders.burn")


def test_every_role_has_a_title() -> None:
    assert ROLE_LABELS.keys() == set(Role)


def test_every_permission_is_held_by_someone() -> None:
    assert [name for name, roles in PERMISSIONS.items() if not roles] == []


@pytest.mark.parametrize(("role", "may"), [(Role.STAFF, True), (Role.CONTRACTOR, False)])
def test_an_actor_may_what_the_role_may(role: Role, may: bool) -> None:
    actor = Actor(uuid4(), "x", "某人", role, None, None, outside=False, credential_id=uuid4())

    assert actor.may("tenders.write") is may
