"""The page of tablets: a code shown once, one's own tablets, and everyone's for the admin alone."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from inspect_app.accounts import service as accounts
from inspect_app.core import clock
from inspect_app.core.clock import FixedClock
from tests import builders
from tests.clients import Api, Page
from tests.conftest import Write

Ids = dict[str, UUID]
Browser = Callable[[str], Page]


@pytest.fixture
def browser(app: Flask, people: Ids) -> Browser:
    """`browser("leader")` is that person's browser, with the page of tablets open."""

    def open_(username: str) -> Page:
        assert username in people
        page = Page(app.test_client())
        page.sign_in(username)
        page.get("/devices")
        return page

    return open_


def code_of(answer: TestResponse) -> str:
    found = re.search(r"<code>([^<]+)</code>", answer.text)
    assert found, answer.text
    return found[1]


def tablet(write: Write, username: str, name: str) -> UUID:
    """A tablet of that person."""
    with write() as session:
        by = builders.actor(session, username)
        code = accounts.enrol(session, by.id, by, clock.now())
        session.flush()
        device, _ = accounts.redeem(session, code, name, clock.now())
        return device.id


def test_the_code_shown_makes_a_tablet_its_owner_s(browser: Browser, client: Api) -> None:
    answer = browser("leader").post("/devices/enrol")
    token = client.post("/devices", {"code": code_of(answer), "name": "平板一號"}).get_json()["token"]

    assert Api(client.client, token).get("/me").get_json()["username"] == "leader"


def test_the_code_is_a_picture_on_white_and_says_until_when(browser: Browser) -> None:
    answer = browser("leader").post("/devices/enrol")

    assert 'src="data:image/svg+xml' in answer.text
    assert "%23fff" in answer.text
    assert "115年11月23日 09:15" in answer.text


def test_a_code_is_not_shown_again(browser: Browser) -> None:
    page = browser("leader")
    code = code_of(page.post("/devices/enrol"))

    assert code not in page.get("/devices").text


def test_a_code_is_useless_after_a_quarter_of_an_hour(
    browser: Browser, client: Api, fixed_clock: FixedClock
) -> None:
    code = code_of(browser("leader").post("/devices/enrol"))
    fixed_clock.instant += timedelta(minutes=15)

    assert client.post("/devices", {"code": code, "name": "平板一號"}).status_code == 422


def test_one_sees_one_s_own_tablets_only(browser: Browser, write: Write) -> None:
    tablet(write, "leader", "領隊的平板")
    tablet(write, "member1", "委員的平板")
    text = browser("leader").get("/devices").text

    assert "領隊的平板" in text
    assert "115年11月23日 09:00" in text
    assert "委員的平板" not in text


def test_the_admin_sees_every_tablet_and_whose_it_is(browser: Browser, write: Write) -> None:
    tablet(write, "leader", "領隊的平板")
    tablet(write, "member1", "委員的平板")
    text = browser("admin").get("/devices").text

    assert all(words in text for words in ("領隊的平板", "委員的平板", "丙領隊", "丁委員"))


def test_the_admin_enrols_for_the_person_chosen(browser: Browser, client: Api, people: Ids) -> None:
    answer = browser("admin").post("/devices/enrol", user=str(people["member1"]))
    token = client.post("/devices", {"code": code_of(answer), "name": "平板一號"}).get_json()["token"]

    assert Api(client.client, token).get("/me").get_json()["username"] == "member1"


def test_others_choose_nobody(browser: Browser, people: Ids) -> None:
    page = browser("staff")
    answer = page.post("/devices/enrol", user=str(people["leader"]))

    assert 'name="user"' not in page.get("/devices").text
    assert answer.status_code == 403


@pytest.mark.parametrize("user", ["nobody", "7d4b1a50-0000-4000-8000-000000000000"])
def test_a_person_who_is_not_there_cannot_be_chosen(browser: Browser, user: str) -> None:
    assert browser("admin").post("/devices/enrol", user=user).status_code == 404


def test_a_revoked_tablet_stays_listed_without_a_button(browser: Browser, write: Write) -> None:
    device = tablet(write, "leader", "領隊的平板")
    page = browser("leader")
    page.get("/devices")
    answer = page.post(f"/devices/{device}/revoke")
    text = page.get("/devices").text

    assert answer.status_code == 303
    assert "已撤銷" in text
    assert f"/devices/{device}/revoke" not in text


def test_revoking_is_asked_first(browser: Browser, write: Write) -> None:
    tablet(write, "leader", "領隊的平板")

    assert 'data-confirm="撤銷「領隊的平板」' in browser("leader").get("/devices").text


def test_nobody_revokes_another_s_tablet(browser: Browser, write: Write) -> None:
    device = tablet(write, "leader", "領隊的平板")
    page = browser("staff")

    assert page.post(f"/devices/{device}/revoke").status_code == 404
    assert "使用中" in browser("leader").get("/devices").text


def test_without_a_tablet_the_page_says_what_to_do(browser: Browser) -> None:
    assert "還沒有登記的平板。請按「登記平板」" in browser("leader").get("/devices").text


def test_everyone_s_menu_leads_to_the_tablets(browser: Browser) -> None:
    assert 'href="/devices" aria-current="page"' in browser("contractor").get("/devices").text
