"""The engine, against what reading and writing the same JSON takes, and against loops without any law."""

import gc
import json
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np

from bench.harness import Line, paired, seconds
from scoring import commands, grades, lawbook, quotas
from scoring.__main__ import main
from scoring.grades import Visit
from scoring.quotas import INSPECTION, KINDS, TenderGroup, Visits, Year
from scoring.types import FINDINGS, TESTS
from scoring.vectorised import Inspections, rescore

LINES, CALLS, TENDERS, TENDERS_A_VISIT = 20_000, 20_000, 1_000_000, 5
STORED = 1_000_000
AS_OF = date(2024, 12, 31)
Request = dict[str, object]


def lines() -> Iterator[Line]:
    """By lines, call by call, and a whole country's year."""
    dice = random.Random(109)  # noqa: S311 - sample data
    yield _by_lines("grade", [_visit(dice) for _ in range(LINES)])
    yield _by_lines("quota", [_year(dice) for _ in range(LINES)])
    yield from _one_by_one([_visit(dice) for _ in range(CALLS)])
    yield from _country(dice)
    yield _in_columns([grades.read(_visit(dice)) for _ in range(CALLS)])


def _by_lines(command: str, requests: list[Request]) -> Line:
    """A file of requests, start-up left out."""
    raw = [json.dumps(request, ensure_ascii=False).encode() for request in requests]
    answers = [commands.run(command, request) for request in requests]
    with _set_aside():
        ours, theirs = paired(
            lambda: seconds(
                partial(main, (command, "--lines"), BytesIO(b"\n".join(raw)), BytesIO(), BytesIO())
            ),
            lambda: seconds(lambda: _parsed_and_written(raw, answers)),
        )
    name = f"{command} --lines, {len(raw):,} lines"
    return Line(name, ours, theirs, "s", "at most", 4, "json.loads of the input, json.dumps of the output")


