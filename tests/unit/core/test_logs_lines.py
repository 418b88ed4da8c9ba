"""Log lines: JSON, one a request, whoever speaks, and nothing in them that a person typed."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspect_app.core import logs
from tests.clients import Api, Page
from tests.inspections_builders import AsUser, Ids

Lines = Callable[[], list[dict[str, Any]]]
ID = re.compile(r"[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{2}")
DANGEROUS = "\n\r\x1b\x7f\x85\x9b\u200f\u2028\u2029\u202e\u2066\ufeff"


@pytest.fixture
def loud() -> Iterator[None]:
    logs.configure("INFO")
    yield
    structlog.contextvars.clear_contextvars()
    logs.configure("WARNING")


@pytest.fixture
def lines(loud: None, capsys: pytest.CaptureFixture[str]) -> Lines:
    """The log lines since it was last asked."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.split("\n") if line]


# -- one line a request ------------------------------------------------------------------------------------


def test_a_request_is_one_line(app: Flask, as_user: AsUser, people: Ids, lines: Lines) -> None:
    staff = as_user("staff")
    logs.configure("INFO")
    lines()

    answer = staff.get("/tenders", q="王小明護岸")

    (line,) = lines()
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": answer.headers["X-Request-Id"],
        "user_id": str(people["staff"]),
        "method": "GET",
        "route": "/api/v1/tenders",
        "status": 200,
    }


def test_neither_query_nor_body_nor_password_is_written(app: Flask, page: Page, lines: Lines) -> None:
    logs.configure("INFO")
    page.sign_in("staff", "not the password", path="/sign-in?next=/tenders?q=secret")
    page.client.post(
        "/api/v1/auth/login?q=secret", json={"username": "staff", "password": "not the password"}
    )

    told = json.dumps(lines())

    assert [word for word in ("secret", "not the password", "staff", "?") if word in told] == []


def test_what_machines_ask_all_the_time_is_not_written(app: Flask, client: Api, lines: Lines) -> None:
    logs.configure("INFO")
    for path in ("//healthz", "//readyz", "//metrics", "//static/css/base.css"):
        client.get(path)

    assert lines() == []


def test_an_address_that_is_not_ours_is_not_repeated(app: Flask, client: Api, lines: Lines) -> None:
    logs.configure("INFO")
    client.get("//some/where%0A%7B%22event%22%3A%22forged%22%7D")

    assert [line["route"] for line in lines()] == ["(none)"]


# -- the request id ----------------------------------------------------------------------------------------


def test_a_request_id_has_only_characters_that_are_not_mistaken() -> None:
    made = {logs.new_request_id() for _ in range(500)}

    assert len(made) == 500
    assert [each for each in made if not ID.fullmatch(each)] == []
    assert not set("01ilo") & set(logs.READABLE)


