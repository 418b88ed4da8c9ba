"""The law on a day: `lawbook.at(day).inspection.grades.bands`.

Every value comes from a file under `law/` and carries its `source`. The files are read once a process.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from scoring.errors import LawError
from scoring.law_parts import Book, InspectionLaw, LocalLaw, OrganisationLaw, Part, ProcurementLaw
from scoring.lawfile import Group, load
from scoring.parameters import (
    GROUPS,
    KnownYears,
)
from scoring.sources import Parameters

LAW = Path(__file__).parent / "law"
DAYS_KEPT = 4096
Q = TypeVar("Q", bound="Part")


@dataclass(frozen=True, eq=False)
class Law(Part):
    """The law on a day."""

    @cached_property
    def inspection(self) -> InspectionLaw:
        """Return 工程施工查核小組作業辦法."""
        return _shared(InspectionLaw, self)

    @cached_property
    def organisation(self) -> OrganisationLaw:
        """Return 工程施工查核小組組織準則."""
        return _shared(OrganisationLaw, self)

    @cached_property
    def procurement(self) -> ProcurementLaw:
        """Return 政府採購法."""
        return _shared(ProcurementLaw, self)

    @cached_property
    def local(self) -> LocalLaw:
        """Return the readings and the local rules."""
        return _shared(LocalLaw, self)

    @cached_property
    def known_years(self) -> KnownYears:
        """Return the years whose official calendar is known."""
        return self.on(KnownYears)


def _shared(kind: type[Q], law: Law) -> Q:
    """Return a part that all days share between two changes; their own where a rule is missing, for errors name it."""
    if law.book is not _book():
        return kind(law.day, law.book)
    days, parts = _parts()[kind.title]
    place = bisect_right(days, law.day)
    return cast("Q | None", parts[place - 1] if place else None) or kind(law.day, law.book)


@cache
def _parts() -> dict[str, tuple[list[date], list[Part | None]]]:
    """Return, for each part, the days on which it changes and what it is from each on; None if a rule is missing."""
    return {
        kind.title: _standing(kind) for kind in (InspectionLaw, OrganisationLaw, ProcurementLaw, LocalLaw)
    }


def _standing(kind: type[Part]) -> tuple[list[date], list[Part | None]]:
    groups = [group for name, group in _book().items() if name.startswith(f"{kind.title}.")]
    days = sorted({day for group in groups for day in group.days})
    return days, [kind(day, _book()) if all(group.on(day) for group in groups) else None for day in days]


def at(day: date) -> Law:
    """Return the law in force on a day; a rule raises RuleNotInForce only when it is asked for."""
    return Law(day, book()) if _tried.get() else _laws[day]


class _Laws(dict[date, Law]):
    """The law of the law files by day: the same days are asked for again and again."""

    def __missing__(self, day: date) -> Law:
        if len(self) >= DAYS_KEPT:
            self.clear()
        self[day] = law = Law(day, _book())
        return law


_laws = _Laws()


def book() -> Book:
    """Return every group by name: those of the law files, and in their place those being tried."""
    tried = _tried.get()
    return {**_book(), **tried} if tried else _book()


@cache
def _book() -> dict[str, Group[Parameters]]:
    """Return every group of the law files by name, read once; LawError when a file is not right."""
    return dict(read(LAW, GROUPS))


_tried: ContextVar[Mapping[str, Group[Parameters]] | None] = ContextVar("tried", default=None)


@contextmanager
def trying(drafts: Iterable[Group[Parameters]]) -> Iterator[None]:
    """Let draft groups stand in place of the law's own while it lasts, in this context only."""
    token = _tried.set({**(_tried.get() or {}), **{group.name: group for group in drafts}})
    try:
        yield
    finally:
        _tried.reset(token)


def tried() -> list[str]:
    """Return the names of the groups that drafts stand for now."""
    return sorted(_tried.get() or ())


def draft(text: str, where: str) -> Group[Parameters]:
    """Return the group of a draft amendment: a law file with a first line `group: inspection.quota`.

    LawError when the file is not right. Versions of the regulation need not be accounted for.
    """
    head, _, rest = text.partition("\n")
    name = head.removeprefix("group:").strip()
    kinds = {kind.group: kind for kind in GROUPS}
    if not head.startswith("group:") or name not in kinds:
        raise LawError(f"{where}: begin with a line `group: NAME`, NAME one of {', '.join(sorted(kinds))}.")
    return load(f"\n{rest}", where, kinds[name])  # the line keeps its number in errors


def newest() -> date:
    """Return the last day on which any rule changed: asked on it, every group gives its newest value."""
    return max(group.days[-1] for group in book().values())


def read(folder: Path, kinds: Iterable[type[Parameters]]) -> Book:
    """Return the groups of all files under `folder`: one file for each kind and no other."""
    by_path = {Path(*kind.group.split(".")).with_suffix(".yaml"): kind for kind in kinds}
    present = {path.relative_to(folder) for path in folder.rglob("*.yaml")}
    if odd := sorted(present ^ set(by_path)):
        raise LawError(f"{odd[0]}: each law file needs its class in GROUPS, and each class its file.")
    groups = {
        kind.group: load((folder / path).read_text("utf-8"), str(path), kind)
        for path, kind in by_path.items()
    }
    check_versions(groups.values())
    return groups


def check_versions(groups: Iterable[Group[Any]]) -> None:
    """Raise LawError unless every group was read against every version of its regulation."""
    groups = tuple(groups)
    known = {group.regulation: group.versions for group in groups if group.name.endswith(".regulation")}
    for group in groups:
        if odd := sorted(known.get(group.regulation, group.versions) ^ group.versions):
            raise LawError(
                f"{group.name} does not account for the version of {odd[0]}: read it, then name it "
                "under values, unchanged_in or absent_in (or in the file of the regulation)."
            )
