"""Storing an official sheet: whole, once, and never in place of what is stored."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from forms.catalogue import Catalogue
from forms.published import every
from inspect_app.catalogue import proposals, queries, service
from inspect_app.catalogue.models import Revision
from inspect_app.catalogue.proposals import Known, Proposal
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
    published = service.only_published(session, wanted.revision)
    if published is not None:
        if wanted.counts_from not in (None, published.counts_from):
            day = roc.format_long(published.counts_from)
            raise Conflict(f"{published.revision} 已公布，自 {day}起適用；請不要用 --counts-from 另指定。")
        return proposals.words_for(sheet, _known(session, published.revision))
    if wanted.counts_from is None:
        raise Conflict("新的版次要有適用日；請加上 --counts-from，例如 --counts-from 113/1/1。")
    _require_free(session, wanted.revision, wanted.counts_from)
    known = [_known(session, each) for each in service.around(session, wanted.counts_from)]
    return proposals.revision(sheet, wanted.revision, wanted.counts_from, known)


def store(
    session: Session, proposal: Proposal, source: Source, now: datetime, *, withdraw_many: bool = False
) -> Outcome:
    """Write a proposal whole; Conflict when it is not writable, or when other content has its name.

    A revision that withdraws many codes is more often a part of a sheet: `withdraw_many` says that it is not.
    """
    revision = proposal.catalogue.revision
    if not proposal.is_writable:
        raise Conflict("有列被退回，未寫入任何資料；請更正檔案後再匯入。")
    if _is_stored(session, proposal):
        return "unchanged"
    if proposal.withdraws_many and not withdraw_many:
        raise Conflict(caution(proposal))
    _write(session, proposal, source, now)
    audit.record(session, None, "catalogue.imported", ("catalogue", revision), now, source=source.name,
                 sha256=source.sha256, imported_by=source.by, wordings=len(proposal.new_words))  # fmt: skip
    return "stored"


def caution(proposal: Proposal) -> str:
    """What to consider before so many codes are withdrawn; "" if there are few."""
    if not proposal.withdraws_many:
        return ""
    gone, earlier = len(proposal.differences.withdrawn), proposal.earlier
    return (
        f"會刪除 {earlier.revision} 的 {len(earlier.codes)} 個編號中的 {gone} 個，超過一成；檔案可能只是公告的一部分，"
        f"而寫入後不能更改。確定要刪除這 {gone} 個時，請加上 --withdraw-many。"
    )


def bereft(proposal: Proposal) -> list[str]:
    """Items of published checklists that ask, when failed, for a defect whose code is withdrawn; in words."""
    gone = {line.code for line in proposal.differences.withdrawn}
    return [
        f"{form.title} 第 {form.version} 版 {item.id} {item.text}：{'、'.join(codes)}"
        for form in every()
        for item in form.by_id.values()
        if item.on_fail and (codes := [code for code in item.on_fail.codes if code in gone])
    ]


def _known(session: Session, revision: str) -> Known:
    return Known(service.get(session, revision), service.wordings(session, revision))


def _is_stored(session: Session, proposal: Proposal) -> bool:
    """Whether there is nothing left to write; Conflict when other content has the revision's name."""
    if not proposal.is_complete:
        return not proposal.new_words
    if queries.find(session, proposal.catalogue.revision) is None:
        return False
    if not _is_same(session, proposal):
        raise Conflict(_OTHER.format(revision=proposal.catalogue.revision))
    return True


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
    lines = _lines(proposal.catalogue) if proposal.is_complete else []
    if queries.find(session, proposal.catalogue.revision) is None:
        session.add(_row(proposal.catalogue, source, now, len(lines)))
        session.flush()
    if lines:
        session.execute(insert(queries.LINES), lines)
    session.execute(insert(queries.WORDINGS), _wordings(proposal))


def _row(known: Catalogue, source: Source, now: datetime, lines: int) -> Revision:
    return Revision(
        id=known.revision,
        counts_from=known.counts_from,
        source=source.name,
        sha256=source.sha256,
        trades={key: [names.zh, names.en] for key, names in known.trades.items()},
        imported_at=now,
        imported_by=source.by,
        lines=lines,
    )


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
        for code, wording in proposal.new_words.items()
    ]
