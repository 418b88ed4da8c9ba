"""Reading revisions of the catalogue: the published ones, which are files, and the imported ones."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Row,
    SQLColumnExpression,
    String,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from forms.catalogue import revisions
from inspect_app.catalogue.models import Line, Revision, Wording
from inspect_app.core.database import table

IMPORTED, LINES, WORDINGS = table(Revision), table(Line), table(Wording)
ALWAYS_PUBLISHED = "roc-111"
"""Published before sheets could be imported: never stored with lines."""


@cache
def _known() -> CompoundSelect[Any]:
    """Every revision once, with the day from which it counts: what is stored with lines wins over what is published.

    `place` decides between two of one day, the stored one first.
    """
    own = IMPORTED.alias("own")
    published = (
        select(
            literal(each.revision, String(20)).label("id"),
            literal(each.counts_from, Date()).label("counts_from"),
            literal(1).label("place"),
        ).where(~exists().where(own.c.id == each.revision, own.c.lines > 0).correlate(None))
        for each in revisions()
    )
    stored = select(IMPORTED.c.id, IMPORTED.c.counts_from, literal(0)).where(IMPORTED.c.lines > 0)
    return union_all(*published, stored)


def counting_on(day: SQLColumnExpression[date]) -> ColumnElement[str]:
    """The revision that counts on a day: the newest begun by then; before the first, the first."""
    known, every = _known().subquery("known"), _known().subquery("every")
    newest_first = (known.c.counts_from.desc(), known.c.place, known.c.id)
    begun = select(known.c.id).where(known.c.counts_from <= day).order_by(*newest_first).limit(1)
    first = select(every.c.id).order_by(every.c.counts_from, every.c.place, every.c.id).limit(1)
    return func.coalesce(begun.scalar_subquery(), first.scalar_subquery())


def counts_on(session: Session, day: date) -> str:
    return session.scalars(select(counting_on(literal(day, Date())))).one()


def imported(session: Session) -> list[Revision]:
    """The imported revisions, the earliest first."""
    return list(session.scalars(select(Revision).order_by(Revision.counts_from)))


def find(session: Session, revision: str) -> Revision | None:
    return session.scalar(select(Revision).where(Revision.id == revision))


def find_own(session: Session, revision: str) -> Revision | None:
    """The import that is a revision of its own, with lines."""
    if revision == ALWAYS_PUBLISHED:
        return None
    return session.scalar(select(Revision).where(Revision.id == revision, Revision.lines > 0))


def lines(session: Session, revision: str) -> Sequence[Row[Any]]:
    """An imported revision's lines in official order; none for a published one."""
    return session.execute(
        select(LINES).where(LINES.c.revision_id == revision).order_by(LINES.c.position)
    ).all()


def wordings(session: Session, revision: str) -> list[Wording]:
    """The official words that are known for a revision, by code."""
    query = select(Wording).where(Wording.revision_id == revision)
    return list(session.scalars(query.order_by(Wording.code)))


def wording(session: Session, revision: str, code: str) -> str | None:
    """The official words of one code, if known."""
    query = select(Wording.wording).where(Wording.revision_id == revision, Wording.code == code)
    return session.scalars(query).one_or_none()


def counts(session: Session) -> dict[str, dict[str, int]]:
    """How many items, groups and wordings each imported revision has."""
    found: dict[str, dict[str, int]] = {}
    by_kind = select(LINES.c.revision_id, LINES.c.kind, func.count()).group_by(
        LINES.c.revision_id, LINES.c.kind
    )
    for revision, kind, number in session.execute(by_kind):
        found.setdefault(revision, {})[kind] = number
    worded = select(WORDINGS.c.revision_id, func.count()).group_by(WORDINGS.c.revision_id)
    for revision, number in session.execute(worded):
        found.setdefault(revision, {})["wording"] = number
    return found
