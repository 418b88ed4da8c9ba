"""The parts of the law on a day (`Law.inspection`, `.local`, …): each rule under its name, typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, TypeVar, cast

from scoring.aftermath import (
    AwardReference,
    Corrections,
    Escalation,
    LateCorrections,
    Measures,
    StaffRecords,
)
from scoring.errors import RuleNotInForce
from scoring.fields import roc_hint, roc_inputs
from scoring.filing_rules import FilingChase, FilingDay, FilingDuty
from scoring.lawfile import Group
from scoring.local_rules import QuotaTenders, ReminderDays
from scoring.parameters import (
    FailedTests,
    ForcedFindings,
    Grades,
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

P = TypeVar("P", bound=Parameters)
Book = Mapping[str, Group[Parameters]]


@dataclass(frozen=True, eq=False)
class Part:
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
class InspectionLaw(Part):
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
class ProcurementLaw(Part):
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
class LocalLaw(Part):
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
class OrganisationLaw(Part):
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


def _not_in_force(group: Group[Any], day: date) -> RuleNotInForce:
    return RuleNotInForce(
        f"{group.name} has no value on {day}; the first known is {group.first_day()}. "
        f"Check the day, or add the text of that time with its source.{roc_hint(day.year)}",
        rule="not_in_force",
        inputs={"day": day.isoformat(), "first": str(group.first_day()), **roc_inputs(day.year)},
    )
