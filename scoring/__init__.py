"""The engine: pure rules of construction inspections, graded by the law of the day.

    scoring.run("grade", {"inspected_on": "2024-05-01", "marks": [{"member": "a", "total": 84}]})

`run` answers any command with plain JSON values, `replay` computes a stored result again, `explain.explain` says a
step in two languages, `lawbook.at(day)` gives the law itself, `lawlist` the law as a list.
"""

from scoring import explain, lawbook, lawlist
from scoring.commands import replay, run
from scoring.errors import (
    CalendarNotKnown,
    InvalidInput,
    LawError,
    RuleNotInForce,
    ScoringError,
    UnknownField,
)

__all__ = [
    "CalendarNotKnown",
    "InvalidInput",
    "LawError",
    "RuleNotInForce",
    "ScoringError",
    "UnknownField",
    "explain",
    "lawbook",
    "lawlist",
    "replay",
    "run",
]
