"""Values that the commands share."""

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


class Step(NamedTuple):
    """One step of a result: the rule applied, its article, what went in and what came out.

    Inputs and value are JSON values without binary floats.
    """

    rule: str
    article: str
    inputs: dict[str, object]
    value: object

    def as_dict(self) -> dict[str, object]:
        """Return the step as it stands under `steps` in an output."""
        return {"rule": self.rule, "article": self.article, "inputs": self.inputs, "value": self.value}
