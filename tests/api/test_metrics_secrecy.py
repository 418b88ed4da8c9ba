"""Before issue a visit is known to staff and its team alone (作業辦法 art. 13): metrics, logs and the operations
page are the same with it and without it."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from inspect_app.core import logs, withheld
from inspect_app.core.auth import permission_of
from inspect_app.core.permissions import EVERYONE, PERMISSIONS, PUBLIC
from inspect_app.inspections import plans
from tests import builders
from tests.clients import Api, Page
from tests.conftest import Write
from tests.inspections_builders import (
    FORM,
    TEAM,
    AsUser,
    Ids,
    Visit,
    defect_body,
    expect,
    plan_body,
    sha256,
    submission_body,
)

Lines = Callable[[], list[dict[str, Any]]]
CHANGING = ("timestamp", "request_id", "ms")


@pytest.fixture
def loud(app: Flask) -> Iterator[None]:
    """Log as in earnest, whatever the tests' own level."""
    logs.configure("INFO")
    yield
    logs.configure("WARNING")


@pytest.fixture
def lines(loud: None, capsys: pytest.CaptureFixture[str]) -> Lines:
    """The log lines since it was last asked."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def tender(write: Write, people: Ids) -> str:
    with write() as session:
        return str(builders.tender(session).id)


@pytest.fixture
def cast(as_user: AsUser, people: Ids) -> dict[str, Api]:
    """Everybody with a token."""
    return {username: as_user(username) for username in people}


def carry_out(cast: dict[str, Api], people: Ids, tender: str) -> Visit:
    """All that happens to a visit before its issue, by the API and on the pages' addresses."""
    staff, leader = cast["staff"], cast["leader"]
    staff.get("/people", role="leader")
    planned = expect(staff.post("/inspections", plan_body(tender, people)), 201).get_json()["id"]
    visit = Visit(cast.__getitem__, people, tender, planned)
    for path in ("//", "//inspections", f"//inspections/{visit.id}", "//defects", "//inspections/new"):
        staff.send("GET", path, headers={"Accept": "text/html"})
    leader.get(f"/forms/{FORM['code']}/{FORM['version']}")
    leader.get("/defect-codes")
    visit.declare(*TEAM)
    visit.get("leader", "/letter.pdf")
    expect(visit.start(), 200)
    expect(visit.mark("member1", 84), 201)
    expect(visit.send_photo(1), 201)
    found = defect_body(photos=[sha256(1), sha256(2)])
    photos = [{"sha256": sha256(number)} for number in (1, 2)]
    expect(visit.submit(submission_body(people, defects=[found], photos=photos)), 201)
    expect(visit.send_photo(2), 201)
    leader.get(f"/photos/{sha256(1)}", size="web")
    staff.get("/inspections", state="submitted")
    staff.get("/defects", inspection=visit.id)
    visit.read("staff", "/score")
    return visit


# -- the same, byte by byte ----------------------------------------------------------------------------------


@pytest.mark.every_database
def test_metrics_do_not_tell_of_a_visit_before_its_issue(
    client: Api, cast: dict[str, Api], people: Ids, tender: str
) -> None:
    without = client.get("//metrics").data

    carry_out(cast, people, tender)

    assert client.get("//metrics").data == without


def test_metrics_do_tell_of_it_once_it_is_issued(
    client: Api, cast: dict[str, Api], people: Ids, tender: str
) -> None:
    without = client.get("//metrics").data

    expect(carry_out(cast, people, tender).issue(), 200)

    assert client.get("//metrics").data != without


@pytest.mark.every_database
def test_the_administrators_page_and_its_data_do_not_tell_of_it(
    app: Flask, write: Write, cast: dict[str, Api], people: Ids, tender: str
) -> None:
    admin = Page(app.test_client())
    admin.sign_in("admin")

    def seen() -> tuple[str, str]:
        page = re.sub(r'(csrf_token"[^>]*value)="[^"]*"', r"\1", admin.get("/operations").text)
        return re.sub(r"請求</dt><dd>[0-9,]+ 次", "", page), str(data(cast["admin"]))

    without = seen()
    carry_out(cast, people, tender)

    assert seen() == without


def data(admin: Api) -> dict[str, Any]:
    """What the administrator's program reads, but for the count of his own reading."""
    found: dict[str, Any] = expect(admin.get("/operations"), 200).get_json()
    found["requests"].pop("requests")
    return found


def test_no_line_is_written_while_a_visit_goes_well(
    lines: Lines, cast: dict[str, Api], people: Ids, tender: str
) -> None:
    lines()

    carry_out(cast, people, tender)

    assert lines() == []


def outsiders_day(cast: dict[str, Api], tender: str, visit: str) -> None:
    """What people ask who have nothing to do with the visit, on purpose and not."""
    for username in ("agency", "contractor", "auditor", "admin"):
        api = cast[username]
        for path in (f"/tenders/{tender}", "/tenders", "/inspections", f"/inspections/{visit}", "/me"):
            api.get(path)
        api.get(f"/inspections/{visit}/letter.pdf")
        api.get("/photos/" + sha256(1))
        api.post("/tenders", {})


