"""The typed parameters of the law, one dataclass for each file under `law/`.

The path of the file is the `group` of the class: `inspection.grades` is `law/inspection/grades.yaml`.
"""

from dataclasses import dataclass
from datetime import MAXYEAR
from fractions import Fraction
from functools import cached_property
from typing import ClassVar

from scoring.aftermath import (
    AwardReference,
    Corrections,
    Escalation,
    LateCorrections,
    Measures,
    StaffRecords,
)
from scoring.filing_rules import FilingChase, FilingDay, FilingDuty
from scoring.local_rules import QuotaTenders, ReminderDays
from scoring.rounding import half_up_of
from scoring.sources import LOCAL_RULE, Parameters
from scoring.types import FINDINGS, GRADES, GROUNDS, ROUNDINGS, SEVERITIES


@dataclass(frozen=True, slots=True)
class Regulation(Parameters):
    """A version of 工程施工查核小組作業辦法: the articles that it changed."""

    group: ClassVar[str] = "inspection.regulation"
    amended: str


@dataclass(frozen=True, slots=True)
class Band:
    """A grade, its official label, and the least score that earns it."""

    grade: str
    label: str
    from_mark: int


@dataclass(frozen=True)  # without slots, so that what is cached is kept
class Grades(Parameters):
    """The grades of art. 7, best first."""

    group: ClassVar[str] = "inspection.grades"
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        marks = [band.from_mark for band in self.bands]
        if marks != sorted(set(marks), reverse=True) or marks[-1:] != [0]:
            raise ValueError("bands go down from the best grade to 0")
        if tuple(band.grade for band in self.bands) != GRADES:
            raise ValueError(f"the grades are {', '.join(GRADES)}")

    @cached_property
    def by_score(self) -> tuple[Band, ...]:
        """Return the band of each whole score, from 0 to 100."""
        return tuple(next(band for band in self.bands if score >= band.from_mark) for score in range(101))

    @cached_property
    def paragraphs(self) -> tuple[str, str]:
        """Return the citations of the mean and of its rounding, the first and the second paragraph of art. 7."""
        return f"{self.source.regulation}第7條第1項", f"{self.source.regulation}第7條第2項"

    def of_grade(self, grade: str) -> Band:
        """Return the band that carries a grade."""
        return next(band for band in self.bands if band.grade == grade)


@dataclass(frozen=True, slots=True)
class Finding:
    """An item of art. 8, first paragraph; `tested` when a test decides it."""

    name: str
    item: int
    tested: bool


@dataclass(frozen=True, slots=True)
class ForcedFindings(Parameters):
    """The findings of art. 8 and the grade that each of them forces."""

    group: ClassVar[str] = "inspection.forced_findings"
    grade: str
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        if self.grade not in GRADES:
            raise ValueError(f"the grade is one of {', '.join(GRADES)}")
        if tuple(finding.name for finding in self.findings) != FINDINGS:
            raise ValueError(f"the findings are {', '.join(FINDINGS)}, in this order")

    @property
    def tested(self) -> frozenset[str]:
        """Return the names of the findings that a test decides."""
        return frozenset(finding.name for finding in self.findings if finding.tested)


@dataclass(frozen=True, slots=True)
class FailedTests(Parameters):
    """Art. 8: a raw score from `from_mark` up counts as `counted_as` when a test failed."""

    group: ClassVar[str] = "inspection.failed_tests"
    from_mark: int
    counted_as: int


@dataclass(frozen=True, slots=True)
class PendingTests(Parameters):
    """Art. 8: the raw score from which a result waits for its tests; None where the text is silent."""

    group: ClassVar[str] = "inspection.pending_tests"
    withheld_from: int | None


