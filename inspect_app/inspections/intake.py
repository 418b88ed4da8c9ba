"""A submission as it came: read and judged as far as it can be without the database.

The database's one writer at a time should wait for nobody's parsing.
"""

from dataclasses import dataclass
from typing import Any

from forms.validation import Demand
from inspect_app.core.problems import FieldError
from inspect_app.inspections import checks
from inspect_app.inspections.body import Amendment, SubmissionBody, canonical, decode, digest


@dataclass(frozen=True, slots=True)
class Sent:
    """A decoded submission; `text` is its canonical JSON, `sha256` over that, `faults` what is wrong by itself.

    `demands` are failed items that ask for a defect, if the visit's catalogue has it;
    `reason` is an amendment's, None for the first submission; `prefix` goes before the fields of errors.
    """

    body: SubmissionBody
    text: str
    sha256: str
    faults: tuple[FieldError, ...]
    demands: tuple[Demand, ...]
    reason: str | None = None
    prefix: str = ""

    @property
    def is_first(self) -> bool:
        return self.reason is None


def read(value: Any) -> Sent:
    """The first submission; InvalidFields where it is not even of the right types."""
    return _read(value)


def read_amendment(value: Any) -> Sent:
    """A corrected submission with its reason; InvalidFields likewise."""
    amendment: Amendment = decode(value, Amendment)
    return _read(amendment.submission, amendment.reason, "submission.")


def _read(value: Any, reason: str | None = None, prefix: str = "") -> Sent:
    body: SubmissionBody = decode(value, SubmissionBody, prefix.rstrip("."))
    checks.check_instants(body, prefix)
    text = canonical(value)
    return Sent(body, text, digest(text), checks.faults(body), checks.demands(body), reason, prefix)
