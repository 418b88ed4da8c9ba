"""Where the city runs: does what was verified offline agree with the database, and is the chain there unbroken?"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.audit import AuditEvent
from inspect_app.core.chain import digest
from inspect_app.evidence import service
from inspect_app.evidence.packing import event_text, pairs
from inspect_app.evidence.verifying import ALTERED, ORIGINAL, Finding, Report
from inspect_app.inspections import queries as inspections
from inspect_app.photos import queries as photos


def compare(session: Session, report: Report) -> None:
    """Add to the report what the database says of the inspection, of the root and of the key."""
    identifier = report.inspection
    events = audit.chained(session, "inspection", identifier)
    if not identifier or not events:
        report.add("資料庫", ALTERED, "資料庫沒有這件查核的證據鏈")
        return
    faults = [*chain_faults(events), *_uncovered(session, events), *_strange(session, report, events)]
    report.findings += faults or [Finding("資料庫", ORIGINAL, f"證據鏈 {len(events)} 環相連，與這份資料一致")]


def chain_faults(events: Sequence[AuditEvent]) -> Iterator[Finding]:
    """Each event whose row is not what was hashed, or that does not follow the one before."""
    for place, (before, event) in enumerate(pairs(events), 1):
        if event.seq != place or digest(event_text(event, before)) != event.hash:
            yield Finding(f"資料庫證據鏈第 {place} 環", ALTERED, f"{event.action} 與所載的雜湊不符")


def _uncovered(session: Session, events: Sequence[AuditEvent]) -> Iterator[Finding]:
    """What rows say came, and no event knows of: as when the end of a chain was cut off."""
    told = {event.detail.get("sha256") for event in events}
    known = {(event.at, event.actor_id) for event in events if event.action.startswith("inspection.")}
    inspection_id = UUID(events[0].subject_id)
    for receipt in photos.received_for(session, inspection_id):
        if receipt.sha256 not in told:
            yield Finding(f"資料庫照片 {receipt.sha256}", ALTERED, "證據鏈沒有它的紀錄")
    for sent in inspections.submissions_of(session, inspection_id):
        if sent.sha256 not in told and (sent.received_at, sent.received_by) not in known:
            yield Finding(f"資料庫送件 {sent.id}", ALTERED, "證據鏈沒有它的紀錄")
        if digest(sent.body) != sent.sha256:
            yield Finding(f"資料庫送件 {sent.id}", ALTERED, "內容與雜湊不符")


def _strange(session: Session, report: Report, events: Sequence[AuditEvent]) -> Iterator[Finding]:
    """A root that is not on the chain, a key that is not the city's."""
    seq, root = report.root
    if not any((event.seq, event.hash) == (seq, root) for event in events):
        yield Finding("證據鏈根", ALTERED, f"資料庫的第 {seq} 環不是它")
    if report.key not in {each["id"] for each in service.published(session)}:
        yield Finding("簽章金鑰", ALTERED, f"{report.key} 不是本機關的金鑰")
