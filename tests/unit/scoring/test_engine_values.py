"""The values that the engine hands about: none changes once it is made, and what is left out means what is told."""

import dataclasses
import importlib
import pkgutil
from datetime import UTC, date, datetime

import pytest

import scoring
from scoring.fields import Fields
from scoring.filings import Entry, Month, assess
from scoring.penalties import Deduction
from scoring.quotas import TenderGroup, Visits

VALUES = sorted(
    {
        value
        for module in pkgutil.walk_packages(scoring.__path__, "scoring.")
        if not module.name.endswith("__main__")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, type)
        and dataclasses.is_dataclass(value)
        and value.__module__.startswith("scoring")
    }
    - {Fields},
    key=lambda kind: kind.__qualname__,
)


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__qualname__)
def test_a_value_is_never_changed_and_takes_no_other_attribute(kind: type) -> None:
    value = object.__new__(kind)
    names = [field.name for field in dataclasses.fields(kind)]

    for name in (*names, "other"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(value, name, None)


def test_a_tender_must_file_and_a_deduction_counts_once_unless_told_otherwise() -> None:
    late = datetime(2026, 11, 20, tzinfo=UTC)
    month = Month(date(2026, 11, 6), late, (Entry("A", "B"),), "條次")

    assert assess(month)["flagged"] == ["A"]
    assert Deduction("5.01.01", ("contractor",), 3).total == 3


def test_a_tender_is_ones_own_and_stands_for_itself_unless_told_otherwise() -> None:
    assert TenderGroup("A", 60_000_000) == ("A", 60_000_000, True, 1)
    assert Visits("A", date(2024, 1, 1), "inspection").count == 1  # type: ignore[comparison-overlap]
