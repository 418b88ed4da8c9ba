"""The team's make-up: the share of outside experts (組織準則 art. 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from inspect_app.inspections.models import TeamMember
from scoring import ScoringError, lawbook


@dataclass(frozen=True, slots=True)
class OutsideShare:
    """How many of the team are outside experts, and what the law of that day asks; None: no rule is known."""

    outside: int
    team: int
    required: Fraction | None

    @property
    def is_met(self) -> bool:
        return self.required is None or (self.team > 0 and Fraction(self.outside, self.team) >= self.required)

    @property
    def warning(self) -> str | None:
        """What to do when the share is below the law's, else None."""
        if self.is_met or self.required is None:
            return None
        return (
            f"外聘專家 {self.outside}／{self.team}，未達 {self.required.numerator}／{self.required.denominator}"
            "（組織準則第 5 條）；請增派外聘專家，或報主管機關同意。"
        )


def outside_share(team: Sequence[TeamMember], on: date) -> OutsideShare:
    """The share over the whole team, leader included (our reading; the text does not say)."""
    outside = sum(person.outside for person in team)
    return OutsideShare(outside, len(team), _required(on))


def _required(on: date) -> Fraction | None:
    try:
        return lawbook.at(on).organisation.panel.outside_share
    except ScoringError:
        return None
