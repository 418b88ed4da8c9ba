"""The list of inspections: its filter, rows and what an empty one says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import request, url_for

from inspect_app.core import clock, roc
from inspect_app.core.api import paginate
from inspect_app.core.auth import Actor, current_actor
from inspect_app.core.database import session
from inspect_app.core.permissions import INSPECTORS, Role
from inspect_app.core.problems import FieldError
from inspect_app.inspections import pages_queries, pages_score, queries
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.words import ISSUED, PUBLISHED, STATES
from inspect_app.tenders import policy as tenders

PER_PAGE = 50
LABELS = {"since": "查核日期起", "until": "查核日期迄"}


@dataclass(frozen=True, slots=True)
class Row:
    """One inspection of a list; `days_left` counts calendar days while a correction is awaited."""

    inspection: Inspection
    badge: pages_score.Badge | None
    days_left: int | None
    tender_readable: bool


def context() -> dict[str, Any]:
    """What the list's template takes; `errors` names the dates that cannot be read."""
    actor, typed = current_actor(), {key: text.strip() for key, text in request.args.items()}
    wanted, errors = _filter(typed)
    page = paginate(session(), queries.listed(actor, wanted), PER_PAGE, typed.get("cursor") or None)
    narrowed = any(typed.get(name) for name in ("state", "since", "until", "tender"))
    return {
        "rows": _rows(actor, page["items"]),
        "total": queries.count(session(), actor, wanted),
        "typed": typed,
        "errors": errors,
        "summary": [FieldError(error.field, f"{LABELS[error.field]}：{error.reason}") for error in errors],
        "states": _states(actor),
        "narrowed": narrowed,
        "empty": "沒有符合篩選條件的查核。" if narrowed else _empty(actor),
        "next_url": _url(typed, page["next"]) if page["next"] else None,
        "first_url": _url(typed, None) if typed.get("cursor") else None,
    }


def _filter(typed: Mapping[str, str]) -> tuple[queries.InspectionFilter, list[FieldError]]:
    errors: list[FieldError] = []
    since, until = (_day(typed, name, errors) for name in LABELS)
    state = typed.get("state") or None
    chosen = queries.InspectionFilter(state=state, tender=_id(typed.get("tender")), since=since, until=until)
    return chosen, errors


def _day(typed: Mapping[str, str], name: str, errors: list[FieldError]) -> date | None:
    if not typed.get(name):
        return None
    try:
        return roc.parse(typed[name])
    except roc.RocDateError as error:
        errors.append(FieldError(name, str(error)))
        return None


def _id(text: str | None) -> UUID | None:
    """The tender's id; one that is none finds nothing."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


def _rows(actor: Actor, items: list[Inspection]) -> list[Row]:
    today, grades = clock.today(), pages_queries.grades(session(), items)
    return [
        Row(
            item,
            pages_score.badge(grades[item.id]) if item.id in grades else None,
            _days_left(item, today),
            tenders.may_read(actor, item.tender_row),
        )
        for item in items
    ]


def _days_left(item: Inspection, today: date) -> int | None:
    return (item.correct_by - today).days if item.correct_by and item.state == ISSUED else None


def _states(actor: Actor) -> list[tuple[str, str]]:
    """The states that the reader's list can hold."""
    all_seen = actor.role is Role.STAFF or actor.role in INSPECTORS
    return [(state, word) for state, word in STATES.items() if all_seen or state in PUBLISHED]


def _empty(actor: Actor) -> str:
    if actor.role is Role.STAFF:
        return "還沒有查核。請先排定一次。"
    if actor.role in INSPECTORS:
        return "目前沒有指派給您的查核；排定後會列在這裡。"
    return "目前沒有已發文的查核；發文後會列在這裡。"


def _url(typed: Mapping[str, str], cursor: str | None) -> str:
    kept: dict[str, Any] = {
        name: typed[name] for name in ("state", "since", "until", "tender") if typed.get(name)
    }
    return url_for("inspections.index", **kept, cursor=cursor)
