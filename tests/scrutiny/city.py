"""A city of invented works, honest and lying, from a seed: what filing notes are measured on.

An honest work follows an S-shaped plan with noise, rain, holidays, rounding, lawful stops, approved changes of
schedule, months in which nothing was done, corrections, slow acceptance, and now and then a part reopened. A liar is
an honest work in which exactly one kind of lie was put, at a month and of a size drawn at random; some lies are
small on purpose. The honest part was drawn up before the limits of the rules were set, and is not fitted to them.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from inspect_app.scrutiny.months import Filed, Seen, named

FIRST = 2024 * 12
"""January 2024 as a month's number; works begin in the eighteen months from it."""
BUILDING, STOPPED, FINISHED, ACCEPTING, ACCEPTED, WARRANTY, CLOSED = (
    *("施工中", "停工中", "完工待驗收", "驗收中", "驗收完成", "保固中", "已結案"),
)


@dataclass
class Month:
    """One month of a work: progress in percent, as it truly is and as it is filed."""

    number: int
    planned: float
    actual: float
    status: str
    filed_at: datetime
    truth: float


@dataclass
class Work:
    """A work with its months, what a visit saw, and the one lie in it: its rule and its months."""

    id: UUID
    months: list[Month] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    lie: str = ""
    lied: tuple[int, int] = (0, 0)


Lie = Callable[[random.Random, Work], tuple[int, int] | None]


# -- the honest city -----------------------------------------------------------------------------------------


def honest(rng: random.Random) -> Work:
    """A work told as it is."""
    work = Work(UUID(int=rng.getrandbits(128), version=4))
    length, start = rng.randint(6, 24), FIRST + rng.randint(0, 17)
    whole = rng.random() < 0.15  # this agency files whole percents
    _build(rng, work, start, length)
    _finish(rng, work)
    for month in work.months:
        month.planned, month.actual = (
            _rounded(month.planned, whole=whole), _rounded(month.actual, whole=whole),
        )  # fmt: skip
        month.truth = month.actual
    _visit(rng, work, whole=whole)
    return work


def _rounded(percent: float, *, whole: bool) -> float:
    return float(round(percent)) if whole else round(percent, 2)


def _curve(at: float) -> float:
    """The planned share of a work at a share of its time: slow, quick, slow."""
    bent = 1 / (1 + math.exp(-8 * (at - 0.5)))
    low, high = 1 / (1 + math.exp(4)), 1 / (1 + math.exp(-4))
    return 100 * (min(bent, high) - low) / (high - low)


def _build(rng: random.Random, work: Work, start: int, length: int) -> None:
    """The months of building: until all is done, at most a year late."""
    skill, spent, planned, actual, number = rng.lognormvariate(-0.05, 0.2), 0.0, 0.0, 0.0, start
    stop_left = idle_left = 0
    while actual < 99.99 and number < start + length + 12:
        status = BUILDING
        if stop_left == 0 and 5 < actual < 95 and rng.random() < 0.02:
            stop_left = rng.randint(1, 6)
        if stop_left == 0 and idle_left == 0 and rng.random() < 0.012:
            idle_left = rng.choice((1, 1, 1, 2, 2, 3))
        spent, planned = _plan(rng, spent, length, planned, stopped=stop_left > 0)
        if stop_left:
            stop_left, status = stop_left - 1, STOPPED
        elif idle_left:
            idle_left -= 1
        else:
            actual = _worked(rng, number, actual, skill, spent, length)
        work.months.append(_month(rng, number, planned, actual, status))
        number += 1


def _plan(
    rng: random.Random, spent: float, length: int, planned: float, *, stopped: bool
) -> tuple[float, float]:
    """The planned progress of a month; a stop often moves the plan, an approved change lowers it."""
    if stopped and rng.random() < 0.7:
        return spent, planned
    if rng.random() < 0.015 and planned > 20:
        return max(0.0, spent - rng.uniform(1, 3)), planned - rng.uniform(2, 12)
    spent += 1
    return spent, max(planned, _curve(min(1.0, spent / length)))


def _worked(rng: random.Random, number: int, actual: float, skill: float, spent: float, length: int) -> float:
    share = min(1.0, spent / length)
    due = max(_curve(share) - _curve(max(0.0, share - 1 / length)), 100 / length / 4)
    pace = skill * rng.lognormvariate(0, 0.3)
    if number % 12 in (4, 5, 6, 7, 8) and rng.random() < 0.25:
        pace *= rng.uniform(0.1, 0.6)  # rain
    if number % 12 == 1:
        pace *= rng.uniform(0.3, 0.8)  # new year
    if rng.random() < 0.006:
        actual += rng.uniform(8, 25)  # a large part delivered at once
    if rng.random() < 0.008:
        return max(0.0, actual - rng.uniform(0.05, 1.5))  # a measurement corrected
    return min(100.0, actual + due * pace)


