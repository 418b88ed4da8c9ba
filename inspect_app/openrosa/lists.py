"""Which forms a tablet finds: every checklist, and of the visits that its user leads each once more by name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from forms.published import newest
from forms.schema import FormDefinition
from inspect_app.core import roc
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTORS, Role
from inspect_app.core.problems import NotFound
from inspect_app.inspections import policy, queries
from inspect_app.openrosa import media, xform
from inspect_app.openrosa.answers import Listed
from inspect_app.openrosa.xform import Visit

if TYPE_CHECKING:
    from inspect_app.inspections.models import Inspection


def forms_for(session: Session, actor: Actor) -> Iterator[Listed]:
    """The newest version of each checklist, for any inspection and for each that the actor leads and may fill in."""
    for form in newest():
        yield _listed(form, form.code, form.title, xform.of_any(form))
    led = queries.to_fill_in(session, actor) if actor.role is Role.LEADER else []
    for visit in [_visit(inspection) for inspection in led]:
        for form in newest():
            form_id = xform.visit_form_id(form.code, visit.inspection_id)
            filled = xform.of_visit(form, visit)
            yield _listed(form, form_id, xform.title(form, visit), filled, visit.inspection_id)


def visit_of(session: Session, actor: Actor, inspection_id: UUID) -> Visit:
    """The inspection of a form, for its team; for anybody else it is absent."""
    if actor.role not in INSPECTORS:
        raise NotFound(policy.ABSENT)
    return _visit(policy.readable(session, actor, inspection_id))


def _visit(inspection: "Inspection") -> Visit:
    tender = inspection.tender_row
    called = f"{roc.format_slash(inspection.on)} {tender.number} {tender.name}"
    return Visit(inspection.id, called, tuple((person.user_id, person.name) for person in inspection.team))


def _listed(
    form: FormDefinition, form_id: str, name: str, text: str, inspection_id: UUID | None = None
) -> Listed:
    place: dict[str, Any] = {"code": form.code, "version": form.version, "_external": True}
    here = "openrosa.visit_form" if inspection_id else "openrosa.form"
    visit: dict[str, Any] = {"inspection_id": inspection_id} if inspection_id else {}
    return Listed(
        form_id,
        name,
        form.version,
        media.md5(text.encode()),
        url_for(here, **place, **visit),
        url_for("openrosa.manifest", **place),
    )
