"""What was done about a defect, in sentences; also for the history of its inspection."""

from datetime import date
from typing import TYPE_CHECKING

from inspect_app.core import roc

if TYPE_CHECKING:
    from inspect_app.defects.models import DefectStep

CORRECTION, REVIEW, EXTENSION = "correction", "review", "extension"


def sentence(step: "DefectStep") -> str:
    """A correction, review or extension as one sentence, without its note."""
    if step.kind == REVIEW:
        return "審查通過" if step.detail["result"] == "pass" else "退回，請再改善"
    if step.kind == EXTENSION:
        until = roc.format_weekday(date.fromisoformat(step.detail["to"]))
        return f"同意展延至{until}（{step.detail['document']}）"
    return "回復改善"