@dataclass(frozen=True, slots=True)
class QuotaBand:
    """Tenders of `from_twd` up to below `to_twd` (None: no end), and how many of them are visited a year.

    At least `share_percent` of them, and at least `minimum`; `in_full` when there are fewer than that.
    """

    article: str
    from_twd: int
    to_twd: int | None
    share_percent: int
    minimum: int
    in_full: bool

    def is_in_full(self, tenders: int) -> bool:
        """Tell whether so few tenders are all to be visited."""
        return self.in_full and tenders < self.minimum

    def required(self, tenders: int, rounding: "QuotaRounding") -> int:
        """Return how many visits so many tenders ask for."""
        if self.is_in_full(tenders):
            return tenders
        return max(self.minimum, rounding.share(tenders, self.share_percent))


@dataclass(frozen=True, slots=True)
class Quota(Parameters):
    """Art. 4: the bands, the largest first, and `own_percent` of one's own tenders from `own_from_twd` up.

    `own_percent` 0: that version asks for no such share. `override_article`: who may approve another number.
    """

    group: ClassVar[str] = "inspection.quota"
    override_article: str
    bands: tuple[QuotaBand, ...]
    own_percent: int
    own_from_twd: int

    def __post_init__(self) -> None:
        starts, ends = [band.from_twd for band in self.bands], [band.to_twd for band in self.bands]
        if ends != [None, *starts[:-1]] or starts != sorted(set(starts), reverse=True):
            raise ValueError("bands go down without a gap, the first without an end")


