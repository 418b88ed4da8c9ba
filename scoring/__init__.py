"""The engine: pure rules of construction inspections, graded by the law of the day.

scoring.run("grade", {"inspected_on": "2024-05-01", "marks": [{"member": "a", "total": 84}]})
"""

from scoring import explain, lawbook, lawlist
from scoring.commands import run
from scoring.errors import (
    CalendarNotKnown,
    InvalidInput,
    LawError,
    RuleNotInForce,
    ScoringError,
    UnknownField,
)
from scoring.replays import replay

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
