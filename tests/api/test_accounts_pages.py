"""Signing in by the page: a cookie scripts cannot read, forms no other site can send."""

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from tests import builders
from tests.clients import Page
from tests.conftest import MakeApp, Write


def cookie_of(answer: Any) -> str:
    return str(answer.headers["Set-Cookie"])


@pytest.fixture(autouse=True)
def _people(people: dict[str, Any]) -> None:
    """Everybody is there."""


def test_the_sign_in_page_is_in_the_official_language(page: Page) -> None:
    answer = page.get("/sign-in")

    assert answer.status_code == 200
    assert '<html lang="zh-Hant">' in answer.text


def test_signing_in_sets_a_cookie_no_script_reads_and_no_other_site_sends(page: Page) -> None:
    answer = page.sign_in("auditor")

    assert answer.status_code == 303
    assert "HttpOnly" in cookie_of(answer)
    assert "SameSite=Lax" in cookie_of(answer)


def test_in_production_the_cookie_needs_https(make_app: MakeApp) -> None:
    page = Page(make_app(CHAHE_ENV="production").test_client())

    answer = page.client.get("/sign-in", base_url="https://localhost")

    assert "Secure" in cookie_of(answer)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_wrong_password_shows_the_form_again_with_the_name(page: Page) -> None:
    answer = page.sign_in("auditor", "not the password")

    assert answer.status_code == 401
    assert "帳號或密碼不正確" in answer.text
    assert 'value="auditor"' in answer.text
    assert "not the password" not in answer.text


def test_a_form_without_its_hidden_token_is_refused(page: Page) -> None:
    page.get("/sign-in")
    page.csrf = ""

    answer = page.post("/sign-in", username="auditor", password=builders.PASSWORD)

    assert answer.status_code == 403
    assert "重新載入" in answer.text


def test_a_signed_in_browser_s_api_calls_need_the_token_in_a_header(page: Page, app: Flask) -> None:
    page.sign_in("staff")
    body = builders.tender_body()

    refused = page.client.post("/api/v1/tenders", json=body)
    page.get("/sign-in")
    token = csrf_of(page, app)
    accepted = page.client.post("/api/v1/tenders", json=body, headers={"X-CSRFToken": token})

    assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf")
    assert accepted.status_code == 201


def csrf_of(page: Page, app: Flask) -> str:
    """The token a page of a signed-in person carries in its sign-out form."""
    page.get("/no-such-page")
    assert page.csrf
    return page.csrf


def test_reading_needs_no_token(page: Page) -> None:
    page.sign_in("staff")

    assert page.client.get("/api/v1/me").status_code == 200


def test_a_bearer_token_needs_no_csrf_token(page: Page, write: Write) -> None:
    with write() as session:
        token = builders.token(session, "staff")

    answer = page.client.post(
        "/api/v1/tenders", json=builders.tender_body(), headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/tenders?q=1", "/tenders?q=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("\\\\elsewhere.example/", "/"),
        ("/\t/elsewhere.example/", "/"),
        ("/\n/elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(page: Page, target: str, leads_to: str) -> None:
    answer = page.sign_in("staff", path=f"/sign-in?next={quote(target)}")

    assert answer.status_code == 303
    assert answer.headers["Location"] == leads_to


def test_a_page_for_signed_in_people_leads_to_the_sign_in_page_and_back(page: Page) -> None:
    answer = page.get("/?a=1")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/?a%3D1"


def test_signing_out_kills_the_cookie_s_token(page: Page, app: Flask) -> None:
    signed_in = page.sign_in("staff")
    old = cookie_of(signed_in).partition(";")[0].partition("=")[2]
    csrf_of(page, app)

    assert page.post("/sign-out").status_code == 303
    assert page.client.get("/api/v1/me").status_code == 401
    page.client.set_cookie("chahe_session", old)
    assert page.client.get("/api/v1/me").status_code == 401


def test_a_person_already_signed_in_goes_on(page: Page) -> None:
    page.sign_in("staff")

    assert page.get("/sign-in").status_code == 302
