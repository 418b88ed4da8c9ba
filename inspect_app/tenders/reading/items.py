"""What XML and JSON share: fields in a fixed order instead of columns, and amounts that say their unit."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from inspect_app.tenders.reading.columns import PROGRESS, Layout
from inspect_app.tenders.reading.types import Unit


def layout(fields: tuple[str, ...], titles: Mapping[str, str], unit: Unit | None) -> Layout:
    """A layout of `fields`, named in messages by `titles`; `unit` counts where an amount has none of its own."""
    header = tuple(titles[name] for name in fields)
    columns = {name: place for place, name in enumerate(fields)}
    given = _given(frozenset(fields))
    return Layout(header, columns, (), unit or Unit.TWD, given, marked=True, assumed=unit)


def row(fields: tuple[str, ...], said: Mapping[str, str | None]) -> tuple[list[str], frozenset[str]]:
    """The cells of one item and the fields it gives; one without a status of its own leaves the tender's alone."""
    row = [said.get(name) or "" for name in fields]
    return row, given(tuple(name for name in fields if _says(name, said)))


def _says(name: str, said: Mapping[str, str | None]) -> bool:
    return bool(said.get(name)) if name == "status" else said.get(name) is not None


@lru_cache(maxsize=1024)
def given(names: tuple[str, ...]) -> frozenset[str]:
    """`TenderRow.given` of the fields that an item has."""
    return _given(names)


def _given(names: Iterable[str]) -> frozenset[str]:
    found = frozenset(names)
    own = found.difference(PROGRESS)
    return own | {"progress"} if "month" in found else own
