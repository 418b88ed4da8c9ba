"""The typed parameters of the law, one dataclass for each file under `law/`.

The path of the file is the `group` of the class: `inspection.grades` is `law/inspection/grades.yaml`.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stands, from when it holds, and when a person last checked it.

    `scope` is `national` or `local`; `status` is `confirmed` (the text says so) or `reading` (ours).
    """

    group: str
    scope: str
    regulation: str
    article: str
    promulgated_on: date
    in_force_on: date
    status: str
    checked_on: date

    @property
    def citation(self) -> str:
        """Return the regulation and the article, as steps give them."""
        return f"{self.regulation}{self.article}"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The values of one group from one day on."""

    group: ClassVar[str]
    source: Source


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


@dataclass(frozen=True, slots=True)
class Grades(Parameters):
    """The grades of art. 7, best first."""

    group: ClassVar[str] = "inspection.grades"
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        marks = [band.from_mark for band in self.bands]
        if marks != sorted(set(marks), reverse=True) or marks[-1:] != [0]:
            raise ValueError("bands go down from the best grade to 0")

    def of_score(self, score: int) -> Band:
        """Return the band of a whole score from 0 to 100."""
        return next(band for band in self.bands if score >= band.from_mark)

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
)