def counted(client: Api) -> dict[str, float]:
    """Every counter by its name and labels, without the times requests took."""
    families = text_string_to_metric_families(client.get("//metrics").text)
    samples = [each for family in families if family.type == "counter" for each in family.samples]
    return {f"{each.name}{sorted(each.labels.items())}": each.value for each in samples}


def test_what_outsiders_leave_behind_is_the_same_with_the_visit_and_without(
    lines: Lines, client: Api, cast: dict[str, Api], people: Ids, tender: str
) -> None:
    def day(visit: str) -> tuple[dict[str, float], list[dict[str, Any]]]:
        before = counted(client)
        lines()
        outsiders_day(cast, tender, visit)
        grown = {name: value - before.get(name, 0) for name, value in counted(client).items()}
        return grown, [{key: line[key] for key in line if key not in CHANGING} for line in lines()]

    without = day(str(uuid4()))
    visit = carry_out(cast, people, tender)

    assert day(visit.id) == without
    assert without[1]


# -- every withheld route ------------------------------------------------------------------------------------


def withheld_requests(app: Flask, visit: Visit) -> Iterator[tuple[str, str, str]]:
    """Method, address and a person who may, for every withheld route and method."""
    known = {
        "inspection_id": visit.id,
        "defect_id": str(uuid4()),
        "upload_id": str(uuid4()),
        "member_id": str(visit.people["leader"]),
        "sha256": sha256(9),
        "test": "concrete_core",
        "code": FORM["code"],
        "version": FORM["version"],
        "form": "csv",
        "position": 0,
    }
    for rule in app.url_map.iter_rules():
        if withheld.is_withheld(rule.endpoint):
            path = re.sub(
                r"<(?:[^:<>]+:)?([^<>]+)>", lambda part: str(known.get(part[1], uuid4())), rule.rule
            )
            permission = permission_of(app, rule.endpoint) or ""
            roles = EVERYONE if permission == PUBLIC else PERMISSIONS[permission]
            who = next(each.username for each in builders.CAST if each.role in roles - {"admin"})
            for method in (rule.methods or set()) - {"OPTIONS", "HEAD"} or {"HEAD"}:
                yield method, path, who


def test_no_withheld_route_leaves_more_than_its_request_id(
    app: Flask, lines: Lines, client: Api, cast: dict[str, Api], people: Ids
) -> None:
    visit = Visit.planned(cast.__getitem__, people)
    before, asked = client.get("//metrics").data, list(withheld_requests(app, visit))
    lines()

    for method, path, who in asked:
        answer = cast[who].send(method, f"/{path}?q={visit.id}", json={}, headers={"Accept": "text/html"})
        assert answer.status_code < 500, (method, path)

    assert len(asked) >= 40
    assert client.get("//metrics").data == before
    allowed = {"event", "level", "timestamp", "request_id", "route", "status"}
    told = lines()
    assert told
    assert [line for line in told if line.keys() != allowed] == []
    assert {(line["route"], line["event"], line["status"]) for line in told} == {
        ("withheld", "request", "4xx")
    }


def test_a_refused_request_is_found_by_the_id_on_its_page(lines: Lines, cast: dict[str, Api]) -> None:
    lines()

    answer = cast["contractor"].get(f"/inspections/{uuid4()}")

    assert [line["request_id"] for line in lines()] == [answer.get_json()["request_id"]]


# -- a fault on a withheld route -------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> str:
    """Planning fails, and the exception's words give everything away; returns what they say."""
    secret = "明日查核示範護岸"

    def fail(*_: object, **__: object) -> None:
        local = secret
        raise AttributeError(f"{local} has no team")

    monkeypatch.setattr(plans, "create", fail, raising=False)
    monkeypatch.setattr(plans, "plan", fail, raising=False)
    return secret


def test_a_fault_tells_its_kind_and_place_and_nothing_else(
    lines: Lines, cast: dict[str, Api], people: Ids, tender: str, broken: str
) -> None:
    lines()
    answer = cast["staff"].post("/inspections", plan_body(tender, people))
    assert answer.status_code == 500

    fault, request = lines()

    assert fault["request_id"] == request["request_id"] == answer.get_json()["request_id"]
    assert fault.keys() == {"event", "level", "timestamp", "request_id", "route", "exception"}
    (exception,) = fault["exception"]
    assert exception.keys() == {"kind", "at"}
    assert exception["kind"] == "AttributeError"
    assert exception["at"][-1].startswith("tests/api/test_metrics_secrecy.py:")
    assert any(place.startswith("inspect_app/inspections/api.py:") for place in exception["at"])
    told = json.dumps([fault, request], ensure_ascii=False)
    assert [word for word in (broken, tender, str(people["staff"])) if word in told] == []


def test_a_fault_there_is_counted_without_its_route(
    client: Api, cast: dict[str, Api], people: Ids, tender: str, broken: str
) -> None:
    cast["staff"].post("/inspections", plan_body(tender, people))

    told = client.get("//metrics").text

    assert 'chahe_requests_total{method="-",route="withheld",status="5xx"} 1.0' in told
    assert 'chahe_problems_total{code="withheld"} 1.0' in told
    assert "inspections/" not in told
