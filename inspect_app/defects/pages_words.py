"""Words about a defect, for its own pages and for those of its inspection."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from inspect_app.catalogue import service as catalogues
from inspect_app.core import roc
from inspect_app.defects.words import OPEN, PARTIES, stands_in

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect, DefectStep

CORRECTION, REVIEW, EXTENSION = "correction", "review", "extension"
STAND_IN = "由主辦機關代為回復"


def title_of(session: Session, revision: str | None, code: str) -> str | None:
    """The short words for a code in the inspection's revision of the catalogue, if it has any."""
    known = catalogues.get(session, revision) if revision else None
    return known.get(code).title if known and known.knows(code) else None


def parties_of(defect: "Defect", named: Collection[str] = ()) -> str:
    """Against whom the points are, and with whom; and who answers for one that the papers do not name."""
    also = "、".join(PARTIES[party] for party in defect.also)
    words = f"{PARTIES[defect.party]}；併扣{also}" if also else PARTIES[defect.party]
    return f"{words}；{STAND_IN}" if stands_in(defect.party, named) else words


def days_left(defect: "Defect", today: date) -> int | None:
    """Calendar days until an open defect's deadline, negative when late."""
    if defect.correct_by is None or defect.state not in OPEN:
        return None
    return (defect.correct_by - today).days


def sentence(step: "DefectStep") -> str:
    """A correction, review or extension as one sentence, without its note."""
    if step.kind == REVIEW:
        return _reviewed(step)
    if step.kind == EXTENSION:
        until = roc.format_weekday(date.fromisoformat(step.detail["to"]))
        return f"同意展延至{until}（{step.detail['document']}）"
    behalf = step.detail.get("on_behalf_of")
    return f"代{PARTIES[behalf]}回復改善" if behalf else "回復改善"


def _reviewed(step: "DefectStep") -> str:
    words = "審查通過" if step.detail["result"] == "pass" else "退回，請再改善"
    behalf, document = step.detail.get("on_behalf_of"), step.detail.get("document")
    said = f"登錄{PARTIES[behalf]}書面{words}" if behalf else words
    return f"{said}（{document}）" if document else said
