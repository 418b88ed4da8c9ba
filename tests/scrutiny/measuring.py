"""How well the rules find the lies of a city: `python -m tests.scrutiny.measuring SEED …` prints the table.

A note on a liar's own rule that touches the months of the lie is a find. Notes of another rule on those months, or
the one after, come of the same lie and count neither way. Every other note is one too many.
"""

import sys
from collections import Counter
from dataclasses import dataclass

from inspect_app.scrutiny.looking import Found, look
from inspect_app.scrutiny.months import Months, months, number
from inspect_app.scrutiny.rules import Rules, rules
from tests.scrutiny.city import LIES, Work, city, filed

HONEST, LIARS = 3000, 60


@dataclass
class Score:
    """Of one rule: lies found, lies missed, notes too many."""

    found: int = 0
    missed: int = 0
    too_many: int = 0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.too_many) if self.found + self.too_many else 1.0

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0


def columns(works: list[Work], told: Rules) -> Months:
    return months(filed(works), [seen for work in works for seen in work.seen], told.stages)


def measure(seed: int, told: Rules | None = None, *, strong: bool = False) -> dict[str, Score]:
    """The score of each rule, and of all together, on the city of a seed; of `strong` notes alone, if wanted."""
    told = told or rules()
    works = city(seed, HONEST, LIARS)
    notes = [note for note in look(columns(works, told), told, 0) if note.strong or not strong]
    scores = _judged(works, notes)
    scores["all"] = Score(
        *(sum(getattr(score, part) for score in scores.values()) for part in ("found", "missed", "too_many"))
    )
    return scores


def _judged(works: list[Work], notes: list[Found]) -> dict[str, Score]:
    by_tender = {work.id: work for work in works}
    scores = {name: Score() for name in LIES}
    finds = set()
    for note in notes:
        work = by_tender[note.tender]
        if note.rule == work.lie and _touches(note, work, 0):
            finds.add(work.id)
        elif note.rule in scores and not _touches(note, work, 1):
            scores[note.rule].too_many += 1
    for work in works:
        if work.lie:
            scores[work.lie].found += work.id in finds
            scores[work.lie].missed += work.id not in finds
    return scores


def _touches(note: Found, work: Work, after: int) -> bool:
    first, last = work.lied
    return bool(work.lie) and number(note.first) <= last + after and number(note.last) >= first


def questions(seed: int) -> Counter[str]:
    """How many notes each rule tells of the honest works alone."""
    works, told = city(seed, HONEST, 0), rules()
    return Counter(note.rule for note in look(columns(works, told), told, 0))


def main() -> None:
    seeds = [int(text) for text in sys.argv[1:]] or [1]
    every = [measure(seed) for seed in seeds]
    strong = [measure(seed, strong=True) for seed in seeds]
    lines = ["| rule | precision | recall | strong: precision | strong: recall |"]
    for name in every[0]:
        cells = [
            _spread([getattr(table[name], part) for table in tables])
            for tables in (every, strong)
            for part in ("precision", "recall")
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    sys.stdout.write("\n".join([*lines, str(questions(seeds[0])), ""]))


def _spread(figures: list[float]) -> str:
    """The median and, in brackets, the least and the greatest."""
    ordered = sorted(figures)
    return f"{ordered[len(ordered) // 2]:.2f} ({ordered[0]:.2f}–{ordered[-1]:.2f})"


if __name__ == "__main__":
    main()
