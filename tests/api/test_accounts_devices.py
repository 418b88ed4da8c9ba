"""Tablets: a one-time code makes a tablet act as its owner until it is revoked."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from inspect_app.core.clock import FixedClock
from tests import builders
from tests.clients import Api
from tests.conftest import Write

AsUser = Callable[[str], Api]
Ids = dict[str, UUID]


def code_for(api: Api, user: UUID) -> str:
    answer = api.post("/devices/enrolments", {"user": str(user)})
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["code"])


def redeem(client: Api, code: str) -> TestResponse:
    return client.post("/devices", {"code": code, "name": "平板一號"})


def tablet(client: Api, code: str) -> tuple[str, Api]:
    """The tablet's id, and the API as the tablet sees it."""
    answer = redeem(client, code)
    assert answer.status_code == 201, answer.text
    return answer.get_json()["id"], Api(client.client, answer.get_json()["token"])


def test_a_code_comes_with_its_picture_and_its_end(as_user: AsUser, people: Ids) -> None:
    body = as_user("leader").post("/devices/enrolments", {"user": str(people["leader"])}).get_json()

    assert body["qr"].startswith("data:image/svg+xml")
    assert body["expires_at"] == "2026-11-23T01:15:00+00:00"


@pytest.mark.every_database
def test_a_tablet_acts_as_its_owner(client: Api, as_user: AsUser, people: Ids) -> None:
    _, device = tablet(client, code_for(as_user("leader"), people["leader"]))

    assert device.get("/me").get_json()["username"] == "leader"


def test_the_admin_enrols_a_tablet_for_anyone(client: Api, as_user: AsUser, people: Ids) -> None:
    _, device = tablet(client, code_for(as_user("admin"), people["member1"]))

    assert device.get("/me").get_json()["username"] == "member1"


def test_nobody_else_enrols_a_tablet_for_another(as_user: AsUser, people: Ids) -> None:
    answer = as_user("staff").post("/devices/enrolments", {"user": str(people["leader"])})

    assert answer.status_code == 403


def test_nobody_can_be_enrolled_who_is_not_there(as_user: AsUser) -> None:
    assert as_user("admin").post("/devices/enrolments", {"user": str(uuid4())}).status_code == 404


@pytest.mark.every_database
def test_a_code_works_once(client: Api, as_user: AsUser, people: Ids) -> None:
    code = code_for(as_user("leader"), people["leader"])
    tablet(client, code)

    again = redeem(client, code)

    assert again.status_code == 422
    assert again.get_json()["errors"] == [{"field": "code", "reason": "登記碼不正確、已使用或已過期。"}]


@pytest.mark.parametrize(("minutes", "status"), [(14, 201), (15, 422)])
def test_a_code_is_good_for_fifteen_minutes(
    client: Api, as_user: AsUser, people: Ids, fixed_clock: FixedClock, minutes: int, status: int
) -> None:
    code = code_for(as_user("leader"), people["leader"])
    fixed_clock.instant += timedelta(minutes=minutes)

    assert redeem(client, code).status_code == status


def test_an_invented_code_is_refused(client: Api) -> None:
    assert redeem(client, "invented").status_code == 422


def test_a_code_of_a_person_who_left_is_refused(
    client: Api, as_user: AsUser, people: Ids, write: Write
) -> None:
    code = code_for(as_user("admin"), people["leader"])
    with write() as session:
        builders.user(session, "leader").active = False

    assert redeem(client, code).status_code == 422


def test_a_tablet_outlives_a_session(
    client: Api, as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    _, device = tablet(client, code_for(as_user("leader"), people["leader"]))
    fixed_clock.instant += timedelta(days=90)

    assert device.get("/me").status_code == 200


@pytest.mark.parametrize("by", ["leader", "admin"])
def test_a_revoked_tablet_is_shut_out_at_once(client: Api, as_user: AsUser, people: Ids, by: str) -> None:
    device_id, device = tablet(client, code_for(as_user("leader"), people["leader"]))

    assert as_user(by).delete(f"/devices/{device_id}").status_code == 204
    assert device.get("/me").status_code == 401


def test_another_s_tablet_is_not_there_to_be_revoked(client: Api, as_user: AsUser, people: Ids) -> None:
    device_id, device = tablet(client, code_for(as_user("leader"), people["leader"]))

    assert as_user("staff").delete(f"/devices/{device_id}").status_code == 404
    assert device.get("/me").status_code == 200
