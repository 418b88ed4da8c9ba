"""How exceptions are told: kind and place always, words only where they cannot hold data."""

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from inspect_app.core.faults import described


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TypeError("unsupported operand"), "unsupported operand"),
        (FileNotFoundError(2, "No such file or directory", "/data/secret.jpg"), "No such file or directory"),
        (
            OperationalError(
                "SELECT secret", {}, sqlite3.OperationalError("no such table: x\nLINE 1: secret")
            ),
            "no such table: x",
        ),
        (ValueError("secret"), None),
        (KeyError("secret"), None),
        (IntegrityError("INSERT", {}, sqlite3.IntegrityError("Key (on)=(secret)")), None),
    ],
)
def test_words_are_told_of_code_schema_and_machine_never_of_data(
    error: BaseException, words: str | None
) -> None:
    (told,) = described(raised(error), words=True)[:1]

    assert told.get("words") == words
    assert "secret" not in str(described(raised(error), words=True))


def test_without_words_none_are_told() -> None:
    (told,) = described(raised(TypeError("unsupported operand")), words=False)

    assert told.keys() == {"kind", "at"}


def test_the_place_is_a_file_of_the_project_a_line_and_a_function() -> None:
    (told,) = described(raised(ValueError()), words=True)

    assert told["at"][-1].startswith("tests/unit/core/test_logs_faults.py:")
    assert told["at"][-1].endswith(" raised")


def test_causes_are_told_after_what_they_caused() -> None:
    outer = RuntimeError("outer")
    outer.__cause__ = raised(KeyError("inner"))

    assert [each["kind"] for each in described(outer, words=True)] == ["RuntimeError", "KeyError"]


def test_a_circle_of_causes_ends() -> None:
    first, second = ValueError(), TypeError("t")
    first.__cause__, second.__cause__ = second, first

    assert len(described(first, words=True)) == 2
