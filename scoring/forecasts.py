"""Until the end of the year: what is still needed, whether it can be reached, and a plan month by month."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MonthPlan:
    """Visits of one month: for each band, the largest first, and `anywhere` for those that any tender may have."""

    month: str
    bands: tuple[int, ...]
    anywhere: int

    def as_dict(self) -> dict[str, object]:
        """Return the month as it stands in the output."""
        return {
            "month": self.month,
            "bands": list(self.bands),
            "anywhere": self.anywhere,
            "visits": sum(self.bands) + self.anywhere,
        }


@dataclass(frozen=True, slots=True)
class Forecast:
    """What each band still needs at a given pace; `missing` is what no month has room for."""

    needs: tuple[int, ...]
    anywhere: int
    visits_per_month: int
    months: tuple[MonthPlan, ...]

    @property
    def needed(self) -> int:
        """Return all visits still needed."""
        return sum(self.needs) + self.anywhere

    @property
    def missing(self) -> int:
        """Return the visits that the pace does not reach."""
        return self.needed - sum(sum(month.bands) + month.anywhere for month in self.months)

    def as_dict(self) -> dict[str, object]:
        """Return the forecast as it stands in the output."""
        return {
            "needed": self.needed,
            "bands": list(self.needs),
            "anywhere": self.anywhere,
            "visits_per_month": self.visits_per_month,
            "months_left": len(self.months),
            "least_per_month": -(-self.needed // len(self.months)) if self.months else None,
            "reachable": self.missing == 0,
            "missing": self.missing,
            "plan": [month.as_dict() for month in self.months],
        }


def forecast(needs: Sequence[int], anywhere: int, as_of: date, visits_per_month: int) -> Forecast:
    """Return a plan with at most so many visits a month, as even as may be, earlier months first.

    The month of `as_of` counts while a day of it is left.
    """
    left = list(needs)
    months = tuple(_months_left(as_of))
    rooms = _rooms(sum(left) + anywhere, len(months), visits_per_month)
    plans, spare = [], anywhere
    for month, room in zip(months, rooms, strict=True):
        taken = _take(left, room)
        extra = min(spare, room - sum(taken))
        left = [have - took for have, took in zip(left, taken, strict=True)]
        spare -= extra
        plans.append(MonthPlan(month, taken, extra))
    return Forecast(tuple(needs), anywhere, visits_per_month, tuple(plans))


def _months_left(as_of: date) -> Iterator[str]:
    is_last_day = as_of.day == monthrange(as_of.year, as_of.month)[1]
    for month in range(as_of.month + is_last_day, 13):
        yield f"{as_of.year:04}-{month:02}"


def _rooms(needed: int, months: int, most: int) -> list[int]:
    """Return how many visits each month gets: the total spread evenly, the remainder on the first months."""
    if not months:
        return []
    each, more = divmod(min(needed, most * months), months)
    return [each + (i < more) for i in range(months)]


def _take(left: Sequence[int], room: int) -> tuple[int, ...]:
    """Return how much of each band fits, the largest band first."""
    taken = []
    for visits in left:
        taken.append(min(visits, room))
        room -= taken[-1]
    return tuple(taken)