def _finish(rng: random.Random, work: Work) -> None:
    """Acceptance, warranty and end; mostly quick, now and then slow for a good reason."""
    last = work.months[-1]
    if last.actual < 99.99:
        return
    last.actual = 100.0
    slow = rng.random() < 0.06
    stays = (
        (BUILDING, int(rng.random() < 0.05)),
        (FINISHED, rng.randint(3, 4) if slow else rng.randint(1, 2)),
        (BUILDING, int(rng.random() < 0.01)),  # not accepted as finished
        (ACCEPTING, rng.randint(1, 3)),
        (ACCEPTED, 3 if rng.random() < 0.02 else rng.randint(1, 2)),
        (rng.choice((WARRANTY, CLOSED)), rng.randint(1, 4)),
    )
    number = last.number
    for status, stay in stays:
        for _ in range(stay):
            number += 1
            work.months.append(_month(rng, number, 100.0, 100.0, status))


def _month(rng: random.Random, number: int, planned: float, actual: float, status: str) -> Month:
    return Month(number, planned, actual, status, _filed_at(rng, number), actual)


def _filed_at(rng: random.Random, number: int) -> datetime:
    """From two days before the end of the month to the sixth of the next."""
    following = named(number + 1)
    first = datetime(int(following[:4]), int(following[5:]), 1, tzinfo=UTC)
    return first + timedelta(days=rng.uniform(-2, 6))


def _visit(rng: random.Random, work: Work, *, whole: bool) -> None:
    """One work in four was inspected in a building month; what was seen is true within a point."""
    months = [place for place, each in enumerate(work.months) if each.status == BUILDING and place]
    if not months or rng.random() > 0.25:
        return
    place = rng.choice(months)
    before, month = work.months[place - 1 : place + 1]
    share = rng.random()
    ends = [each.truth - each.planned for each in (before, month)]
    lead = ends[0] + (ends[1] - ends[0]) * share + rng.uniform(-1, 1) * (2 if whole else 1)
    text = named(month.number)
    on = date(int(text[:4]), int(text[5:]), 1 + int(share * 27))
    work.seen.append(Seen(work.id, on, round(lead * 100)))


# -- the lies ------------------------------------------------------------------------------------------------


def _stretch(rng: random.Random, work: Work, least: int, most: int) -> tuple[int, int] | None:
    """The places of some months of building in a row, between 5 and 85 percent."""
    length = rng.randint(least, most)
    fit = [
        place
        for place in range(1, len(work.months) - length)
        if all(
            each.status == BUILDING and 5 < each.actual < 85
            for each in work.months[place - 1 : place + length]
        )
    ]
    return (begin := rng.choice(fit), begin + length - 1) if fit else None


