"""/metrics: who may read it, and what is counted."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from inspect_app.core import health
from inspect_app.core.clock import FixedClock
from inspect_app.core.runs import JobRun
from inspect_app.operations import scraping
from tests import builders
from tests.clients import Api, Page
from tests.conftest import MORNING, MakeApp, Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, sha256, submission_body

TOKEN = "a token of thirty-two characters or more"
Value = Callable[..., float | None]


@pytest.fixture
def value(client: Api) -> Value:
    """`value("chahe_requests_total", route="/me")`: a sample's present value, None when there is none."""

    def read(name: str, **labels: str) -> float | None:
        text = client.get("//metrics").text
        samples = [each for family in text_string_to_metric_families(text) for each in family.samples]
        fitting = [each for each in samples if each.name == name and labels.items() <= each.labels.items()]
        return sum(each.value for each in fitting) if fitting else None

    return read


def scrape(app: Flask, address: str, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=named)


# -- access ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_it_answers_on_the_machine_itself(app: Flask, address: str) -> None:
    answer = scrape(app, address)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", ""])
def test_another_machine_is_refused_where_no_token_is_set(app: Flask, address: str) -> None:
    answer = scrape(app, address)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed")
    assert "METRICS_TOKEN" in answer.get_json()["detail"]


@pytest.mark.parametrize("header", scraping.FORWARDED)
def test_what_came_through_a_proxy_did_not_come_from_this_machine(app: Flask, header: str) -> None:
    answer = app.test_client().get("/metrics", headers={header: "192.0.2.7"})

    assert answer.status_code == 403


def test_the_token_opens_it_from_anywhere(make_app: MakeApp) -> None:
    app = make_app(METRICS_TOKEN=TOKEN)

    answer = scrape(app, "192.0.2.7", Authorization=f"Bearer {TOKEN}", X_Forwarded_For="192.0.2.8")

    assert answer.status_code == 200


@pytest.mark.parametrize("given", [None, f"Bearer {TOKEN}x", "Bearer ", "Bearer 權杖", f"Basic {TOKEN}"])
def test_without_the_token_one_is_asked_for_it(make_app: MakeApp, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}

    answer = scrape(make_app(METRICS_TOKEN=TOKEN), "192.0.2.7", **headers)

    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_empty_token_opens_nothing(app: Flask) -> None:
    assert scrape(app, "192.0.2.7", Authorization="Bearer ").status_code == 403


def test_a_persons_session_opens_nothing_from_elsewhere(app: Flask, as_user: AsUser) -> None:
    token = as_user("admin").token

    assert scrape(app, "192.0.2.7", Authorization=f"Bearer {token}").status_code == 403


# -- requests ------------------------------------------------------------------------------------------------


def test_requests_are_counted_by_route_method_and_class(as_user: AsUser, value: Value) -> None:
    staff = as_user("staff")
    for number in ("115-1", "115-2"):
        staff.post("/tenders", builders.tender_body(number))
    staff.get("/tenders")

    assert value("chahe_requests_total", route="/api/v1/tenders", method="POST", status="2xx") == 2
    assert value("chahe_requests_total", route="/api/v1/tenders", method="GET", status="2xx") == 1
    assert value("chahe_request_seconds_count", route="/api/v1/tenders") == 3


def test_a_route_is_counted_by_its_template_never_by_its_id(as_user: AsUser, value: Value) -> None:
    staff = as_user("staff")
    for number in ("115-1", "115-2"):
        tender = staff.post("/tenders", builders.tender_body(number)).get_json()["id"]
        staff.get(f"/tenders/{tender}")

    assert value("chahe_requests_total", route="/api/v1/tenders/<uuid:tender_id>") == 2


def test_unknown_addresses_and_methods_make_one_label_each(app: Flask, value: Value) -> None:
    for path in ("/a", "/b", "/c"):
        app.test_client().open(path, method="BREW")

    assert value("chahe_requests_total", route="(none)", method="(other)", status="4xx") == 3


def test_machines_questions_are_not_counted(client: Api, value: Value) -> None:
    for path in ("//healthz", "//readyz", "//metrics", "//static/css/base.css"):
        client.get(path)

    assert value("chahe_requests_total") is None


def test_problems_are_counted_by_code(client: Api, as_user: AsUser, value: Value) -> None:
    client.get("/me")
    as_user("agency").post("/tenders", {})

    assert value("chahe_problems_total", code="not_signed_in") == 1
    assert value("chahe_problems_total", code="not_allowed") == 1


def test_refused_sign_ins_are_counted_on_the_page_and_the_api(client: Api, page: Page, value: Value) -> None:
    client.post("/auth/login", {"username": "staff", "password": "wrong"})
    page.sign_in("staff", "wrong")

    assert value("chahe_sign_ins_refused_total") == 2


