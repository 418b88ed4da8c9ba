"""Words about a defect, for its own pages and for those of its inspection."""

from datetime import date
from typing import TYPE_CHECKING

from forms.catalogue import catalogue
from forms.errors import UnknownDefectCode
from inspect_app.core import roc
from inspect_app.defects.words import OPEN, PARTIES

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect, DefectStep

CORRECTION, REVIEW, EXTENSION = "correction", "review", "extension"


def title_of(code: str) -> str | None:
    """The catalogue's short words for a code, if it has any."""
    try:
        return catalogue().get(code).title
    except UnknownDefectCode:
        return None


def parties_of(defect: "Defect") -> str:
    """Against whom the points are, and with whom."""
    also = "、".join(PARTIES[party] for party in defect.also)
    return f"{PARTIES[defect.party]}；併扣{also}" if also else PARTIES[defect.party]


def days_left(defect: "Defect", today: date) -> int | None:
    """Calendar days until an open defect's deadline, negative when late."""
    if defect.correct_by is None or defect.state not in OPEN:
        return None
    return (defect.correct_by - today).days


def sentence(step: "DefectStep") -> str:
    """A correction, review or extension as one sentence, without its note."""
    if step.kind == REVIEW:
        return "審查通過" if step.detail["result"] == "pass" else "退回，請再改善"
    if step.kind == EXTENSION:
        until = roc.format_weekday(date.fromisoformat(step.detail["to"]))
        return f"同意展延至{until}（{step.detail['document']}）"
    return "回復改善"
