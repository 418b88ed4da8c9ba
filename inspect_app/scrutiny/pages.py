"""/scrutiny: the list of filing notes, and one note with its values and its review."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from inspect_app.core import clock, roc
from inspect_app.core.api import paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Conflict, InvalidFields, Stale
from inspect_app.inspections.pages_forms import Refusal, check_seen, read, refusal
from inspect_app.layout.context import roc_time
from inspect_app.layout.parts import Column, Event
from inspect_app.scrutiny import exporting, policy, queries, schemas, service, showing
from inspect_app.scrutiny.models import FilingNote
from inspect_app.scrutiny.rules import rules
from inspect_app.scrutiny.words import FIELDS, NUMERIC, OPEN, SHOWN_TO_AGENCIES, STATES, TONES, VERDICTS

blueprint = Blueprint("scrutiny", __name__, template_folder="templates", url_prefix="/scrutiny")
PAGE, EXPORTED = 50, 10_000
ALL = "all"


@blueprint.get("")
@requires("filing_notes.read")
def index() -> str:
    """The notes one may read, narrowed by what the address says; those to be confirmed unless it says more."""
    actor, wanted = current_actor(), _wanted(request.args)
    page = paginate(session(), queries.listed(actor, wanted), PAGE, request.args.get("cursor") or None)
    return render_template(
        "scrutiny/index.html",
        rows=showing.shown(session(), actor, page["items"]),
        next_url=_linked("scrutiny.index", cursor=page["next"]) if page["next"] else None,
        first_url=_linked("scrutiny.index") if request.args.get("cursor") else None,
        export_url=_linked("scrutiny.export"),
        total=queries.count(session(), actor, wanted),
        wanted=wanted,
        narrowed=any(request.args.get(name) for name in ("state", "rule", "agency", "strong")),
        choices=_states(),
        titles=list(rules().titles.items()),
        is_team=policy.reads_reviews(actor),
        states=STATES,
        tones=TONES,
    )


@blueprint.get("/notes.csv")
@requires("filing_notes.read")
def export() -> Response:
    """The notes of the list as a CSV file, at most `EXPORTED`."""
    actor = current_actor()
    rows = session().scalars(queries.listed(actor, _wanted(request.args)).limit(EXPORTED))
    response = make_response(exporting.csv_bytes(showing.shown(session(), actor, rows)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="filing-notes.csv"'
    return response


def _wanted(args: Mapping[str, str]) -> queries.NoteFilter:
    """What the address asks for; what it cannot mean is left out."""
    state, rule, strong = args.get("state") or OPEN, args.get("rule"), args.get("strong")
    return queries.NoteFilter(
        state=None if state == ALL else state if state in STATES else OPEN,
        rule=rule if rule in rules().titles else None,
        agency=(args.get("agency") or "").strip() or None,
        strong={"yes": True, "no": False}.get(strong or ""),
    )


def _states() -> list[tuple[str, str]]:
    """The states that the list may be narrowed to, with how many there are."""
    actor = current_actor()
    counts = queries.counts(session(), actor)
    offered = STATES if policy.reads_reviews(actor) else SHOWN_TO_AGENCIES
    told = [(state, f"{STATES[state]}（{counts.get(state, 0):,}）") for state in offered]
    return [*told, (ALL, f"全部（{sum(counts.values()):,}）")]


def _linked(endpoint: str, **more: Any) -> str:
    kept: dict[str, Any] = {name: text for name, text in request.args.items() if name != "cursor" and text}
    return url_for(endpoint, **kept | more)


@blueprint.get("/<uuid:filing_note_id>")
@requires("filing_notes.read")
def note(filing_note_id: UUID) -> Response:
    """One note: its sentence, every value it rests on, what people made of it."""
    return _shown(filing_note_id, Refusal())


@blueprint.post("/<uuid:filing_note_id>/review")
@requires("filing_notes.review")
def review(filing_note_id: UUID) -> Response:
    """Judge a note as it stood when the page was opened."""
    try:
        given = read(schemas.FilingNoteReviewIn())
        with transaction() as current:
            check_seen(policy.readable(current, current_actor(), filing_note_id, lock=True).version)
            service.review(current, filing_note_id, given, current_actor(), clock.now())
    except (Conflict, InvalidFields, Stale) as problem:
        return _shown(filing_note_id, refusal("review", problem))
    flash(f"已登錄：{VERDICTS[given.verdict]}。", "success")
    return redirect(url_for(".note", filing_note_id=filing_note_id), 303)


def _shown(filing_note_id: UUID, refused: Refusal) -> Response:
    actor = current_actor()
    row = policy.readable(session(), actor, filing_note_id)
    (told,) = showing.shown(session(), actor, [row])
    fields = [name for name in FIELDS if any(name in fact for fact in row.facts)]
    context = {
        "fields": fields,
        "numeric": NUMERIC,
        "columns": [Column("月份"), *(Column(FIELDS[name], name in NUMERIC) for name in fields)],
        "value": showing.value,
        "may_review": policy.reviews(actor),
        "events": _events(row) if policy.reads_reviews(actor) else [],
        "is_team": policy.reads_reviews(actor),
    }
    page = render_template(
        "scrutiny/note.html",
        it=told,
        refused=refused,
        errors=refused.summary,
        states=STATES,
        tones=TONES,
        verdicts=list(VERDICTS.items()),
        crumbs=[("填報疑義", url_for(".index"))],
        **context,
    )
    return make_response(page, refused.status)


def _events(row: FilingNote) -> list[Event]:
    """When it was found, and every review with the months it was of."""
    events = [Event(roc_time(row.found_at), "系統", "發現疑義")]
    for each in queries.reviews(session(), row.id):
        last = roc.format_month(each.facts[-1]["month"])
        reason = f"。理由：{each.reason}" if each.reason else ""
        events.append(
            Event(roc_time(each.at), each.by_name, f"{VERDICTS[each.verdict]}（至{last}的資料）{reason}")
        )
    return events