def test_who_tries_too_often_is_counted(client: Api, value: Value) -> None:
    for _ in range(11):
        client.post("/auth/login", {"username": "staff", "password": "wrong"})

    assert value("chahe_rate_limited_total") == 1


def test_each_application_counts_for_itself(make_app: MakeApp, client: Api, value: Value) -> None:
    Api(make_app().test_client()).get("/me")

    assert value("chahe_requests_total") is None


def test_nothing_of_the_process_itself_is_told(client: Api) -> None:
    told = client.get("//metrics").text

    assert "process_" not in told
    assert "python_" not in told
    assert "_created" not in told


# -- states ------------------------------------------------------------------------------------------------


def test_the_worker_s_silence_is_told(write: Write, value: Value, fixed_clock: FixedClock) -> None:
    with write() as session:
        health.beat(session, "worker:1", MORNING)
    fixed_clock.instant += timedelta(seconds=90)

    assert value("chahe_worker_heartbeat_age_seconds") == 90


def test_without_a_worker_there_is_no_age(value: Value) -> None:
    assert value("chahe_worker_heartbeat_age_seconds") is None


@pytest.mark.every_database
def test_runs_are_told_by_job_and_state(write: Write, value: Value) -> None:
    def run(period: str, **columns: object) -> JobRun:
        given = {"job": "a.b", "attempts": 1, "due_at": MORNING, "not_before": MORNING, "outcome": {}}
        return JobRun(period=period, **given, **columns)

    hour = timedelta(hours=1)
    with write() as session:
        session.add_all(
            [
                run("1", finished_at=MORNING - 3 * hour),
                run("2", finished_at=MORNING - 2 * hour),
                run("3", failed_at=MORNING - hour),
                run("4"),
            ]
        )

    assert value("chahe_job_runs", job="a.b", state="finished") == 2
    assert value("chahe_job_runs", job="a.b", state="failed") == 1
    assert value("chahe_job_runs", job="a.b", state="unfinished") == 1
    assert value("chahe_job_last_success_age_seconds", job="a.b") == 7200


@pytest.mark.every_database
def test_what_is_issued_is_told(as_user: AsUser, people: Ids, value: Value) -> None:
    visit = Visit.started(as_user, people)
    stored = visit.send_photo(1).get_json()["bytes"]
    photos = [{"sha256": sha256(1)}]
    found = [defect_body(photos=[sha256(1)])]
    visit.submit(submission_body(people, defects=found, photos=photos))
    assert value("chahe_inspections_issued") == 0

    visit.issue()

    assert value("chahe_inspections_issued") == 1
    assert value("chahe_defects_open") == 1
    assert (value("chahe_photos_stored"), value("chahe_photos_stored_bytes")) == (1, stored)


@pytest.mark.every_database
def test_a_photo_sent_for_an_issued_visit_counts_once_whatever_an_unissued_one_has(
    as_user: AsUser, people: Ids, value: Value
) -> None:
    issued = Visit.issued(as_user, people)
    stored = issued.send_photo(1).get_json()["bytes"]
    secret = Visit.started(as_user, people)
    for number in (1, 2):
        secret.send_photo(number)

    assert (value("chahe_photos_stored"), value("chahe_photos_stored_bytes")) == (1, stored)


def test_uploads_under_way_for_an_issued_inspection_are_told(
    as_user: AsUser, people: Ids, value: Value
) -> None:
    visit = Visit.issued(as_user, people, defects=[defect_body()])
    named = {"sha256": sha256(1), "inspection": visit.id}
    described = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in named.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "1000", "Upload-Metadata": described}
    answer = visit.api("contractor").send("POST", "/photos/uploads", headers=headers)

    assert answer.status_code == 201
    assert value("chahe_uploads_unfinished") == 1


def test_free_space_is_told_in_steps(value: Value) -> None:
    for volume in ("data", "uploads"):
        free = value("chahe_disk_free_ratio", volume=volume)
        assert free is not None
        assert round(free * 100) % 5 == 0
        assert (value("chahe_disk_total_bytes", volume=volume) or 0) > 0


def test_a_database_that_is_away_is_told_and_the_rest_stays(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(DATABASE_URL=f"sqlite:///{tmp_path}/nowhere.sqlite3", METRICS_TOKEN=TOKEN)

    answer = scrape(app, "192.0.2.7", Authorization=f"Bearer {TOKEN}")

    assert answer.status_code == 200
    assert "chahe_database_up 0.0" in answer.text
    assert "chahe_disk_total_bytes" in answer.text
    assert "chahe_inspections_issued" not in answer.text
