"""What every answer of the API has in common: strict JSON in, problems out, headers, an id to read out."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

from tests import builders
from tests.clients import Api, Page
from tests.conftest import MakeApp

AsUser = Callable[[str], Api]

MALFORMED = {
    "not JSON": b"{number: 1}",
    "half": b'{"number": "1"',
    "two values": b"{} {}",
    "NaN": b'{"number": NaN}',
    "Infinity": b'{"number": -Infinity}',
    "too large": b'{"number": 1e999}',
    "too many digits": b'{"number": ' + b"9" * 5000 + b"}",
    "repeated key": b'{"number": "1", "number": "2"}',
    "repeated key inside": b'{"number": {"a": 1, "a": 2}}',
    "byte order mark": b'\xef\xbb\xbf{"number": "1"}',
    "Big5": '{"number": "標案"}'.encode("big5"),
    "UTF-16": '{"number": "1"}'.encode("utf-16"),
    "NUL": b'{"number": "a\\u0000b"}',
    "NUL in a key": b'{"a\\u0000b": "1"}',
    "lone surrogate": b'{"number": "\\ud800"}',
    "lone surrogate in a key": b'{"\\udfff": 1}',
    "deep": b'{"number": ' + b"[" * 100 + b"]" * 100 + b"}",
    "very deep": b"[" * 200_000,
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_strict_json_is_malformed(as_user: AsUser, data: bytes) -> None:
    answer = as_user("staff").send("POST", "/tenders", data=data, content_type="application/json")

    assert answer.status_code == 400
    assert (answer.mimetype, answer.get_json()["code"]) == ("application/problem+json", "malformed")
    assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_json_under_another_name_is_malformed(as_user: AsUser, kind: str) -> None:
    data = json.dumps(builders.tender_body()).encode()

    answer = as_user("staff").send("POST", "/tenders", data=data, content_type=kind)

    assert answer.status_code == 400


@pytest.mark.parametrize("data", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_json_that_is_no_object_is_a_field_error(as_user: AsUser, data: bytes) -> None:
    answer = as_user("staff").send("POST", "/tenders", data=data, content_type="application/json")

    assert answer.status_code == 422


def test_a_pair_of_surrogates_is_a_letter(as_user: AsUser) -> None:
    body = json.dumps(builders.tender_body(name="𠮷祥護岸工程")).encode()

    answer = as_user("staff").send("POST", "/tenders", data=body, content_type="application/json")

    assert answer.get_json()["name"] == "𠮷祥護岸工程"


def test_an_unknown_field_is_named(as_user: AsUser) -> None:
    answer = as_user("staff").post("/tenders", builders.tender_body() | {"colour": "red"})

    assert answer.status_code == 422
    assert answer.get_json()["errors"] == [{"field": "colour", "reason": "沒有這個欄位。"}]


def test_every_missing_field_is_named_at_once(as_user: AsUser) -> None:
    errors = as_user("staff").post("/tenders", {}).get_json()["errors"]

    assert sorted(error["field"] for error in errors) == ["agency", "name", "number"]
    assert {error["reason"] for error in errors} == {"必填。"}


def test_a_problem_has_the_members_of_rfc_9457_and_ours(as_user: AsUser) -> None:
    answer = as_user("staff").post("/tenders", {})

    body = answer.get_json()
    assert body.keys() == {"type", "title", "status", "code", "detail", "request_id", "errors"}
    assert (body["type"], body["status"]) == ("urn:chahe:problem:invalid_fields", 422)


def test_the_request_id_stands_in_the_header_and_in_the_problem(client: Api) -> None:
    first, second = client.get("/me"), client.get("/me")

    assert first.headers["X-Request-Id"] == first.get_json()["request_id"]
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


def test_the_request_id_can_be_read_out(client: Api) -> None:
    spoken = client.get("/me").headers["X-Request-Id"].replace("-", "")

    assert len(spoken) == 10
    assert not set(spoken) & set("01il o")


def test_a_problem_is_json_for_programs_and_a_page_for_people(client: Api, page: Page) -> None:
    program, person = client.get("/no-such-thing"), page.get("/no-such-thing")

    assert (program.status_code, program.mimetype) == (404, "application/problem+json")
    assert (person.status_code, person.mimetype) == (404, "text/html")
    assert person.headers["X-Request-Id"] in person.text


def test_a_bug_shows_its_id_and_nothing_else(app: Flask, client: Api) -> None:
    def broken() -> str:
        raise RuntimeError("the secret inner text")

    app.view_functions["health.healthz"] = broken

    answer = client.get("//healthz")

    assert (answer.status_code, answer.get_json()["code"]) == (500, "unexpected")
    assert answer.get_json()["request_id"] == answer.headers["X-Request-Id"]
    assert "secret" not in answer.text


def test_a_body_over_the_limit_is_too_large(make_app: MakeApp, people: object) -> None:
    client = Api(make_app(MAX_BODY_BYTES="65536").test_client())

    answer = client.post("/auth/login", {"username": "staff", "password": "x" * 70_000})

    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["//healthz", "/me", "//sign-in", "/docs", "/no-such-thing"])
def test_every_answer_carries_the_security_headers(client: Api, path: str) -> None:
    headers = client.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self';" in headers["Content-Security-Policy"]


def test_only_the_documentation_page_may_have_styles_in_its_elements(client: Api) -> None:
    assert "unsafe-inline" in client.get("/docs").headers["Content-Security-Policy"]
    assert "unsafe" not in client.get("//sign-in").headers["Content-Security-Policy"]


def test_https_is_asked_for_in_production_only(client: Api, make_app: MakeApp) -> None:
    production = Api(make_app(CHAHE_ENV="production").test_client())

    assert "Strict-Transport-Security" not in client.get("//healthz").headers
    assert "Strict-Transport-Security" in production.get("//healthz").headers


@pytest.mark.every_database
@pytest.mark.parametrize("query", ["q=%00", "agency=a%00b", "status=%00", "cursor=%00", "q=%ff"])
def test_a_query_the_database_cannot_hold_is_no_bug(as_user: AsUser, query: str) -> None:
    answer = as_user("staff").send("GET", f"/tenders?{query}")

    assert answer.status_code in {200, 400, 422}


@pytest.mark.every_database
def test_a_form_the_database_cannot_hold_is_no_bug(page: Page) -> None:
    assert page.sign_in("staff\x00").status_code in {400, 401}
