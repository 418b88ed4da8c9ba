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
from typing import Any, ClassVar, TypeVar, cast

from scoring.aftermath import (
    AwardReference,
    Corrections,
    Escalation,
    LateCorrections,
    Measures,
    StaffRecords,
)
from scoring.errors import LawError, RuleNotInForce
from scoring.fields import roc_hint, roc_inputs
from scoring.filing_rules import FilingChase, FilingDay, FilingDuty
from scoring.lawfile import Group, load
from scoring.local_rules import QuotaTenders, ReminderDays
from scoring.parameters import (
    GROUPS,
    FailedTests,
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
DAYS_KEPT = 4096
P = TypeVar("P", bound=Parameters)
Q = TypeVar("Q", bound="_Part")
Book = Mapping[str, Group[Parameters]]


@dataclass(frozen=True, eq=False)
class _Part:
    """A part of the law on a day; each of its rules is looked for once, when it is asked for."""

    day: date
    book: Book
    title: ClassVar[str]

    def on(self, kind: type[P]) -> P:
        """Return a group's value; RuleNotInForce where no text of that time is at hand."""
        if (value := self.on_or_none(kind)) is None:
            raise _not_in_force(self.book[kind.group], self.day)
        return value

    def on_or_none(self, kind: type[P]) -> P | None:
        """Return a group's value, or None where no text of that time is at hand."""
        return cast("P | None", self.book[kind.group].on(self.day))


@dataclass(frozen=True, eq=False)
class InspectionLaw(_Part):
    """工程施工查核小組作業辦法 on a day; a rule that is not in force raises RuleNotInForce."""

    title: ClassVar = "inspection"

    @cached_property
    def regulation(self) -> Regulation:
        """Return the version of the regulation."""
        return self.on(Regulation)

    @cached_property
    def grades(self) -> Grades:
        """Return the grades of art. 7."""
        return self.on(Grades)

    @cached_property
    def forced_findings(self) -> ForcedFindings:
        """Return the findings of art. 8."""
        return self.on(ForcedFindings)

    @cached_property
    def failed_tests(self) -> FailedTests:
        """Return what a failed test of art. 8 does to a score."""
        return self.on(FailedTests)

    @cached_property
    def pending_tests(self) -> PendingTests:
        """Return what a pending test of art. 8 holds back."""
        return self.on(PendingTests)

    @cached_property
    def quota(self) -> Quota:
        """Return how many tenders are inspected a year (art. 4)."""
        return self.on(Quota)

    @cached_property
    def record_deadline(self) -> RecordDeadline:
        """Return when the record is sent (art. 9)."""
        return self.on(RecordDeadline)

    @cached_property
    def corrections(self) -> Corrections:
        """Return how a defect is corrected: photos, review, tracking (art. 9; 2002: art. 7)."""
        return self.on(Corrections)

    @cached_property
    def staff_records(self) -> StaffRecords:
        """Return whether rewards and punishments are registered (art. 10; 2002: art. 8)."""
        return self.on(StaffRecords)

    @cached_property
    def award_reference(self) -> AwardReference:
        """Return which grades may count in awarding contracts (art. 10)."""
        return self.on(AwardReference)

    @cached_property
    def measures(self) -> Measures:
        """Return what follows a grade C, or in 2002 grave defects (art. 10; 2002: art. 8)."""
        return self.on(Measures)

    @cached_property
    def late_corrections(self) -> LateCorrections:
        """Return what follows a correction that is late (art. 10; 2002: art. 8)."""
        return self.on(LateCorrections)

    @cached_property
    def escalation(self) -> Escalation:
        """Return whom the team may tell of measures not taken (art. 10)."""
        return self.on(Escalation)


@dataclass(frozen=True, eq=False)
class ProcurementLaw(_Part):
    """政府採購法 and what is ordered under it, on a day."""

    title: ClassVar = "procurement"

    @cached_property
    def thresholds(self) -> Thresholds:
        """Return 公告金額, 查核金額 and 巨額 of works."""
        return self.on(Thresholds)

    @cached_property
    def penalty_rates(self) -> PenaltyRates:
        """Return what each point deducted costs."""
        return self.on(PenaltyRates)


@dataclass(frozen=True, eq=False)
class LocalLaw(_Part):
    """Readings and local rules on a day: what the national text leaves open."""

    title: ClassVar = "local"

    @cached_property
    def other_findings(self) -> OtherFindings:
        """Return what a finding without a test does to a score."""
        return self.on(OtherFindings)

    @cached_property
    def pending_where_silent(self) -> PendingWhereSilent:
        """Return what a pending test holds back where art. 8 is silent."""
        return self.on(PendingWhereSilent)

    @cached_property
    def quota_rounding(self) -> QuotaRounding:
        """Return how a share of tenders becomes a whole number."""
        return self.on(QuotaRounding)

    @cached_property
    def progress(self) -> ProgressLimit:
        """Return from how many percentage points a tender counts as behind."""
        return self.on(ProgressLimit)

    @cached_property
    def filing_day(self) -> FilingDay:
        """Return the day by which a month's progress is filed; before the first one known, that one."""
        return self._from_the_first(FilingDay)

    @cached_property
    def filing_duty(self) -> FilingDuty:
        """Return which tenders are updated each month; before the first one known, that one."""
        return self._from_the_first(FilingDuty)

    @cached_property
    def filing_chase(self) -> FilingChase:
        """Return whom one reminds of a missing update, and when; before the first rule known, by that one."""
        return self._from_the_first(FilingChase)

    def _from_the_first(self, kind: type[P]) -> P:
        return LocalLaw(max(self.day, self.book[kind.group].first_day() or self.day), self.book).on(kind)

    @cached_property
    def severity_points(self) -> SeverityPoints:
        """Return which severities take no points."""
        return self.on(SeverityPoints)

    @cached_property
    def priorities(self) -> Priorities:
        """Return the grounds for visiting tenders early, and their weights."""
        return self.on(Priorities)

    @cached_property
    def reminder_days(self) -> ReminderDays:
        """Return when one is reminded of what is due."""
        return self.on(ReminderDays)

    @cached_property
    def quota_tenders(self) -> QuotaTenders:
        """Return which execution statuses keep a tender out of a year's quota."""
        return self.on(QuotaTenders)

    @cached_property
    def oversight(self) -> Oversight:
        """Return within how many days a citizen's report is answered."""
        return self.on(Oversight)


@dataclass(frozen=True, eq=False)
class OrganisationLaw(_Part):
    """工程施工查核小組組織準則 on a day."""

    title: ClassVar = "organisation"

    @cached_property
    def panel(self) -> Panel:
        """Return what art. 5 asks of a team's make-up."""
        return self.on(Panel)

    @cached_property
    def panel_if_known(self) -> Panel | None:
        """Return what art. 5 asks, or None on a day whose text is not at hand."""
        return self.on_or_none(Panel)

    @cached_property
    def quarterly_return(self) -> QuarterlyReturn:
        """Return when a quarter's results are sent (art. 10)."""
        return self.on(QuarterlyReturn)


@dataclass(frozen=True, eq=False)
class Law(_Part):
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
def _parts() -> dict[str, tuple[list[date], list[_Part | None]]]:
    """Return, for each part, the days on which it changes and what it is from each on; None if a rule is missing."""
    return {
        kind.title: _standing(kind) for kind in (InspectionLaw, OrganisationLaw, ProcurementLaw, LocalLaw)
    }


def _standing(kind: type[_Part]) -> tuple[list[date], list[_Part | None]]:
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


def _not_in_force(group: Group[Any], day: date) -> RuleNotInForce:
    return RuleNotInForce(
        f"{group.name} has no value on {day}; the first known is {group.first_day()}. "
        f"Check the day, or add the text of that time with its source.{roc_hint(day.year)}",
        rule="not_in_force",
        inputs={"day": day.isoformat(), "first": str(group.first_day()), **roc_inputs(day.year)},
    )
