"""The law on a day: `lawbook.at(day).inspection.grades.bands`.

Every value comes from a file under `law/` and carries its `source`. The files are read once a process.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from scoring.aftermath import (
    AwardReference,
    Corrections,
    Escalation,
    LateCorrections,
    Measures,
    StaffRecords,
)
from scoring.errors import LawError, RuleNotInForce
from scoring.lawfile import Group, load
from scoring.parameters import (
    GROUPS,
    FailedTests,
    FilingDay,
    ForcedFindings,
    Grades,
    KnownYears,
    OtherFindings,
    Oversight,
    Panel,
    PenaltyRates,
    PendingTests,
    PendingWhereSilent,
    Priorities,
    ProgressLimit,
    QuarterlyReturn,
    Quota,
    QuotaRounding,
    RecordDeadline,
    Regulation,
    SeverityPoints,
    Thresholds,
)
from scoring.sources import Parameters

LAW = Path(__file__).parent / "law"
P = TypeVar("P", bound=Parameters)
Book = Mapping[str, Group[Parameters]]


@dataclass(frozen=True, slots=True)
class InspectionLaw:
    """工程施工查核小組作業辦法 on a day; a rule that is not in force raises RuleNotInForce."""

    day: date

    @property
    def regulation(self) -> Regulation:
        """Return the version of the regulation."""
        return _on(self.day, Regulation)

    @property
    def grades(self) -> Grades:
        """Return the grades of art. 7."""
        return _on(self.day, Grades)

    @property
    def forced_findings(self) -> ForcedFindings:
        """Return the findings of art. 8."""
        return _on(self.day, ForcedFindings)

    @property
    def failed_tests(self) -> FailedTests:
        """Return what a failed test of art. 8 does to a score."""
        return _on(self.day, FailedTests)

    @property
    def pending_tests(self) -> PendingTests:
        """Return what a pending test of art. 8 holds back."""
        return _on(self.day, PendingTests)

    @property
    def quota(self) -> Quota:
        """Return how many tenders are inspected a year (art. 4)."""
        return _on(self.day, Quota)

    @property
    def record_deadline(self) -> RecordDeadline:
        """Return when the record is sent (art. 9)."""
        return _on(self.day, RecordDeadline)

    @property
    def corrections(self) -> Corrections:
        """Return how a defect is corrected: photos, review, tracking (art. 9; 2002: art. 7)."""
        return _on(self.day, Corrections)

    @property
    def staff_records(self) -> StaffRecords:
        """Return whether rewards and punishments are registered (art. 10; 2002: art. 8)."""
        return _on(self.day, StaffRecords)

    @property
    def award_reference(self) -> AwardReference:
        """Return which grades may count in awarding contracts (art. 10)."""
        return _on(self.day, AwardReference)

    @property
    def measures(self) -> Measures:
        """Return what follows a grade C, or in 2002 grave defects (art. 10; 2002: art. 8)."""
        return _on(self.day, Measures)

    @property
    def late_corrections(self) -> LateCorrections:
        """Return what follows a correction that is late (art. 10; 2002: art. 8)."""
        return _on(self.day, LateCorrections)

    @property
    def escalation(self) -> Escalation:
        """Return whom the team may tell of measures not taken (art. 10)."""
        return _on(self.day, Escalation)


@dataclass(frozen=True, slots=True)
class ProcurementLaw:
    """政府採購法 and what is ordered under it, on a day."""

    day: date

    @property
    def thresholds(self) -> Thresholds:
        """Return 公告金額, 查核金額 and 巨額 of works."""
        return _on(self.day, Thresholds)

    @property
    def penalty_rates(self) -> PenaltyRates:
        """Return what each point deducted costs."""
        return _on(self.day, PenaltyRates)


@dataclass(frozen=True, slots=True)
class LocalLaw:
    """Readings and local rules on a day: what the national text leaves open."""

    day: date

    @property
    def other_findings(self) -> OtherFindings:
        """Return what a finding without a test does to a score."""
        return _on(self.day, OtherFindings)

    @property
    def pending_where_silent(self) -> PendingWhereSilent:
        """Return what a pending test holds back where art. 8 is silent."""
        return _on(self.day, PendingWhereSilent)

    @property
    def quota_rounding(self) -> QuotaRounding:
        """Return how a share of tenders becomes a whole number."""
        return _on(self.day, QuotaRounding)

    @property
    def progress(self) -> ProgressLimit:
        """Return from how many percentage points a tender counts as behind."""
        return _on(self.day, ProgressLimit)

    @property
    def filing_day(self) -> FilingDay:
        """Return the day by which a month's progress is filed; before the first one known, that one."""
        first = book()[FilingDay.group].first_day()
        return _on(max(self.day, first or self.day), FilingDay)

    @property
    def severity_points(self) -> SeverityPoints:
        """Return which severities take no points."""
        return _on(self.day, SeverityPoints)

    @property
    def priorities(self) -> Priorities:
        """Return the grounds for visiting tenders early, and their weights."""
        return _on(self.day, Priorities)

    @property
    def oversight(self) -> Oversight:
        """Return within how many days a citizen's report is answered."""
        return _on(self.day, Oversight)


@dataclass(frozen=True, slots=True)
class OrganisationLaw:
    """工程施工查核小組組織準則 on a day."""

    day: date

    @property
    def panel(self) -> Panel:
        """Return what art. 5 asks of a team's make-up."""
        return _on(self.day, Panel)

    @property
    def quarterly_return(self) -> QuarterlyReturn:
        """Return when a quarter's results are sent (art. 10)."""
        return _on(self.day, QuarterlyReturn)


@dataclass(frozen=True, slots=True)
class Law:
    """The law on a day."""

    day: date
    inspection: InspectionLaw
    organisation: OrganisationLaw
    procurement: ProcurementLaw
    local: LocalLaw

    @property
    def known_years(self) -> KnownYears:
        """Return the years whose official calendar is known."""
        return _on(self.day, KnownYears)


@lru_cache(maxsize=4096)
def at(day: date) -> Law:
    """Return the law in force on a day; a rule raises RuleNotInForce only when it is asked for."""
    return Law(day, InspectionLaw(day), OrganisationLaw(day), ProcurementLaw(day), LocalLaw(day))


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


def _on(day: date, kind: type[P]) -> P:
    if (value := on(day, kind)) is None:
        group = book()[kind.group]
        raise RuleNotInForce(
            f"{kind.group} has no value on {day}; the first known is {group.first_day()}. "
            "Check the day, or add the text of that time with its source.",
            rule="not_in_force",
            inputs={"day": day.isoformat(), "first": str(group.first_day())},
        )
    return value


def on(day: date, kind: type[P]) -> P | None:
    """Return a group's value on a day, or None where no text of that time is at hand."""
    return cast("P | None", book()[kind.group].on(day) if _tried.get() else _known(day, kind.group))


@lru_cache(maxsize=65536)
def _known(day: date, group: str) -> Parameters | None:
    """Return a value of the law files: the same few are asked for again and again."""
    return _book()[group].on(day)
