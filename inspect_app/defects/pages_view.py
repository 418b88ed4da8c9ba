"""The pages of defects: what the list and one defect show their reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import request, url_for
from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.core.api import paginate
from inspect_app.core.auth import Actor, current_actor
from inspect_app.core.database import session
from inspect_app.core.permissions import INSPECTED, Role
from inspect_app.defects import policy, queries
from inspect_app.defects.models import Defect, DefectStep
from inspect_app.defects.pages_words import CORRECTION, STAND_IN, days_left, parties_of, sentence, title_of
from inspect_app.defects.service import STAGES
from inspect_app.defects.words import (
    ANSWERED,
    CORRECTED,
    FOUND,
    OPEN,
    OPENED,
    PARTIES,
    STATES,
    UNDER_REVIEW,
    answerers,
    stands_in,
)
from inspect_app.inspections import queries as inspections
from inspect_app.layout.context import roc_time
from inspect_app.layout.parts import Event, Photo
from inspect_app.photos import addresses
from inspect_app.photos import queries as photos
from inspect_app.plausibility import section as plausibility
from inspect_app.tenders import policy as tenders

PER_PAGE = 50
STAFF = "查核小組工作人員"
STAGE_WORDS = dict(zip(STAGES, ("改善前", "改善中", "改善後"), strict=True))
UNFINISHED, ALL = "open", "all"


@dataclass(frozen=True, slots=True)
class Row:
    """One defect of a list with its inspection; `days_left` counts calendar days while it is open."""

    defect: Defect
    inspection: Any
    title: str | None
    days_left: int | None
    stand_in: str


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: when and by whom, its note, and its photos by stage."""

    heading: str
    note: str | None
    photos: list[Photo]


@dataclass(frozen=True, slots=True)
class Due:
    """What is due and by whom."""

    what: str
    who: str


# -- the list ------------------------------------------------------------------------------------------------


def listed() -> dict[str, Any]:
    """What the list's template takes; unless asked otherwise, what is not finished yet."""
    actor, typed = current_actor(), {key: text.strip() for key, text in request.args.items()}
    state = typed.get("state") or UNFINISHED
    wanted = _filter(typed, state)
    page = paginate(session(), queries.listed(actor, wanted), PER_PAGE, typed.get("cursor") or None)
    narrowed = state != UNFINISHED or bool(typed.get("inspection"))
    return {
        "rows": _rows(page["items"]),
        "total": queries.count(session(), actor, wanted),
        "state": state,
        "inspection": typed.get("inspection", ""),
        "choices": _choices(actor),
        "narrowed": narrowed,
        "empty": _empty(actor, narrowed=narrowed),
        "next_url": _url(typed, page["next"]) if page["next"] else None,
        "first_url": _url(typed, None) if typed.get("cursor") else None,
    }


def _filter(typed: Mapping[str, str], state: str) -> queries.DefectFilter:
    open_ = True if state == UNFINISHED else None
    exact = None if state in (UNFINISHED, ALL) else state
    return queries.DefectFilter(inspection=_id(typed.get("inspection")), state=exact, open=open_)


