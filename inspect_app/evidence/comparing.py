"""Where the city runs: does what was verified offline agree with the database, and is the chain there unbroken?"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.audit import AuditEvent
from inspect_app.core.chain import digest
from inspect_app.core.problems import Problem
from inspect_app.evidence import service
from inspect_app.evidence.packing import event_text, pairs
from inspect_app.evidence.verifying import (
    ALTERED,
    CAME,
    MISSING,
    ORIGINAL,
    UNKNOWN,
    Finding,
    Report,
    arrivals,
    told_of,
)
from inspect_app.inspections import printing
from inspect_app.inspections import queries as inspections
from inspect_app.photos import queries as photos


def compare(session: Session, report: Report) -> None:
    """Add to the report what the database says of the inspection, of the root and of the key."""
    identifier = report.inspection
    events = audit.chained(session, "inspection", identifier)
    if not identifier or not events:
        report.add("資料庫", ALTERED, "資料庫沒有這件查核的證據鏈")
        return
    told = len(report.findings)
    inspection_id = UUID(events[0].subject_id)
    faults = (
        chain_faults(events),
        _uncovered(session, inspection_id, events),
        _spoiled(session, inspection_id),
    )
    for found in (*faults, _strange(session, report, events)):
        report.findings.extend(found)
    if len(report.findings) == told:
        report.add("資料庫", ORIGINAL, f"證據鏈 {len(events)} 環相連，與這份資料一致")


def chain_faults(events: Sequence[AuditEvent]) -> Iterator[Finding]:
    """Each event whose row is not what was hashed, or that does not follow the one before."""
    for place, (before, event) in enumerate(pairs(events), 1):
        if event.seq != place or digest(event_text(event, before)) != event.hash:
            yield Finding(f"資料庫證據鏈第 {place} 環", ALTERED, f"{event.action} 與所載的雜湊不符")


def _uncovered(session: Session, inspection_id: UUID, events: Sequence[AuditEvent]) -> Iterator[Finding]:
    """What came by rows or by events alone: as when the end of a chain was cut off, or a row taken away or changed."""
    came, due = arrivals((event.seq or 0, event.action, event.detail) for event in events)
    rows = dict(_rows(session, inspection_id, events))
    for what, name in rows.items():
        if what not in came:
            yield Finding(name, ALTERED, "證據鏈沒有它的紀錄")
    for what in [each for each in due if each not in rows]:
        yield Finding(f"資料庫{told_of(what, due[what])}", MISSING, "證據鏈載有它，資料庫沒有")


def _rows(
    session: Session, inspection_id: UUID, events: Sequence[AuditEvent]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Kind and SHA-256 of every photo and submission in the database that an event must tell of, and its name."""
    # Submissions from before the chain was kept: their events do not say which bytes, but when and from whom.
    older = {
        (each.at, each.actor_id) for each in events if each.action in CAME and not each.detail.get("sha256")
    }
    for receipt in photos.received_for(session, inspection_id):
        yield ("photo", receipt.sha256), f"資料庫照片 {receipt.sha256}"
    for sent in inspections.submissions_of(session, inspection_id):
        if (sent.received_at, sent.received_by) not in older:
            yield ("submission", sent.sha256), f"資料庫送件 {sent.id}"


def _spoiled(session: Session, inspection_id: UUID) -> Iterator[Finding]:
    """Rows that are not what they were: a submission's body, or what was issued."""
    for sent in inspections.submissions_of(session, inspection_id):
        if digest(sent.body) != sent.sha256:
            yield Finding(f"資料庫送件 {sent.id}", ALTERED, "內容與雜湊不符")
    for inspection in inspections.of_ids(session, [inspection_id]):
        try:
            printing.root(session, inspection)
        except Problem as problem:
            yield Finding("資料庫發文紀錄", ALTERED, problem.detail)


def _strange(session: Session, report: Report, events: Sequence[AuditEvent]) -> Iterator[Finding]:
    """A root that is not on the chain, a key that is not the city's."""
    seq, root = report.root
    if not any((event.seq, event.hash) == (seq, root) for event in events):
        yield Finding("證據鏈根", ALTERED, f"資料庫的第 {seq} 環不是它")
    kept = {each["id"]: each.get("withdrawn_at") for each in service.published(session)}
    if report.key not in kept:
        yield Finding("簽章金鑰", ALTERED, f"{report.key} 不是本機關的金鑰")
    elif kept[report.key]:
        yield Finding("簽章金鑰", UNKNOWN, f"{report.key} 已自 {kept[report.key]} 起撤銷")
