"""Values that the commands share."""

from collections.abc import Mapping
from typing import NamedTuple

GRADES = ("OUTSTANDING", "A", "B", "C")
TESTS = ("concrete_core", "asphalt_core", "subgrade_compaction")
FINDINGS = (*TESTS, "main_structure", "main_material", "safety")
SEVERITIES = ("L", "M", "S")
GROUNDS = (
    *("reports", "low_award", "behind", "changes", "changed", "low_score", "accident", "suspended"),
    *("late_filings", "ordered", "large", "never_visited"),
)
ROUNDINGS = ("up", "half_up")


class Mark(NamedTuple):
    """One member's mark, a whole number from 0 to 100 (作業辦法 art. 7); `outside` is an outside expert."""

    member: str
    total: int
    outside: bool = False


Step = Mapping[str, object]
"""One step of a result, as it stands in an answer; see `step`."""


def step(rule: str, article: str, inputs: Mapping[str, object], value: object) -> Step:
    """Return one step of a result: the rule applied, its article, what went in and what came out.

    Inputs and value are JSON values without binary floats.
    """
    return {"rule": rule, "article": article, "inputs": inputs, "value": value}
