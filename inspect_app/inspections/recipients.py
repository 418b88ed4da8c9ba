"""Who has the issued papers: those the tender named at the issue, and whoever they are sent on to later."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict, FieldError, InvalidFields
from inspect_app.core.settings import current_settings
from inspect_app.inspections import queries
from inspect_app.inspections.facts import IssuedFacts, TenderFacts
from inspect_app.inspections.models import Inspection, Recipient
from inspect_app.inspections.words import STATES

PARTIES = ("agency", "supervisor", "contractor", "pcm")


@dataclass(frozen=True, slots=True)
class SendOn:
    """The party to whom the papers go as well, and the number of the document they go with."""

    party: str
    document: str


def freeze(session: Session, inspection: Inspection, now: datetime) -> None:
    """Keep what the papers say of the tender and who receives them, whatever becomes of the tender."""
    facts = IssuedFacts(
        TenderFacts.of(inspection.tender_row), current_settings().team_name, inspection.late_reason
    )
    inspection.issued_facts = facts.kept()
    session.add_all(_recipient(inspection, party, now) for party in _named(inspection))


def send_on(session: Session, inspection: Inspection, given: SendOn, by: Actor, now: datetime) -> Inspection:
    """Give the issued papers, unchanged, to a party that the tender names only since; it may answer then.

    Conflict before the issue; InvalidFields where the tender names none, or one that has them already.
    """
    if not inspection.is_published:
        raise Conflict(f"發文之後才能補送。目前狀態：{STATES[inspection.state]}。")
    if given.party not in unserved(session, inspection):
        reason = "標案目前沒有這個單位，或該單位已收到；請先更正標案資料。"
        raise InvalidFields("請更正補送對象。", errors=[FieldError("party", reason)])
    row = _recipient(inspection, given.party, now, given.document)
    session.add(row)
    inspection.touch()
    session.flush()
    detail = {"party": row.party, "organisation": row.organisation, "document": given.document}
    audit.record(session, by, "inspection.sent_on", ("inspection", inspection.id), now, **detail)
    return inspection


def unserved(session: Session, inspection: Inspection) -> dict[str, str]:
    """Whom the tender names now without their having the papers: organisations by party."""
    held = {(row.party, row.organisation_id) for row in queries.recipients(session, inspection.id)}
    named = _named(inspection)
    return {party: each.name for party, each in named.items() if (party, each.id) not in held}


def _named(inspection: Inspection) -> dict[str, Any]:
    """The organisations that the tender names now, by party."""
    rows = {party: getattr(inspection.tender_row, f"{party}_row") for party in PARTIES}
    return {party: row for party, row in rows.items() if row is not None}


def _recipient(inspection: Inspection, party: str, now: datetime, document: str | None = None) -> Recipient:
    organisation = _named(inspection)[party]
    return Recipient(
        inspection_id=inspection.id,
        party=party,
        organisation_id=organisation.id,
        organisation=organisation.name,
        given_at=now,
        document=document,
    )