@contextmanager
def _set_aside() -> Iterator[None]:
    """What the benchmarks keep is not looked through by the collector, again and again, at the cost of either side."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _parsed_and_written(raw: list[bytes], answers: list[Request]) -> None:
    for line, answer in zip(raw, answers, strict=True):
        json.loads(line)
        json.dumps(answer, ensure_ascii=False)


def _one_by_one(requests: list[Request]) -> Iterator[Line]:
    """One inspection after the other: from a request to its answer, and from what was read to its result."""
    texts = [json.dumps(request, ensure_ascii=False) for request in requests]
    visits = [grades.read(request) for request in requests]
    name = f"grade, {len(requests):,} calls with steps"
    yield _against_parsing(name, partial(commands.run, "grade"), requests, texts)
    yield _against_parsing("grade of a read inspection with steps", _graded, visits, texts)


def _against_parsing(
    name: str, work: Callable[[Any], object], values: Iterable[object], texts: list[str]
) -> Line:
    with _set_aside():
        ours, theirs = paired(
            lambda: seconds(lambda: _each(work, values)), lambda: seconds(lambda: _each(json.loads, texts))
        )
    return Line(name, ours, theirs, "s", "at most", 4, "json.loads of the input")


def _each(work: Callable[[Any], object], values: Iterable[object]) -> None:
    """Do the work and keep nothing, so that none of it pays for what another left behind."""
    for value in values:
        work(value)


def _in_columns(visits: list[Visit]) -> Line:
    """A million stored inspections graded again; the pure function's million is a fiftieth of it, fifty times."""
    some = Inspections.of(visits)
    many = Inspections(
        *(np.concatenate([getattr(some, column.name)] * (STORED // len(visits))) for column in fields(some))
    )
    ours, theirs = paired(
        lambda: seconds(lambda: rescore(many)),
        lambda: seconds(lambda: _each(_graded, visits)) * (STORED // len(visits)),
        rounds=3,
    )
    return Line(
        "grades again, 1,000,000 in columns", theirs, ours, "s", "at least", 20, "the same in columns"
    )


def _graded(visit: Visit) -> grades.Result:
    return grades.grade(visit, lawbook.at(visit.inspected_on))


def _country(dice: random.Random) -> Iterator[Line]:
    """A year of a million tenders: little is spent besides sorting, and it grows no faster than that."""
    whole, tenth = _objects(dice, TENDERS), _objects(dice, TENDERS // 10)
    law = lawbook.at(AS_OF)
    ours, loop = paired(_timed(whole, law), lambda: seconds(lambda: _sorted(whole)), rounds=3)
    against = "a plain loop sorting them into bands"
    yield Line("quota, 1,000,000 tenders", ours, loop, "s", "at most", 3, against)
    small, small_loop = paired(_timed(tenth, law), lambda: seconds(lambda: _sorted(tenth)), rounds=9)
    growth = Line(
        "quota, ten times the tenders", ours / small, loop / small_loop, "times", "at most", 1.2, against
    )
    yield growth


def _timed(year: Year, law: lawbook.Law) -> Callable[[], float]:
    return lambda: seconds(lambda: quotas.assess(year, law))


def _sorted(year: Year) -> tuple[list[int], list[int]]:
    """Tenders and visits by band, as one would write it once for one year: nothing else is counted."""
    place, tenders, visits = {}, [0, 0, 0, 0], [0, 0, 0, 0]
    for tender in year.tenders:
        if tender.budget_twd >= 50_000_000:
            band = 0
        elif tender.budget_twd >= 10_000_000:
            band = 1
        else:
            band = 2 if tender.budget_twd >= 1_500_000 else 3
        place[tender.id] = band
        tenders[band] += tender.count
    for visit in year.visits:
        visits[place[visit.tender]] += visit.count
    return tenders, visits


# --- typical requests ----------------------------------------------------------------------------------------


def _visit(dice: random.Random) -> Request:
    """An inspection by three to five members, marked in parts or in all, one in five with a finding or a test."""
    request: Request = {
        "inspected_on": _day(dice, 2019).isoformat(),
        "marks": [_mark(dice, number) for number in range(dice.randint(3, 5))],
    }
    if dice.random() < 0.1:
        request["findings"] = dice.sample(FINDINGS, 1)
    elif dice.random() < 0.1:
        request["pending_tests"] = dice.sample(TESTS, 1)
    return request


def _mark(dice: random.Random, number: int) -> Request:
    member: Request = {"member": f"委員{number}", "outside": number > 0}
    if number % 2:
        return member | {"total": dice.randint(68, 94)}
    parts = {"quality_system": dice.randint(13, 18), "workmanship": dice.randint(42, 54)}
    return member | parts | {"progress": dice.randint(13, 18)}


def _year(dice: random.Random) -> Request:
    """An agency's year: a dozen tenders, as many visits."""
    tenders = [f"{number:03}-示範" for number in range(12)]
    return {
        "year": 2024,
        "as_of": "2024-11-30",
        "tenders": [
            {"id": tender, "budget_twd": _budget(dice), "own": dice.random() < 0.7, "count": 1}
            for tender in tenders
        ],
        "inspections": [
            {
                "tender": dice.choice(tenders),
                "on": _day(dice, 2024, 1).isoformat(),
                "kind": dice.choice(KINDS),
            }
            for _ in tenders
        ],
    }


def _objects(dice: random.Random, size: int) -> Year:
    tenders = tuple(TenderGroup(f"T{number}", _budget(dice)) for number in range(size))
    visits = tuple(
        Visits(dice.choice(tenders).id, _day(dice, 2024, 1), INSPECTION)
        for _ in range(size // TENDERS_A_VISIT)
    )
    return Year(AS_OF, tenders, visits)


def _budget(dice: random.Random) -> int:
    return dice.choice((900_000, 3_000_000, 12_000_000, 80_000_000)) + dice.randrange(900_000)


def _day(dice: random.Random, first_year: int, years: int = 7) -> date:
    return date(first_year, 1, 1) + timedelta(days=dice.randrange(365 * years))
