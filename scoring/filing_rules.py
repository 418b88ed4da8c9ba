"""The local rules of monthly updates: by when, which tenders, and whom one reminds (標案管理系統填報)."""

from dataclasses import dataclass
from datetime import time
from typing import ClassVar

from scoring.sources import Parameters


@dataclass(frozen=True, slots=True)
class FilingDay(Parameters):
    """The day of the following month by which a month's progress is filed."""

    group: ClassVar[str] = "local.filing_day"
    day: int

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 28:
            raise ValueError("the day is one that every month has, 1 to 28")


@dataclass(frozen=True, slots=True)
class FilingDuty(Parameters):
    """Our reading of which tenders are updated each month: by execution status, and by what a name says."""

    group: ClassVar[str] = "local.filing_duty"
    filing: tuple[str, ...]
    exempt: tuple[str, ...]
    exempt_names: tuple[str, ...]

    def __post_init__(self) -> None:
        named = self.filing + self.exempt
        if len(set(named)) < len(named):
            raise ValueError("each status once, among those that file or those that need not")

    def must_file(self, status: str | None, name: str) -> bool:
        """Tell whether a tender is updated: a status that is not named here, or unknown, must be."""
        return status not in self.exempt and not any(mark in name for mark in self.exempt_names)


@dataclass(frozen=True, slots=True)
class Notice:
    """A friendly notice: on a day of the month in which the update is due, at an hour in Asia/Taipei."""

    day: int
    at: str

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 28:
            raise ValueError("the day is one that every month has, 1 to 28")
        time.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Level:
    """A step of the chase: to whom, and how many working days after the one before it (or after the flag)."""

    duty: str
    working_days: int


@dataclass(frozen=True, slots=True)
class FilingChase(Parameters):
    """Whom one reminds of what is missing: notices before the day, the flag after it, then up the agency's line."""

    group: ClassVar[str] = "local.filing_chase"
    notices: tuple[Notice, ...]
    flag_at: str
    chase_at: str
    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        time.fromisoformat(self.flag_at)
        time.fromisoformat(self.chase_at)
        days = [notice.day for notice in self.notices]
        if days != sorted(set(days)):
            raise ValueError("notices in the order of their days")
