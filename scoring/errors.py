"""What can go wrong: a request that cannot be answered, or law data that is not right."""

# ruff: noqa: N818 - each exception is named after the one mistake it stands for

from collections.abc import Mapping
from typing import ClassVar


class ScoringError(Exception):
    """A request that cannot be answered.

    `code` is one of the four codes of the command line, `detail` says what to do next,
    `field` is the path of the value (`marks[0].total`), or "" for the whole request. `rule` names the mistake and
    `inputs` its figures, for a sentence in another language (`explain_error`); the error object leaves them out.
    """

    code: ClassVar[str] = "invalid_input"

    def __init__(
        self, detail: str, field: str = "", rule: str = "", inputs: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(detail, field)
        self.detail = detail
        self.field = field
        self.rule = rule
        self.inputs = dict(inputs or {})

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}" if self.field else self.detail

    def as_dict(self) -> dict[str, str]:
        """Return the error object that the command line prints."""
        return {"error": self.code, "detail": self.detail, "field": self.field}


class InvalidInput(ScoringError):
    """A missing, malformed or contradictory value."""


class UnknownField(ScoringError):
    """A key that the command does not take."""

    code: ClassVar[str] = "unknown_field"


class RuleNotInForce(ScoringError):
    """A day on which the rule asked for was not yet, or no longer, in force."""

    code: ClassVar[str] = "rule_not_in_force"


class CalendarNotKnown(ScoringError):
    """A day in a year whose official calendar is not at hand."""

    code: ClassVar[str] = "calendar_not_known"


class LawError(Exception):
    """A law file that does not say what it must; the message names the file and the place."""