def _id(text: str | None) -> UUID | None:
    """The inspection's id; one that is none finds nothing."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


def _choices(actor: Actor) -> list[tuple[str, str]]:
    hidden = (FOUND,) if actor.role in INSPECTED or actor.role is Role.AUDITOR else ()
    known = [(state, word) for state, word in STATES.items() if state not in hidden]
    return [(UNFINISHED, "未完成"), (ALL, "全部"), *known]


def _empty(actor: Actor, *, narrowed: bool) -> str:
    if narrowed:
        return "沒有符合篩選條件的缺失。"
    if actor.role in INSPECTED:
        return "目前沒有待改善的缺失；查核發文後，缺失會列在這裡。"
    return "目前沒有未完成的缺失。"


def _rows(items: Sequence[Defect]) -> list[Row]:
    today, ids = clock.today(), {item.inspection_id for item in items}
    visits = {visit.id: visit for visit in inspections.of_ids(session(), ids)}
    named = inspections.parties_of(session(), ids)
    return [
        Row(
            item,
            visits[item.inspection_id],
            title_of(session(), visits[item.inspection_id].code_revision, item.code),
            days_left(item, today),
            STAND_IN if stands_in(item.party, named[item.inspection_id]) else "",
        )
        for item in items
    ]


def _url(typed: Mapping[str, str], cursor: str | None) -> str:
    kept: dict[str, Any] = {name: typed[name] for name in ("state", "inspection") if typed.get(name)}
    return url_for("defects.index", **kept, cursor=cursor)


# -- one defect ----------------------------------------------------------------------------------------------


def shown(current: Session, actor: Actor, row: Defect, today: date) -> dict[str, Any]:
    """What the defect's template takes."""
    (visit,) = inspections.of_ids(current, [row.inspection_id])
    named = policy.named(current, row)
    came = photos.received(current, row.inspection_id, _hashes(row))
    received = came - photos.erased(current, came).keys()
    return {
        "row": row,
        "visit": visit,
        "tender_readable": tenders.may_read(actor, visit.tender_row),
        "title": title_of(current, visit.code_revision, row.code),
        "parties": parties_of(row, named),
        "days_left": days_left(row, today),
        "due": _due(row, named),
        "may": _may(actor, row, named),
        "photos": _tiles(row.photos, received, f"缺失 {row.code} 的照片"),
        "corrections": [_correction(step, received) for step in row.steps if step.kind == CORRECTION],
        "photo_notes": plausibility.section(
            current, actor, row.inspection_id, clock.now(), plausibility.About(row.id, row.photos)
        ),
        "history": _history(row, visit),
        "stages": STAGE_WORDS,
    }


def _due(row: Defect, named: frozenset[str]) -> Due | None:
    answering = answerers(row.party, row.also, named)
    return {
        FOUND: Due("發文", STAFF),
        OPENED: Due("改善並回復", "、".join(PARTIES[party] for party in answering if party in named)),
        ANSWERED: Due("審查改善結果", PARTIES["agency"]),
        UNDER_REVIEW: Due("備查改善結果", STAFF),
        CORRECTED: Due("全部缺失改善後結案", STAFF),
    }.get(row.state)


def _may(actor: Actor, row: Defect, named: frozenset[str]) -> set[str]:
    """The forms that the page offers its reader."""
    staff = actor.role is Role.STAFF
    offers = {
        "correct": row.state == OPENED and actor.role.value in answerers(row.party, row.also, named),
        "written": staff and row.state == ANSWERED,
        "review": row.state == (UNDER_REVIEW if staff else ANSWERED) and (staff or actor.role is Role.AGENCY),
        "extend": staff and row.state in OPEN,
    }
    return {name for name, offered in offers.items() if offered}


def _hashes(row: Defect) -> list[str]:
    sent = [sha256 for step in row.steps for stage in STAGES for sha256 in _stage(step, stage)]
    return [*row.photos, *sent]


def _stage(step: DefectStep, stage: str) -> list[str]:
    return list(step.detail.get("photos", {}).get(stage, ()))


def _tiles(hashes: Sequence[str], received: set[str], words: str, caption: str = "") -> list[Photo]:
    """The photos that have come; `words` tell who cannot see them what they are."""
    return [
        Photo(addresses.image(sha256), f"{words} {place}", _large(sha256), caption)
        for place, sha256 in enumerate(hashes, 1)
        if sha256 in received
    ]


def _large(sha256: str) -> str:
    return url_for("photos_api.photo", sha256=sha256, size="web")


def _correction(step: DefectStep, received: set[str]) -> Correction:
    tiles = [
        tile
        for stage, word in STAGE_WORDS.items()
        for tile in _tiles(_stage(step, stage), received, f"{word}照片", word)
    ]
    return Correction(f"{roc_time(step.at)}　{step.by_name}", step.note, tiles)


def _history(row: Defect, visit: Any) -> list[Event]:
    """From the issue on; before it, nothing was done about a defect."""
    issued = [Event(roc_time(visit.issued_at), "", "隨查核發文，請改善")] if visit.issued_at else []
    return [*issued, *(_event(step) for step in row.steps)]


def _event(step: DefectStep) -> Event:
    note = f"：{step.note}" if step.note else ""
    return Event(roc_time(step.at), step.by_name, f"{sentence(step)}{note}")
