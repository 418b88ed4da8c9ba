"""Signing in and out by the API: one answer for every failure, and not too many of them."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from inspect_app.accounts import limits
from inspect_app.core import auth
from inspect_app.core.clock import FixedClock
from inspect_app.core.permissions import Role
from tests import builders
from tests.clients import Api, Page
from tests.conftest import MakeApp, Write

AsUser = Callable[[str], Api]
Ids = dict[str, UUID]


def sign_in(client: Api, username: str, password: str = builders.PASSWORD) -> Api:
    answer = client.post("/auth/login", {"username": username, "password": password})
    assert answer.status_code == 200, answer.text
    return Api(client.client, answer.get_json()["token"])


@pytest.mark.every_database
def test_the_right_password_gives_a_token_its_end_and_the_user(client: Api, people: Ids) -> None:
    answer = client.post("/auth/login", {"username": "agency", "password": builders.PASSWORD})

    body = answer.get_json()
    assert answer.status_code == 200
    assert body["expires_at"] == "2026-11-23T13:00:00+00:00"
    assert body["user"] == {
        "id": str(people["agency"]),
        "username": "agency",
        "name": "己主辦",
        "role": "agency",
        "organisation": builders.AGENCY,
    }


def test_the_token_acts_as_its_user(client: Api, people: Ids) -> None:
    me = sign_in(client, "member1").get("/me")

    assert (me.status_code, me.get_json()["id"]) == (200, str(people["member1"]))


@pytest.mark.parametrize("username", ["staff", "nobody", "", "\u200b", "staff' OR '1'='1"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    client: Api, people: Ids, username: str
) -> None:
    answer = client.post("/auth/login", {"username": username, "password": "not the password"})

    body = answer.get_json()
    assert answer.status_code == 401
    assert (body["code"], body["detail"]) == (
        "not_signed_in",
        "帳號或密碼不正確。請再輸入一次；忘記密碼請洽系統管理者。",
    )


def test_a_person_who_left_cannot_sign_in(client: Api, write: Write) -> None:
    with write() as session:
        builders.person(session, builders.Person("left", "丑離職", Role.STAFF), active=False)

    assert client.post("/auth/login", {"username": "left", "password": builders.PASSWORD}).status_code == 401


def test_ten_failures_for_one_name_close_the_door_and_say_for_how_long(client: Api, people: Ids) -> None:
    wrong = {"username": "staff", "password": "not the password"}
    answers = [client.post("/auth/login", wrong) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
    assert answers[-1].mimetype == "application/problem+json"
    assert answers[-1].get_json()["code"] == "too_many"


def test_the_door_is_closed_for_the_right_password_too(client: Api, people: Ids) -> None:
    for _ in range(10):
        client.post("/auth/login", {"username": "staff", "password": "not the password"})

    right = client.post("/auth/login", {"username": "staff", "password": builders.PASSWORD})

    assert right.status_code == 429


def test_failures_for_one_name_leave_the_others_alone(client: Api, people: Ids) -> None:
    for _ in range(11):
        client.post("/auth/login", {"username": "staff", "password": "not the password"})

    assert sign_in(client, "leader").get("/me").status_code == 200


def test_signing_in_rightly_is_never_too_often(client: Api, people: Ids) -> None:
    right = {"username": "staff", "password": builders.PASSWORD}

    assert {client.post("/auth/login", right).status_code for _ in range(15)} == {200}


@pytest.mark.every_database
def test_signing_out_kills_the_token_in_use_and_no_other(client: Api, people: Ids) -> None:
    first, second = sign_in(client, "staff"), sign_in(client, "staff")

    assert first.delete("/auth/session").status_code == 204
    assert first.get("/me").status_code == 401
    assert second.get("/me").status_code == 200


@pytest.mark.parametrize(("later", "status"), [(11, 200), (12, 401)])
def test_a_token_ends_after_the_hours_that_are_set(
    client: Api, people: Ids, fixed_clock: FixedClock, later: int, status: int
) -> None:
    api = sign_in(client, "staff")
    fixed_clock.instant += timedelta(hours=later)

    assert api.get("/me").status_code == status


def test_a_token_dies_with_its_owner_s_account(as_user: AsUser, write: Write) -> None:
    api = as_user("staff")
    with write() as session:
        builders.user(session, "staff").active = False

    assert api.get("/me").status_code == 401


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000, "é"])
def test_a_token_nobody_issued_is_refused(app: Flask, token: str) -> None:
    answer = Api(app.test_client(), token).get("/me")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="chahe"'


def test_tokens_and_passwords_are_not_stored_as_they_are(app: Flask, client: Api, people: Ids) -> None:
    api = sign_in(client, "staff")
    with app.app_context():
        stored = app.extensions["chahe.settings"].data_dir.glob("chahe.sqlite3*")
        raw = b"".join(path.read_bytes() for path in stored)

    assert api.token is not None
    assert api.token.encode() not in raw
    assert builders.PASSWORD.encode() not in raw


@pytest.fixture
def demo_person(write: Write) -> None:
    with write() as session:
        builders.person(session, builders.Person("demo", "寅示範", Role.STAFF), demo=True)


def test_a_demonstration_account_works_outside_production(client: Api, demo_person: None) -> None:
    assert sign_in(client, "demo").get("/me").status_code == 200


def test_a_demonstration_account_is_refused_in_production(make_app: MakeApp, demo_person: None) -> None:
    client = Api(make_app(CHAHE_ENV="production").test_client())

    answer = client.post("/auth/login", {"username": "demo", "password": builders.PASSWORD})

    assert answer.status_code == 401


def test_a_demonstration_token_is_refused_in_production(
    client: Api, make_app: MakeApp, demo_person: None
) -> None:
    token = sign_in(client, "demo").token

    assert Api(make_app(CHAHE_ENV="production").test_client(), token).get("/me").status_code == 401


def test_only_routes_that_take_secrets_are_limited_and_every_limited_one_is_known_as_such(app: Flask) -> None:
    """A limit on another room's route would silently do nothing."""
    marked = limits.limiter._marked_for_limiting
    found = [
        endpoint.partition(".")[0]
        for endpoint, view in app.view_functions.items()
        if f"{view.__module__}.{view.__qualname__}.{view.__name__}" in marked
    ]

    assert len(found) == len(marked) == 10
    assert set(found) == limits.LIMITED | auth.BASIC


def test_every_route_that_takes_http_basic_is_limited(app: Flask) -> None:
    marked = limits.limiter._marked_for_limiting
    basic = [
        view for endpoint, view in app.view_functions.items() if endpoint.partition(".")[0] in auth.BASIC
    ]

    assert {f"{view.__module__}.{view.__qualname__}.{view.__name__}" for view in basic} <= marked


def test_a_password_of_the_whole_site_does_not_sign_out(page: Page, people: Ids) -> None:
    """Behind a server's own password a browser sends HTTP Basic along with the cookie."""
    page.sign_in("staff")
    site = {"Authorization": "Basic c2l0ZTpwYXNzd29yZA=="}

    answers = [page.client.get(path, headers=site) for path in ("/catalogue", "/inspections")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert page.client.get("/openrosa/formList", headers=site).status_code == 401
