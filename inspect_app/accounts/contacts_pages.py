"""/contacts: for each agency and the city who has which duty; kept by the staff."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inspect_app.accounts import contacts_keeping, contacts_view, queries
from inspect_app.accounts.contacts import DUTIES
from inspect_app.accounts.contacts_keeping import Wanted
from inspect_app.accounts.models import Contact
from inspect_app.core import clock
from inspect_app.core.api import paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.permissions import ROLE_LABELS, Role
from inspect_app.core.problems import Busy, FieldError, InvalidFields, Problem

blueprint = Blueprint("contacts", __name__, template_folder="templates", url_prefix="/contacts")
PAGE = 50
FIELDS = ("organisation", "duty", "name", "email", "user")
REFUSED = (Busy, InvalidFields)


@blueprint.get("")
@requires("contacts.keep")
def index() -> str:
    """The agencies by name with their contacts and what is missing; the city first."""
    text, incomplete = request.args.get("q", "").strip()[:100], request.args.get("show") == "missing"
    query = contacts_view.organisations(text, incomplete=incomplete)
    cursor = request.args.get("cursor") or None
    page = paginate(session(), query, PAGE, cursor)
    own = [] if text or incomplete or cursor else [contacts_view.city(session())]
    return render_template(
        "contacts/index.html",
        rows=own + contacts_view.groups(session(), page["items"]),
        total=contacts_view.count(session(), query),
        lacking=contacts_view.count(session(), contacts_view.organisations("", incomplete=True)),
        q=text,
        incomplete=incomplete,
        duties=DUTIES,
        next_url=_next(page["next"]),
    )


def _next(cursor: str | None) -> str | None:
    kept: dict[str, Any] = {name: request.args.get(name) or None for name in ("q", "show")}
    return url_for("contacts.index", **kept, cursor=cursor) if cursor else None


@blueprint.get("/new")
@requires("contacts.keep")
def new() -> Response:
    """The empty form, for an organisation or the city."""
    given = {name: request.args.get(name, "")[:120] for name in ("organisation", "duty")}
    return _form(given, None)


@blueprint.post("/new")
@requires("contacts.keep")
def create() -> Response:
    """Add a contact; a mistake shows the form again with all that was typed."""
    return _tried(
        None,
        lambda current, wanted: contacts_keeping.add(current, wanted, current_actor(), clock.now()),
        "已新增聯絡人。",
    )


@blueprint.get("/<uuid:contact_id>/edit")
@requires("contacts.keep")
def edit(contact_id: UUID) -> Response:
    """The form with what is known."""
    row = contacts_keeping.get(session(), contact_id)
    known = {
        "organisation": row.organisation.name if row.organisation else "",
        "duty": row.duty,
        "name": "" if row.user else row.name,
        "email": row.email or "",
        "user": str(row.user_id or ""),
    }
    return _form(known, row)


@blueprint.post("/<uuid:contact_id>/edit")
@requires("contacts.keep")
def update(contact_id: UUID) -> Response:
    """Replace what is known of a contact."""
    row = contacts_keeping.get(session(), contact_id)
    return _tried(
        row,
        lambda current, wanted: contacts_keeping.change(
            current, contact_id, wanted, current_actor(), clock.now()
        ),
        "已更改聯絡人。",
    )


@blueprint.post("/<uuid:contact_id>/remove")
@requires("contacts.keep")
def remove(contact_id: UUID) -> Response:
    """Remove a contact."""
    with transaction() as current:
        contacts_keeping.remove(current, contact_id, current_actor(), clock.now())
    flash("已移除聯絡人。", "success")
    return redirect(url_for("contacts.index"), 303)


def _tried(row: Contact | None, work: Callable[[Session, Wanted], object], done: str) -> Response:
    try:
        wanted = _typed()
        with transaction() as current:
            work(current, wanted)
    except REFUSED as problem:
        return _form(request.form, row, problem)
    flash(done, "success")
    return redirect(url_for("contacts.index"), 303)


def _typed() -> Wanted:
    given = {name: request.form.get(name, "").strip() or None for name in FIELDS}
    too_long = [name for name, most in (("name", 60), ("organisation", 120)) if len(given[name] or "") > most]
    errors = [FieldError(name, "太長；姓名最多 60 個字，名稱最多 120 個字。") for name in too_long]
    if errors:
        raise InvalidFields(contacts_keeping.WRONG, errors=errors)
    return Wanted(
        given["organisation"], given["duty"] or "", given["name"], given["email"], _account(given["user"])
    )


def _account(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise InvalidFields(
            contacts_keeping.WRONG, errors=[FieldError("user", "沒有這個帳號；請從清單選取。")]
        ) from None


def _form(values: Mapping[str, str], row: Contact | None, problem: Problem | None = None) -> Response:
    page = render_template(
        "contacts/form.html",
        values=values,
        contact=row,
        problem=problem,
        errors=_errors(problem),
        duties=list(DUTIES.items()),
        people=[(str(person.id), _person(person)) for person in session().scalars(queries.people())],
        crumbs=[("聯絡人", url_for("contacts.index"))],
    )
    return make_response(page, problem.status if problem else 200)


def _errors(problem: Problem | None) -> list[FieldError]:
    if problem is None:
        return []
    return list(problem.errors) or [FieldError("", problem.detail)]


def _person(person: Any) -> str:
    place = person.organisation.name if person.organisation else ROLE_LABELS[Role(person.role)]
    return f"{person.name}（{place}）"
