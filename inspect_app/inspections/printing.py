"""Who issues a paper, the page its QR opens, and what proves it."""

from dataclasses import replace
from functools import partial

import structlog
from flask import Response, request
from sqlalchemy.orm import Session

from inspect_app.core import audit, sealing
from inspect_app.core.audit import AuditEvent
from inspect_app.core.chain import Link
from inspect_app.core.problems import Problem
from inspect_app.core.settings import current_settings
from inspect_app.documents.answers import file, pdf
from inspect_app.documents.model import Document
from inspect_app.inspections import issued, papers
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.papers import Issuer

log = structlog.get_logger()


class RecordsDiffer(Problem):
    """The rows are not what was issued: what would be printed is not what was sent out."""

    status, code, title = 503, "records_differ", "紀錄與發文時不同"


def issuer(inspection: Inspection, address: str | None = None) -> Issuer:
    """Who issues, or issued, the papers, and the inspection's page on this server, or at another `address`."""
    kept = inspection.frozen.issued_by if inspection.frozen else ""
    root = request.url_root if address is None else f"{address.rstrip('/')}/"
    return Issuer(kept or current_settings().team_name, f"{root}inspections/{inspection.id}")


def root(session: Session, inspection: Inspection) -> Link | None:
    """The chain's root as the issue left it: what the papers carry, however often they are printed.

    RecordsDiffer when the rows do not say what they said then.
    """
    event = _issue(session, inspection)
    if event is None or not (event.seq and event.hash):
        return None
    fixed = event.detail.get("facts")  # what was issued before the chain was kept has none
    if fixed is not None and fixed != issued.digest(session, inspection):
        log.error("records_differ", inspection=str(inspection.id))
        raise RecordsDiffer("紀錄與發文時不同，不簽署；請洽系統管理者。")
    return Link(event.seq, event.hash)


def _issue(session: Session, inspection: Inspection) -> AuditEvent | None:
    if inspection.issued_at is None:
        return None
    events = audit.history(session, "inspection", inspection.id, at=inspection.issued_at)
    return next((event for event in events if event.action == "inspection.issued"), None)


def proved(document: Document, link: Link) -> Document:
    """The paper with the root and the key at its foot, and how it begins in what its QR opens."""
    proof = f"證據鏈根 {link.hash}（第 {link.seq} 環）　金鑰 {sealing.key().id}"
    return replace(document, proof=proof, link=f"{document.link}#root={link.hash[:16]}")


def files(session: Session, inspection: Inspection, address: str) -> dict[str, bytes]:
    """The issued papers as PDFs that prove themselves, by name; none before the issue."""
    link = root(session, inspection)
    if link is None:
        return {}
    made = {"record.pdf": papers.record, "notice.pdf": papers.notice}
    issued_by = issuer(inspection, address)
    return {
        name: sealing.seal_paper(
            file(proved(make(session, inspection, issued_by), link))[1], inspection.id, link
        )
        for name, make in made.items()
    }


def sealed(session: Session, inspection: Inspection, document: Document) -> Response:
    """An issued paper as a PDF that proves itself."""
    link = root(session, inspection)
    if link is None:
        return pdf(document)
    return pdf(proved(document, link), partial(sealing.seal_paper, inspection_id=inspection.id, link=link))