def frozen(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """Nobody looked for two to five months: the actual figure stays."""
    if stretch := _stretch(rng, work, 2, 5):
        for place in range(stretch[0], stretch[1] + 1):
            work.months[place].actual = work.months[stretch[0] - 1].actual
        return stretch[0] - 1, stretch[1]
    return None


def copied(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """One month is the one before."""
    if stretch := _stretch(rng, work, 1, 1):
        before, month = work.months[stretch[0] - 1], work.months[stretch[0]]
        month.planned, month.actual = before.planned, before.actual
        return stretch[0] - 1, stretch[0]
    return None


def falling(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """A figure typed too low."""
    if stretch := _stretch(rng, work, 1, 1):
        month, before = work.months[stretch[0]], work.months[stretch[0] - 1]
        month.actual = round(max(0.0, before.actual - rng.uniform(0.5, 15)), 2)
        return stretch[0] - 1, stretch[0]
    return None


def jump(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """A figure made prettier by ten to fifty points, and kept up until the truth catches up."""
    if stretch := _stretch(rng, work, 1, 1):
        added = rng.uniform(10, 50)
        told = min(99.0, work.months[stretch[0]].actual + added)
        for month in work.months[stretch[0] :]:
            month.actual = max(month.actual, round(told, 2))
        return stretch[0] - 1, stretch[0] + 1
    return None


def actual_beyond(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """A figure typed without its point, or of another unit."""
    if stretch := _stretch(rng, work, 1, 1):
        month = work.months[stretch[0]]
        month.actual = round(min(999.0, month.actual * rng.choice((10, 100)) + 110.5), 2)
        return stretch
    return None


def planned_beyond(rng: random.Random, work: Work) -> tuple[int, int] | None:
    place = rng.randrange(len(work.months))
    work.months[place].planned = round(100 + rng.uniform(0.01, 30), 2)
    return place, place


def against_visit(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """The month of a visit is filed three to twenty points better than the site was."""
    if not work.seen:
        return None
    number = work.seen[0].on.year * 12 + work.seen[0].on.month - 1
    added, places = (
        rng.uniform(3, 20),
        [at for at, each in enumerate(work.months) if each.number >= number - 1],
    )
    for place in places:
        month = work.months[place]
        if month.actual < 100:
            month.actual = round(min(99.5, month.actual + added), 2)
    return places[0], places[-1]


def still_stopped(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """Work goes on, the status stays at a stop of before."""
    if stretch := _stretch(rng, work, 2, 4):
        for place in range(stretch[0], stretch[1] + 1):
            work.months[place].status = STOPPED
        return stretch
    return None


def _longer(rng: random.Random, work: Work, status: str, least: int, most: int) -> tuple[int, int] | None:
    """A status kept for longer than it was so; what follows is moved."""
    places = [at for at, each in enumerate(work.months) if each.status == status and each.actual >= 100]
    if not places:
        return None
    last, more = places[-1], rng.randint(least, most)
    for month in work.months[last + 1 :]:
        month.number += more
        month.filed_at = _filed_at(rng, month.number)
    kept = work.months[last]
    added = [_month(rng, kept.number + at + 1, 100.0, 100.0, status) for at in range(more)]
    work.months[last + 1 : last + 1] = added
    return places[0], last + more


def full_yet_building(rng: random.Random, work: Work) -> tuple[int, int] | None:
    return _longer(rng, work, BUILDING, 1, 5)


def awaiting_acceptance(rng: random.Random, work: Work) -> tuple[int, int] | None:
    return _longer(rng, work, FINISHED, 2, 6)


def accepted_yet_open(rng: random.Random, work: Work) -> tuple[int, int] | None:
    return _longer(rng, work, ACCEPTED, 2, 6)


def backwards(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """A later status taken back for a month."""
    late = [at for at, each in enumerate(work.months) if each.status in (ACCEPTED, WARRANTY, CLOSED) and at]
    late = [at for at in late if work.months[at - 1].status not in (BUILDING, FINISHED)]
    if not late:
        return None
    place = rng.choice(late)
    work.months[place].status = rng.choice((BUILDING, FINISHED))
    return place - 1, place


def finished_short(rng: random.Random, work: Work) -> tuple[int, int] | None:
    """Called finished with something left to do."""
    places = [at for at, each in enumerate(work.months) if each.status == FINISHED]
    if not places:
        return None
    told = round(rng.uniform(60, 99.9), 2)
    for month in work.months[places[0] - 2 :]:
        month.actual = min(month.actual, told)
    return places[0] - 2, len(work.months) - 1


def missing_month(rng: random.Random, work: Work) -> tuple[int, int] | None:
    if len(work.months) < 5:
        return None
    place, more = rng.randrange(1, len(work.months) - 3), rng.randint(1, 2)
    del work.months[place : place + more]
    return place - 1, place


def filed_early(rng: random.Random, work: Work) -> tuple[int, int] | None:
    place = rng.randrange(len(work.months))
    text = named(work.months[place].number)
    first = datetime(int(text[:4]), int(text[5:]), 1, tzinfo=UTC)
    work.months[place].filed_at = first - timedelta(days=rng.uniform(0.5, 20))
    return place, place


LIES: dict[str, Lie] = {
    lie.__name__: lie
    for lie in (
        *(frozen, copied, falling, jump, actual_beyond, planned_beyond, against_visit, still_stopped),
        *(full_yet_building, awaiting_acceptance, accepted_yet_open, backwards, finished_short),
        *(missing_month, filed_early),
    )
}
"""By the rule that should find it. A lowered plan (`rescheduled`) is no lie, only a question."""


# -- the whole ------------------------------------------------------------------------------------------------


def city(seed: int, honest_works: int, liars: int) -> list[Work]:
    """So many honest works, and so many liars of each kind."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    works = [honest(rng) for _ in range(honest_works)]
    for name, lie in LIES.items():
        found = 0
        while found < liars:
            work = honest(rng)
            if (lied := lie(rng, work)) is not None:
                work.lie, work.lied = name, _numbers(work, lied)
                works.append(work)
                found += 1
    return works


def _numbers(work: Work, places: tuple[int, int]) -> tuple[int, int]:
    first, last = (work.months[min(place, len(work.months) - 1)].number for place in places)
    return first, last


def filed(works: list[Work]) -> list[Filed]:
    """What the tender system shows of the works, in the order the engine wants."""
    return [
        Filed(
            work.id,
            named(month.number),
            round(month.planned * 100),
            round(month.actual * 100),
            month.status,
            month.filed_at,
        )
        for work in works
        for month in work.months
    ]
