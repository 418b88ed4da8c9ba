"""/api/v1: sign-in, people, tablets."""

from typing import Any
from uuid import UUID

import segno

from inspect_app.accounts import queries, schemas, service
from inspect_app.accounts.limits import limit_by_address, limit_by_name, limit_codes
from inspect_app.accounts.sessions import open_session
from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, paginate
from inspect_app.core.auth import Actor, current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.permissions import PUBLIC

blp = ApiBlueprint("accounts_api", __name__, description="登入、人員、平板")


@blp.post("/auth/login")
@limit_by_address
@limit_by_name
@requires(PUBLIC)
@blp.arguments(schemas.SignIn)
@blp.response(200, schemas.SessionOut)
def login(given: dict[str, str]) -> service.Issued:
    """Exchange name and password for a token."""
    return open_session(given["username"], given["password"])


@blp.delete("/auth/session")
@requires("session.own")
@blp.response(204)
def logout() -> None:
    """Revoke the token in use."""
    with transaction() as current:
        service.sign_out(current, current_actor(), clock.now())


@blp.get("/me")
@requires("session.own")
@blp.response(200, schemas.UserOut)
def me() -> Actor:
    """The person the token stands for."""
    return current_actor()


@blp.get("/people")
@requires("people.read")
@blp.arguments(schemas.PeopleArgs, location="query")
@blp.response(200, schemas.PeoplePage)
def people(args: dict[str, Any]) -> dict[str, Any]:
    """People by name, of one role or all."""
    return paginate(session(), queries.people(args["role"]), args["limit"], args["cursor"])


@blp.post("/devices/enrolments")
@requires("devices.own")
@blp.arguments(schemas.NewEnrolment)
@blp.response(201, schemas.EnrolmentOut)
def enrol(given: dict[str, UUID]) -> dict[str, Any]:
    """A one-time code (and its QR) for one's own tablet, or as admin for anyone's."""
    now = clock.now()
    with transaction() as current:
        code = service.enrol(current, given["user"], current_actor(), now)
    qr = segno.make(code, error="m").svg_data_uri(scale=6)
    return {"code": code, "qr": qr, "expires_at": now + service.ENROLMENT_LIFE}


@blp.post("/devices")
@limit_codes
@requires(PUBLIC)
@blp.arguments(schemas.NewDevice)
@blp.response(201, schemas.DeviceOut)
def add_device(given: dict[str, str]) -> dict[str, Any]:
    """Exchange a one-time code for the tablet's token, which acts as its user."""
    with transaction() as current:
        device, issued = service.redeem(current, given["code"], given["name"], clock.now())
    return {"id": device.id, "token": issued.token, "user": issued.actor}


@blp.delete("/devices/<uuid:device_id>")
@requires("devices.own")
@blp.response(204)
def revoke_device(device_id: UUID) -> None:
    """Revoke a tablet: its token stops working at once."""
    with transaction() as current:
        service.revoke_device(current, device_id, current_actor(), clock.now())
