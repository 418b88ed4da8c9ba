"""Notes as readers get them: title, words of the state, the values in a line, the last review."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core import roc
from inspect_app.core.auth import Actor
from inspect_app.scrutiny import policy, queries
from inspect_app.scrutiny.models import FilingNote, FilingNoteReview
from inspect_app.scrutiny.rules import rules
from inspect_app.scrutiny.words import FIELDS

SHOWN_ENDS = 4
"""So many months stand in a line whole; of more the first two and the last two."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A note with its rule's title, its sentence for this reader, and its last review where he may read it."""

    note: FilingNote
    title: str
    sentence: str
    review: FilingNoteReview | None

    @property
    def values(self) -> str:
        return line(self.note.facts)


def shown(session: Session, actor: Actor, notes: Iterable[FilingNote]) -> list[Shown]:
    """The notes as an actor reads them: an agency is asked, the team is told."""
    rows, titles, is_team = list(notes), rules().titles, policy.reads_reviews(actor)
    said = queries.last_reviews(session, [row.id for row in rows]) if is_team else {}
    return [
        Shown(row, titles.get(row.rule, row.rule), row.zh if is_team else row.ask, said.get(row.id))
        for row in rows
    ]


def line(facts: list[dict[str, Any]]) -> str:
    """115年9月 實際 % 45.20 → 115年10月 實際 % 45.20"""
    ends = facts if len(facts) <= SHOWN_ENDS else [*facts[:2], {}, *facts[-2:]]
    return " → ".join(_month(fact) if fact else "…" for fact in ends)


def _month(fact: Mapping[str, Any]) -> str:
    parts = [
        f"{_short(name)} {value(name, fact)}"
        for name in FIELDS
        if name in fact and not (name == "visit" and fact[name] is None)
    ]
    return f"{roc.format_month(fact['month'])} {'、'.join(parts)}"


def _short(name: str) -> str:
    return FIELDS[name].removesuffix(" %").removesuffix("（百分點）")


def value(name: str, fact: Mapping[str, Any]) -> str:
    """One value as people read it."""
    text = fact.get(name)
    if text is None:
        return "未填"
    return str(text)[:16].replace("T", " ") if name == "filed_at" else str(text)
