"""/api/v1/contacts: who has which duty at agencies and the city; kept by the staff."""

from typing import Any
from uuid import UUID

from inspect_app.accounts import contacts, contacts_keeping, schemas
from inspect_app.accounts.contacts_keeping import Wanted
from inspect_app.accounts.models import Contact
from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction

blp = ApiBlueprint("contacts_api", __name__, description="聯絡人")


@blp.get("/contacts")
@requires("contacts.keep")
@blp.arguments(schemas.ContactArgs, location="query")
@blp.response(200, schemas.ContactPage)
def listed(args: dict[str, Any]) -> dict[str, Any]:
    """All contacts, or those of one organisation."""
    return paginate(session(), contacts.listed(args["organisation"]), args["limit"], args["cursor"])


@blp.post("/contacts")
@requires("contacts.keep")
@blp.arguments(schemas.ContactIn)
@blp.response(201, schemas.ContactOut)
def add(wanted: Wanted) -> Contact:
    """Add a contact: `user` for a person with an account, else `name` and `email`."""
    with transaction() as current:
        return contacts_keeping.add(current, wanted, current_actor(), clock.now())


@blp.get("/contacts/<uuid:contact_id>")
@requires("contacts.keep")
@blp.response(200, schemas.ContactOut)
def contact(contact_id: UUID) -> Contact:
    """One contact."""
    return contacts_keeping.get(session(), contact_id)


@blp.put("/contacts/<uuid:contact_id>")
@requires("contacts.keep")
@blp.arguments(schemas.ContactIn)
@blp.response(200, schemas.ContactOut)
def change(wanted: Wanted, contact_id: UUID) -> Contact:
    """Replace a contact."""
    with transaction() as current:
        return contacts_keeping.change(current, contact_id, wanted, current_actor(), clock.now())


@blp.delete("/contacts/<uuid:contact_id>")
@requires("contacts.keep")
@blp.response(204)
def remove(contact_id: UUID) -> None:
    """Remove a contact."""
    with transaction() as current:
        contacts_keeping.remove(current, contact_id, current_actor(), clock.now())
