"""Which forms a tablet finds: every checklist, and of the visits that its user leads each once more by name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from forms.catalogue import Catalogue
from forms.errors import UnknownRevision
from forms.published import newest
from forms.schema import FormDefinition
from inspect_app.catalogue import service as catalogue
from inspect_app.core import clock, roc
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import Role
from inspect_app.core.problems import NotFound
from inspect_app.inspections import policy, queries
from inspect_app.openrosa import media, xform
from inspect_app.openrosa.answers import Listed
from inspect_app.openrosa.xform import Visit

if TYPE_CHECKING:
    from inspect_app.inspections.models import Inspection


def forms_for(session: Session, actor: Actor) -> Iterator[Listed]:
    """The newest version of each checklist, for any inspection and for each that the actor leads and may fill in."""
    codes = codes_today(session)
    for form in newest():
        place = url_for("openrosa.form", code=form.code, version=form.version, _external=True)
        yield _listed(form, form.code, form.title, xform.of_any(form, codes), place, codes)
    for visit in [_visit(session, inspection) for inspection in _led(session, actor)]:
        for form in newest():
            yield _listed_visit(form, visit)


def visit_of(session: Session, actor: Actor, inspection_id: UUID) -> Visit:
    """The inspection of a form that the actor finds in his list; any other is absent."""
    for inspection in _led(session, actor):
        if inspection.id == inspection_id:
            return _visit(session, inspection)
    raise NotFound(policy.ABSENT)


def codes_today(session: Session) -> Catalogue:
    """The catalogue that counts today, for forms of no particular inspection."""
    return catalogue.current(session, clock.today())


def codes_of(session: Session, revision: str) -> Catalogue:
    """The catalogue of that revision; NotFound if there is none."""
    try:
        return catalogue.get(session, revision)
    except UnknownRevision as error:
        raise NotFound(str(error)) from error


def _led(session: Session, actor: Actor) -> list["Inspection"]:
    return queries.to_fill_in(session, actor) if actor.role is Role.LEADER else []


def _visit(session: Session, inspection: "Inspection") -> Visit:
    """The inspection as its form tells it, with the codes of its day: none is kept before the submission."""
    tender = inspection.tender_row
    called = f"{roc.format_slash(inspection.on)} {tender.number} {tender.name}"
    team = tuple((person.user_id, person.name) for person in inspection.team)
    return Visit(inspection.id, called, team, catalogue.current(session, inspection.on))


def _listed_visit(form: FormDefinition, visit: Visit) -> Listed:
    form_id = xform.visit_form_id(form.code, visit.inspection_id)
    place = url_for(
        "openrosa.visit_form",
        code=form.code,
        version=form.version,
        inspection_id=visit.inspection_id,
        _external=True,
    )
    return _listed(form, form_id, xform.title(form, visit), xform.of_visit(form, visit), place, visit.codes)


def _listed(form: FormDefinition, form_id: str, name: str, text: str, place: str, codes: Catalogue) -> Listed:
    manifest = url_for("openrosa.manifest", revision=codes.revision, _external=True)
    return Listed(form_id, name, form.version, media.md5(text.encode()), place, manifest)
