"""Storing an official sheet: whole, once, and never in place of what is stored."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from forms.catalogue import Catalogue, revisions
from inspect_app.catalogue import proposals, queries, service
from inspect_app.catalogue.models import Revision
from inspect_app.catalogue.proposals import Proposal
from inspect_app.catalogue.sheet_types import Sheet
from inspect_app.core import audit, roc
from inspect_app.core.problems import Conflict

Outcome = Literal["stored", "unchanged"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an import is asked for: the revision's name, and its first day (None for a published one)."""

    revision: str
    counts_from: date | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sheet came from: the file's name, its digest in hex, and who imports it."""

    name: str
    sha256: str
    by: str

    @classmethod
    def of(cls, name: str, data: bytes, by: str) -> "Source":
        return cls(name[-200:], hashlib.sha256(data).hexdigest(), by[:60])


def propose(session: Session, sheet: Sheet, wanted: Wanted) -> Proposal:
    """What the sheet comes to beside what is known; Conflict when the name or the day is another's."""
    published = {each.revision: each for each in revisions()}.get(wanted.revision)
    if published is not None:
        if wanted.counts_from not in (None, published.counts_from):
            day = roc.format_long(published.counts_from)
            raise Conflict(f"{published.revision} 已公布，自 {day}起適用；請不要用 --counts-from 另指定。")
        return proposals.words_for(sheet, published)
    if wanted.counts_from is None:
        raise Conflict("新的版次要有適用日；請加上 --counts-from，例如 --counts-from 113/1/1。")
    _require_free(session, wanted.revision, wanted.counts_from)
    earlier = service.before(session, wanted.counts_from)
    words = service.wordings(session, earlier)
    return proposals.revision(
        sheet, wanted.revision, wanted.counts_from, service.get(session, earlier), words
    )


def store(session: Session, proposal: Proposal, source: Source, now: datetime) -> Outcome:
    """Write a proposal whole; Conflict when it is not writable, or when other content has its name."""
    revision = proposal.catalogue.revision
    if not proposal.is_writable:
        raise Conflict("有列被退回，未寫入任何資料；請更正檔案後再匯入。")
    if queries.find(session, revision) is not None:
        if not _is_same(session, proposal):
            raise Conflict(_OTHER.format(revision=revision))
        return "unchanged"
    _write(session, proposal, source, now)
    audit.record(session, None, "catalogue.imported", ("catalogue", revision), now, source=source.name,
                 sha256=source.sha256, imported_by=source.by, wordings=len(proposal.wordings))  # fmt: skip
    return "stored"


_OTHER = (
    "{revision} 已經匯入過，內容不同。已存的版次不會更改：內容若是新的公告，請用新的版次編號與適用日；"
    "若是要更正，也請另用一個編號（例如 {revision}-2）與次日為適用日匯入。"
)


def _require_free(session: Session, revision: str, counts_from: date) -> None:
    """A day begins one revision, and a revision begins on one day."""
    for each in service.listed(session):
        if (each.revision == revision) is not (each.counts_from == counts_from):
            day = roc.format_long(each.counts_from)
            raise Conflict(f"{each.revision} 已存在，自 {day}起適用；請改用另一個編號或適用日。")


def _is_same(session: Session, proposal: Proposal) -> bool:
    """Whether what is official about it is what is stored: codes, groups, points and words."""
    revision = proposal.catalogue.revision
    stored = service.get(session, revision)
    words = service.wordings(session, revision)
    return words == proposal.wordings and _official(stored) == _official(proposal.catalogue)


def _official(known: Catalogue) -> list[tuple[str, str, str]]:
    return [(line.code, line.kind, line.points) for line in known.codes]


def _write(session: Session, proposal: Proposal, source: Source, now: datetime) -> None:
    known = proposal.catalogue
    row = Revision(
        id=known.revision,
        counts_from=known.counts_from,
        source=source.name,
        sha256=source.sha256,
        trades={key: [names.zh, names.en] for key, names in known.trades.items()},
        imported_at=now,
        imported_by=source.by,
    )
    session.add(row)
    session.flush()
    if proposal.is_complete:
        session.execute(insert(queries.LINES), _lines(known))
    session.execute(insert(queries.WORDINGS), _wordings(proposal))


def _lines(known: Catalogue) -> list[dict[str, Any]]:
    return [
        {"revision_id": known.revision, "position": position, "also": list(line.also)}
        | {name: getattr(line, name) for name in service.FIELDS}
        for position, line in enumerate(known.codes)
    ]


def _wordings(proposal: Proposal) -> list[dict[str, Any]]:
    return [
        {
            "revision_id": proposal.catalogue.revision,
            "code": code,
            "wording": wording,
            "title_is_earlier": code in proposal.outdated,
        }
        for code, wording in proposal.wordings.items()
    ]
