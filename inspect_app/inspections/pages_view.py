"""An inspection's page: everything its reader may see, and nothing else."""

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from forms import published
from inspect_app.core import audit, clock
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED, Role
from inspect_app.core.problems import Problem
from inspect_app.defects import queries as defects
from inspect_app.defects.pages_words import title_of
from inspect_app.defects.words import PARTIES
from inspect_app.inspections import (
    decisions,
    lateness,
    pages_history,
    pages_next,
    pages_parts,
    pages_proof,
    pages_score,
    policy,
    queries,
    recipients,
    scores,
    submissions,
    views,
)
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.pages_next import Situation
from inspect_app.inspections.words import CANCELLED, CLOSED, INCOMPLETE, PLANNED, STARTED, SUBMITTED, TESTS
from inspect_app.photos import queries as photos
from inspect_app.photos import viewing
from inspect_app.plausibility import section as plausibility
from inspect_app.tenders import policy as tenders

SEEN_SHOWN = 20


def context(session: Session, actor: Actor, row: Inspection, today: date) -> dict[str, Any]:
    """What the template takes, by name."""
    inside = policy.sees_declarations(actor)
    found = defects.of_inspection(session, row.id)
    view = views.view(session, actor, row)
    result, problem = _score(session, row)
    now = _situation(actor, row, view, result, found)
    due = pages_next.due(now)
    steps = pages_parts.steps_of(found)
    events = audit.history(session, "inspection", row.id)
    chained = sorted((event for event in events if event.seq), key=lambda event: event.seq or 0)
    history = pages_history.told(events, steps, inside=inside)
    return {
        "row": row,
        "tender_readable": tenders.may_read(actor, row.tender_row),
        "view": view,
        "inside": inside,
        "names": {person.user_id: person.name for person in row.team},
        "due": due,
        "days_left": (due.day - today).days if due and due.day else None,
        "action": pages_next.action(now),
        "may": _may(now),
        "checklists": published.newest(),
        "own": next((person for person in row.team if person.user_id == actor.id), None),
        "score_problem": problem.detail if problem else "",
        "history": history,
        "proof": pages_proof.proof(actor, chained),
        **_graded(actor, row, result),
        "unserved": _unserved(session, row) if actor.role is Role.STAFF and row.is_published else [],
        "unnamed": _unnamed(row, found),
        "late": lateness.late_since(session, row, today) if row.submission_id else None,
        "photo_notes": plausibility.section(session, actor, row.id, clock.now()),
        "seen": _seen(session, row) if inside else None,
        **_evidence(session, actor, now, view, today),
    }


def _score(session: Session, row: Inspection) -> tuple[dict[str, Any] | None, Problem | None]:
    """The grade, or why there is none to show."""
    if row.result is None and row.submission_id is None:
        return None, None
    try:
        return decisions.score(session, row), None
    except Problem as problem:
        return None, problem


def _graded(actor: Actor, row: Inspection, result: dict[str, Any] | None) -> dict[str, Any]:
    if result is None:
        return {"badge": None, "steps": []}
    shown = result if policy.sees_all_marks(actor, row) else scores.without_marks(result)
    names = {str(person.user_id): person.name for person in row.team}
    return {"badge": pages_score.badge(result), "steps": pages_score.steps(shown, names)}


def _situation(
    actor: Actor, row: Inspection, view: views.InspectionView, result: dict[str, Any] | None, found: list[Any]
) -> Situation:
    waiting = tuple(TESTS[test.test] for test in view.tests if test.result is None)
    withheld = result is not None and not result["announceable"]
    named = frozenset(each.party for each in view.recipients)
    return Situation(row, actor, len(view.missing), waiting, withheld=withheld, defects=found, named=named)


def _may(now: Situation) -> set[str]:
    """The forms and papers that the page offers its reader."""
    row, staff = now.row, now.actor.role is Role.STAFF
    on_team = any(person.user_id == now.actor.id for person in row.team)
    offers = {
        "edit": staff and row.state == PLANNED,
        "cancel": staff and row.state == PLANNED,
        "declare": on_team and row.state == PLANNED,
        "test": staff and row.state in (INCOMPLETE, SUBMITTED),
        "waive": staff and row.state == INCOMPLETE,
        "issue": staff and row.state == SUBMITTED and not now.withheld,
        "late": staff and row.is_published and row.late_reason is None,
        "erase": staff and row.state in (CLOSED, CANCELLED),
        "letter": now.actor.role not in INSPECTED and row.state != CANCELLED,
        "paper_form": row.state in (PLANNED, STARTED) and (staff or on_team),
        "papers": row.is_published,
    }
    return {name for name, offered in offers.items() if offered}


def _unserved(session: Session, row: Inspection) -> list[tuple[str, str]]:
    """The parties to whom the papers may be sent on: what the form sends and what it shows."""
    found = recipients.unserved(session, row)
    return [(party, f"{PARTIES[party]}　{organisation}") for party, organisation in found.items()]


def _unnamed(row: Inspection, found: list[Any]) -> list[str]:
    """The parties that defects were found against and the tender does not name."""
    parties = dict.fromkeys(defect.party for defect in found)
    return [PARTIES[party] for party in parties if getattr(row.tender_facts, party) is None]


def _evidence(
    session: Session, actor: Actor, now: Situation, view: views.InspectionView, today: date
) -> dict[str, Any]:
    """Defects for all; answers and signatures for the team, staff and auditor."""
    row, found = now.row, list(now.defects)
    inside = policy.sees_declarations(actor)
    named = queries.named_photos(session, row.id)
    wanted = [photo.sha256 for photo in named] + [sha256 for defect in found for sha256 in defect.photos]
    received = photos.received(session, row.id, wanted)
    erased = frozenset(photos.erased(session, received))
    shown = pages_parts.Shown(received, erased, originals=inside)
    body = submissions.current_body(session, row) if inside else None
    title = partial(title_of, session, row.code_revision)
    return {
        "found": pages_parts.defect_rows(found, title, received - erased, today, now.named),
        "points": _points(found),
        "sections": pages_parts.answer_sections(body) if body else [],
        "photos": pages_parts.grid(named, shown, signatures=False),
        "awaited": pages_parts.awaited(named, view.missing),
        "waived": pages_parts.waived(named, view.waived),
        "signatures": pages_parts.grid(named, shown, signatures=True) if inside else [],
    }


def _seen(session: Session, row: Inspection) -> dict[str, Any]:
    """The last views of originals, each with its words, and how many there are."""
    views_, total = viewing.newest(session, row.id, SEEN_SHOWN), viewing.count(session, row.id)
    lines = [(each, viewing.WAYS[each.way]) for each in views_]
    return {"lines": lines, "total": total}


def _points(found: list[Any]) -> dict[str, int]:
    """Points by party, each deducted with its `also`."""
    totals: dict[str, int] = {}
    for defect in found:
        for party in (defect.party, *defect.also):
            totals[party] = totals.get(party, 0) + defect.points
    return totals