@dataclass(frozen=True, slots=True)
class QuotaRounding(Parameters):
    """Our reading of art. 4: how a share of tenders becomes a whole number, `up` or `half_up`."""

    group: ClassVar[str] = "local.quota_rounding"
    rounding: str

    def __post_init__(self) -> None:
        if self.rounding not in ROUNDINGS:
            raise ValueError(f"rounding is one of {', '.join(ROUNDINGS)}")

    def share(self, tenders: int, percent: int) -> int:
        """Return so many percent of the tenders as a whole number."""
        hundredths = tenders * percent
        return -(-hundredths // 100) if self.rounding == "up" else half_up_of(hundredths, 100)


@dataclass(frozen=True, slots=True)
class RecordDeadline(Parameters):
    """Art. 9 (2002: art. 7): within how many working days the record is sent."""

    group: ClassVar[str] = "inspection.record_deadline"
    working_days: int

    def __post_init__(self) -> None:
        if not self.working_days:
            raise ValueError("a deadline is at least one working day")


@dataclass(frozen=True, slots=True)
class QuarterlyReturn(Parameters):
    """組織準則 art. 10: in how many months after its quarter, by the last day, a return is sent."""

    group: ClassVar[str] = "organisation.quarterly_return"
    months_after: int

    def __post_init__(self) -> None:
        if not 1 <= self.months_after <= 12:
            raise ValueError("a return is sent within 1 to 12 months")


@dataclass(frozen=True, slots=True)
class Thresholds(Parameters):
    """政府採購法: 公告金額, 查核金額 and 巨額 of works, in TWD."""

    group: ClassVar[str] = "procurement.thresholds"
    announcement_twd: int
    inspection_twd: int
    large_twd: int


@dataclass(frozen=True, slots=True)
class PenaltyRate:
    """What a point costs from a size of procurement up: the contractor, and supervisor or pcm."""

    from_twd: int
    contractor_twd: int
    consultant_twd: int


@dataclass(frozen=True, slots=True)
class PenaltyRates(Parameters):
    """The penalty for each point deducted, the largest procurements first; an agency pays none."""

    group: ClassVar[str] = "procurement.penalty_rates"
    rates: tuple[PenaltyRate, ...]

    def __post_init__(self) -> None:
        starts = [rate.from_twd for rate in self.rates]
        if starts != sorted(set(starts), reverse=True) or starts[-1:] != [0]:
            raise ValueError("rates go down from the largest procurement to 0")

    def of(self, procurement_twd: int) -> PenaltyRate:
        """Return the rate for a size of procurement."""
        return next(rate for rate in self.rates if procurement_twd >= rate.from_twd)


@dataclass(frozen=True, slots=True)
class SeverityPoints(Parameters):
    """Our reading of the catalogue: which severities take no points; the others take any allowed value."""

    group: ClassVar[str] = "local.severity_points"
    without_points: tuple[str, ...]

    def __post_init__(self) -> None:
        if not set(self.without_points) <= set(SEVERITIES):
            raise ValueError(f"severities are {', '.join(SEVERITIES)}")


@dataclass(frozen=True, slots=True)
class Oversight(Parameters):
    """Within how many calendar days after its assignment a citizen's report is answered."""

    group: ClassVar[str] = "local.oversight"
    calendar_days: int


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground for visiting a tender early: from the figure `at_least` up it adds `weight`."""

    name: str
    article: str
    weight: int
    at_least: int


@dataclass(frozen=True, slots=True)
class Priorities(Parameters):
    """The grounds for visiting tenders early (art. 4, third paragraph, and the local list), with our weights."""

    group: ClassVar[str] = "local.priorities"
    grounds: tuple[Ground, ...]

    def __post_init__(self) -> None:
        names = [ground.name for ground in self.grounds]
        if len(set(names)) < len(names) or not set(names) <= set(GROUNDS):
            raise ValueError(f"each ground once, out of {', '.join(GROUNDS)}")

    def cited(self, article: str) -> str:
        """Return what a ground rests on: an article, or only the local rule."""
        return article if article == LOCAL_RULE else f"{self.source.regulation}{article}"


@dataclass(frozen=True, slots=True)
class KnownYears(Parameters):
    """The years whose official calendar of government offices is known."""

    group: ClassVar[str] = "calendar.known_years"
    first_year: int
    last_year: int

    def __post_init__(self) -> None:
        if not 1 <= self.first_year <= self.last_year <= MAXYEAR:
            raise ValueError("years go up, from 1 to 9999")

    def holds(self, year: int) -> bool:
        """Tell whether the calendar of a year is known."""
        return self.first_year <= year <= self.last_year


@dataclass(frozen=True, slots=True)
class OtherFindings(Parameters):
    """Our reading of art. 8 for findings that no test decides: they count like a failed test."""

    group: ClassVar[str] = "local.other_findings"
    from_mark: int
    counted_as: int


@dataclass(frozen=True, slots=True)
class PendingWhereSilent(Parameters):
    """Our reading of art. 8 where it says nothing about pending tests; None: nothing waits."""

    group: ClassVar[str] = "local.pending_where_silent"
    withheld_from: int | None


@dataclass(frozen=True, slots=True)
class ProgressLimit(Parameters):
    """Our local rule: planned less actual from `behind_from` percentage points up counts as behind."""

    group: ClassVar[str] = "local.progress"
    behind_from: int


@dataclass(frozen=True, slots=True)
class Panel(Parameters):
    """組織準則 art. 5: outside experts are at least `outside_parts` out of `of_parts`."""

    group: ClassVar[str] = "organisation.panel"
    outside_parts: int
    of_parts: int

    def __post_init__(self) -> None:
        if not 0 <= self.outside_parts <= self.of_parts or not self.of_parts:
            raise ValueError("a share is some parts out of at least one")

    @property
    def outside_share(self) -> Fraction:
        """Return the least share of outside experts."""
        return Fraction(self.outside_parts, self.of_parts)


GROUPS: tuple[type[Parameters], ...] = (
    Regulation,
    Grades,
    ForcedFindings,
    FailedTests,
    PendingTests,
    OtherFindings,
    PendingWhereSilent,
    ProgressLimit,
    Panel,
    Quota,
    QuotaRounding,
    RecordDeadline,
    Corrections,
    StaffRecords,
    AwardReference,
    Measures,
    LateCorrections,
    Escalation,
    QuarterlyReturn,
    Thresholds,
    PenaltyRates,
    SeverityPoints,
    FilingDay,
    ReminderDays,
    QuotaTenders,
    FilingDuty,
    FilingChase,
    Oversight,
    Priorities,
    KnownYears,
)
