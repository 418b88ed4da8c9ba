"""Typed parameters of rules that are a city's own: when one is reminded, which tenders count for a year."""

from dataclasses import dataclass
from typing import ClassVar

from scoring.sources import Parameters


@dataclass(frozen=True, slots=True)
class ReminderDays(Parameters):
    """When one is reminded of what is due.

    `record_from`: from which working day of a record; `tests_after` days after a visit and every `tests_every` from
    then on; `before_correction` days before a correction is due and every `after_correction_every` after it;
    `before_quarter_end` days before a quarterly return is due.
    """

    group: ClassVar[str] = "local.reminder_days"
    record_from: int
    tests_after: int
    tests_every: int
    before_correction: tuple[int, ...]
    after_correction_every: int
    before_quarter_end: int

    def __post_init__(self) -> None:
        if self.tests_every < 1 or self.after_correction_every < 1:
            raise ValueError("one is reminded every so many days, at least 1")


@dataclass(frozen=True, slots=True)
class QuotaTenders(Parameters):
    """The execution statuses of tenders that are not, or no longer, executed."""

    group: ClassVar[str] = "local.quota_tenders"
    left_out: tuple[str, ...]
