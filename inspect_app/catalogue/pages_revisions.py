"""/catalogue/revisions: the revisions of the catalogue, and what differs between two of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from forms.catalogue import DefectCode
from forms.differences import Differences
from forms.errors import UnknownRevision
from inspect_app.catalogue import service
from inspect_app.catalogue.service import Listed
from inspect_app.core import clock, roc
from inspect_app.core.auth import requires
from inspect_app.core.database import session
from inspect_app.core.problems import NotFound

blueprint = Blueprint("revisions", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Shown:
    """An added or withdrawn line, with its official words where they are known."""

    line: DefectCode
    wording: str | None


@blueprint.get("/catalogue/revisions")
@requires("forms.read")
def index() -> str:
    """Every revision, and a form to compare two."""
    rows = service.listed(session(), clock.today())
    new, old = _newest(rows)
    return render_template("catalogue/revisions.html", rows=rows, choices=_choices(rows), old=old, new=new)


@blueprint.get("/catalogue/revisions/difference")
@requires("forms.read")
def difference() -> str:
    """What was added, changed and withdrawn from one revision to another; unless told, between the newest two."""
    rows = service.listed(session(), clock.today())
    newest, before = _newest(rows)
    new, old = request.args.get("to") or newest, request.args.get("from") or before
    try:
        found = service.differences(session(), old, new)
    except UnknownRevision as error:
        raise NotFound(str(error)) from error
    added, withdrawn = _shown(found, old, new)
    return render_template(
        "catalogue/difference.html",
        choices=_choices(rows),
        old=old,
        new=new,
        added=added,
        changed=found.changed,
        withdrawn=withdrawn,
    )


def _newest(rows: Sequence[Listed]) -> tuple[str, str]:
    """The newest revision and the one before it, if there are two."""
    return rows[0].revision, rows[min(1, len(rows) - 1)].revision


def _choices(rows: Sequence[Listed]) -> list[tuple[str, str]]:
    return [(row.revision, f"{row.revision}（{roc.format_long(row.counts_from)}起）") for row in rows]


def _shown(found: Differences, old: str, new: str) -> tuple[list[Shown], list[Shown]]:
    before, after = (service.wordings(session(), revision) for revision in (old, new))
    return (
        [Shown(line, after.get(line.code)) for line in found.added],
        [Shown(line, before.get(line.code)) for line in found.withdrawn],
    )