PROBLEMS = {
    "no such page": ("GET", "/nowhere", "text/html", 404),
    "no such address of the API": ("GET", "/api/v1/nowhere", "application/json", 404),
    "not signed in": ("GET", "/api/v1/me", "application/json", 401),
    "wrong method": ("PUT", "/readyz", "application/json", 405),
    "a form without its token": ("POST", "/sign-in", "text/html", 403),
    "NUL": ("GET", "/tenders?q=%00", "text/html", 400),
    "a machine elsewhere": ("GET", "/metrics", "text/plain", 403),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_every_problem_shows_its_request_id(app: Flask, case: str) -> None:
    method, path, kind, status = PROBLEMS[case]
    headers = {"Accept": kind, "Via": "a proxy"}

    answer = app.test_client().open(path, method=method, headers=headers, data={"x": "y"})

    assert answer.status_code == status
    assert ID.fullmatch(answer.headers["X-Request-Id"])
    assert answer.headers["X-Request-Id"] in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/auth/login"])
def test_a_fault_shows_the_id_under_which_it_is_written_once(
    app: Flask, page: Page, lines: Lines, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        password = "a secret in a local variable"
        raise ValueError(password)

    monkeypatch.setattr("inspect_app.accounts.pages.open_session", fail)
    monkeypatch.setattr("inspect_app.accounts.api.open_session", fail)
    logs.configure("INFO")
    page.get("/sign-in")
    lines()
    body = {"username": "staff", "password": "x"}
    answer = page.post(path, **body) if path == "/sign-in" else page.client.post(path, json=body)

    assert answer.status_code == 500
    fault, request = lines()
    assert answer.headers["X-Request-Id"] in answer.text
    assert fault["request_id"] == request["request_id"] == answer.headers["X-Request-Id"]
    assert (fault["event"], fault["level"], request["status"]) == ("unexpected", "error", 500)
    assert fault["exception"][0]["kind"] == "ValueError"
    assert any("inspect_app/accounts/" in place for place in fault["exception"][0]["at"])
    assert "a secret" not in json.dumps(fault)


# -- libraries -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["werkzeug", "sqlalchemy.pool", "gunicorn.error", "apscheduler.executors.default"]
)
def test_a_librarys_warning_has_our_format(lines: Lines, name: str) -> None:
    logging.getLogger(name).warning("two %s\nlines", "broken")

    (line,) = lines()
    assert line.pop("timestamp")
    assert line == {"event": "two broken\nlines", "level": "warning", "logger": name}


def test_a_librarys_exception_is_told_without_its_values(lines: Lines) -> None:
    try:
        {"a": 1}["a secret key"]
    except KeyError:
        logging.getLogger("apscheduler").exception("a job failed")

    (line,) = lines()
    assert line["exception"][0]["kind"] == "KeyError"
    assert "secret" not in json.dumps(line)


def test_libraries_do_not_write_what_they_do(lines: Lines) -> None:
    for name in ("werkzeug", "sqlalchemy.engine.Engine", "flask-limiter", "apscheduler"):
        logging.getLogger(name).info("INSERT INTO inspections")

    assert lines() == []


@pytest.mark.parametrize(
    "said",
    [
        "Error handling request GET /inspections/0f3a?x=1",
        "Invalid request from ip=192.0.2.1: Invalid HTTP request line: 'GET /inspections/0f3a'",
    ],
)
def test_the_web_server_s_words_leave_out_the_address(lines: Lines, said: str) -> None:
    logging.getLogger("gunicorn.error").error(said)

    (line,) = lines()
    assert line["event"] in logs.SERVER_SPEAKS_OF_ADDRESSES


def test_within_a_withheld_request_a_library_says_only_that_it_spoke(lines: Lines) -> None:
    structlog.contextvars.bind_contextvars(withheld=True, request_id="k7m2-q9xd-4t", user_id="1")
    logging.getLogger("PIL").warning("photo of tender 115-1 is odd")

    (line,) = lines()
    assert line.pop("timestamp")
    assert line == {
        "event": "library",
        "level": "warning",
        "logger": "PIL",
        "request_id": "k7m2-q9xd-4t",
        "route": "withheld",
    }


# -- injection -------------------------------------------------------------------------------------------------


TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(DANGEROUS)), max_size=60)


@given(text=TEXTS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_stays_one_line_and_commands_no_terminal(
    loud: None, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    structlog.get_logger().warning(text or "empty", value=text)
    logging.getLogger("werkzeug").warning("%s", text)

    written = capsys.readouterr().err

    assert written.count("\n") == 2
    assert written.splitlines() == written.removesuffix("\n").split("\n")
    assert not set(DANGEROUS.replace("\n", "")) & set(written)
    assert [json.loads(line)["event"] for line in written.splitlines()][1] == text


def test_half_a_character_is_written_all_the_same(lines: Lines) -> None:
    structlog.get_logger().warning("\ud800 alone")

    assert [line["event"] for line in lines()] == ["\ud800 alone"]
