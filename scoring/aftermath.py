"""The typed parameters of what follows an inspection: 作業辦法 art. 9 and 10 (2002: art. 7 and 8).

Facts as short codes; the labels are ours. What the text orders in full stands in the text.
"""

from dataclasses import dataclass
from typing import ClassVar

from scoring.sources import Parameters
from scoring.types import GRADES

PHOTOS = ("before", "during", "after")
PARTIES = ("contractor", "supervisor", "agency")
TRIGGERS = ("grave_defects", "grade_c")
METHODS = ("most_advantageous", "qualified_lowest")
TOLD = ("agency", "superior", "audit_office", "control_yuan", "prosecution")
MEASURES = (
    "agency_staff",
    "professionals",
    "contractor_listing",
    "supervisor_site_staff",
    "contractor_site_staff",
)


@dataclass(frozen=True, slots=True)
class Corrections(Parameters):
    """Art. 9: how a defect is corrected.

    `photos` of each correction, `urged` (by the agency) to correct, `reviewers` before the team is told,
    `registered` in the authority's system; the team `may_reinspect` at any time.
    """

    group: ClassVar[str] = "inspection.corrections"
    photos: tuple[str, ...]
    urged: tuple[str, ...]
    reviewers: tuple[str, ...]
    registered: bool
    may_reinspect: bool

    def __post_init__(self) -> None:
        _known("photos", self.photos, PHOTOS)
        _known("parties", (*self.urged, *self.reviewers), PARTIES)


@dataclass(frozen=True, slots=True)
class StaffRecords(Parameters):
    """Art. 10: the agency may reward or punish by the result; whether it is `registered` in the system."""

    group: ClassVar[str] = "inspection.staff_records"
    registered: bool


@dataclass(frozen=True, slots=True)
class AwardReference(Parameters):
    """Art. 10: grades that may count in awarding contracts, by which methods, and for how many years.

    `years` None: the text sets no term. `ended_by`: a grade that another tender gets within it.
    """

    group: ClassVar[str] = "inspection.award_reference"
    grades: tuple[str, ...]
    methods: tuple[str, ...]
    years: int | None
    ended_by: tuple[str, ...]

    def __post_init__(self) -> None:
        _known("grades", (*self.grades, *self.ended_by), GRADES)
        _known("methods", self.methods, METHODS)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of art. 10: its item in the text, a code, and a short label of ours."""

    item: int
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Measures(Parameters):
    """Art. 10 (2002: art. 8): what the agency does after a `trigger`.

    `by_contract`: what the contract says as well; `by_responsibility`: after finding who is responsible, as each
    case deserves.
    """

    group: ClassVar[str] = "inspection.measures"
    trigger: str
    by_contract: bool
    by_responsibility: bool
    measures: tuple[Measure, ...]

    def __post_init__(self) -> None:
        _known("triggers", (self.trigger,), TRIGGERS)
        _known("measures", tuple(measure.name for measure in self.measures), MEASURES)
        if [measure.item for measure in self.measures] != list(range(1, len(self.measures) + 1)):
            raise ValueError("measures are numbered from 1, in order")


@dataclass(frozen=True, slots=True)
class LateCorrections(Parameters):
    """Art. 10 (2002: art. 8): not corrected in time and no extension: which measures, one of them at least.

    `by_contract`: what the contract says as well.
    """

    group: ClassVar[str] = "inspection.late_corrections"
    by_contract: bool
    one_of: tuple[str, ...]

    def __post_init__(self) -> None:
        _known("measures", self.one_of, MEASURES)


@dataclass(frozen=True, slots=True)
class Escalation(Parameters):
    """Art. 10: whom the team may tell when the agency took no measures, or wrong ones."""

    group: ClassVar[str] = "inspection.escalation"
    told: tuple[str, ...]

    def __post_init__(self) -> None:
        _known("those told", self.told, TOLD)


def _known(what: str, given: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    if len(set(given)) < len(given) or not set(given) <= set(allowed):
        raise ValueError(f"{what}: each once, out of {', '.join(allowed)}")
