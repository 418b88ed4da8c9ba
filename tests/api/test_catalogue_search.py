"""Searching the catalogue over the API: what is found, in whose order, and the index for tablets."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from forms.catalogue import catalogue
from forms.search import Index, index
from forms.text import Text
from inspect_app.catalogue import searching, service
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db
from tests.catalogue_samples import withdraw
from tests.clients import Api
from tests.conftest import MORNING, Write
from tests.databases import counted
from tests.inspections_builders import STRANGERS, AsUser, Ids, Visit, defect_body, strangers, submission_body

SEARCH, INDEX = "/defect-codes/search", "/defect-codes/index"
OUTSIDERS = ("admin", "agency", "supervisor", "contractor", "pcm", "auditor")


def found(api: Api, q: str, **query: Any) -> list[str]:
    answer = api.get(SEARCH, q=q, **query)
    assert answer.status_code == 200, answer.text
    return [line["code"] for line in answer.get_json()["items"]]


def defects_only(people: Ids, *codes: str) -> dict[str, Any]:
    """A submission that names these defects."""
    return submission_body(people, defects=[defect_body(code=code, severity="L", points=0) for code in codes])


def submitted(as_user: AsUser, people: Ids, *codes: str) -> Visit:
    visit = Visit.started(as_user, people)
    assert visit.submit(defects_only(people, *codes)).status_code == 201
    return visit


def issued(as_user: AsUser, people: Ids, *codes: str) -> Visit:
    visit = submitted(as_user, people, *codes)
    assert visit.issue().status_code == 200
    return visit


# -- what is found -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["5.01", "501", "５-１", "hnt", "ㄏㄋㄊ", "混凝土", "Concrete"])
def test_a_group_is_found_first_and_told_as_such(as_user: AsUser, typed: str) -> None:
    line = as_user("contractor").get(SEARCH, q=typed).get_json()["items"][0]

    assert (line["code"], line["kind"]) == ("5.01", "group")


def test_a_line_tells_everything_the_list_does_and_where_it_was_found(as_user: AsUser) -> None:
    api = as_user("leader")
    line = next(each for each in api.get("/defect-codes").get_json()["items"] if each["code"] == "5.01.01")

    answer = api.get(SEARCH, q="蜂窩").get_json()

    assert line | {"matched": "title"} in answer["items"]
    assert (answer["revision"], answer["total"]) == ("roc-111", len(answer["items"]))


def test_a_limit_gives_the_best_and_tells_how_many_there_are(as_user: AsUser) -> None:
    answer = as_user("leader").get(SEARCH, q="5", limit=2).get_json()

    assert [line["code"] for line in answer["items"]] == ["5", "5.01"]
    assert answer["total"] > 400


def test_lines_are_narrowed_by_trade_phase_party_and_kind(as_user: AsUser) -> None:
    query = {"trade": "rebar", "phase": "site", "party": "contractor", "kind": "item"}
    items = as_user("leader").get(SEARCH, q="", limit=200, **query).get_json()["items"]

    assert items
    assert all({name: line[name] for name in query} == query for line in items)


WRONG = [
    {"q": "a" * 101},
    {"q": "a" * 10_000_000},
    {"trade": "magic"},
    {"phase": "SITE"},
    {"party": "mayor"},
    {"kind": "both"},
    {"limit": "0"},
    {"limit": "201"},
    {"limit": "many"},
    {"colour": "red"},
]


@pytest.mark.parametrize("query", WRONG, ids=lambda query: f"{query}"[:30])
def test_a_wrong_value_is_named(as_user: AsUser, query: dict[str, str]) -> None:
    answer = as_user("leader").get(SEARCH, **query)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == list(query)


@pytest.mark.parametrize("typed", ["(.*)+", "[", "\\", "' OR 1=1", "%", "_", "\u202e", "\ufffd"])
def test_signs_of_other_languages_are_only_text(as_user: AsUser, typed: str) -> None:
    assert found(as_user("leader"), typed) == []


def test_bytes_that_are_no_text_find_nothing(as_user: AsUser) -> None:
    api = as_user("leader")

    assert api.send("GET", f"{SEARCH}?q=%ed%a0%80").get_json()["items"] == []
    assert api.send("GET", f"{SEARCH}?q=%00").status_code == 400


def test_a_trade_is_one_of_the_revision_that_counts(as_user: AsUser, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = replace(catalogue(), revision="roc-113", trades={"bridge": Text("橋梁", "Bridges")})
    monkeypatch.setattr(service, "current", lambda *_: lines)
    api = as_user("leader")

    assert api.get(SEARCH, trade="bridge").status_code == 200
    assert api.get(SEARCH, trade="rebar").status_code == 422


# -- an imported revision ------------------------------------------------------------------------------------------


@pytest.fixture
def made(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The revisions of which an index is made, slowly; an imported one counts."""
    withdraw(app, tmp_path, "5.01.02")
    names: list[str] = []

    class Slow(Index):
        def __init__(self, lines: Any) -> None:
            names.append(lines.revision)
            time.sleep(0.2)
            super().__init__(lines)

    monkeypatch.setattr("forms.search.Index", Slow)
    return names


def test_its_index_is_made_once_for_all_who_ask_at_the_same_time(app: Flask, made: list[str]) -> None:
    def ask(_: int) -> str:
        with app.app_context():
            return searching.current().catalogue.revision

    with ThreadPoolExecutor(4) as pool:
        assert {*pool.map(ask, range(4))} == {"roc-113"}
    assert made == ["roc-113"]


def test_its_index_is_made_before_the_first_request(app: Flask, as_user: AsUser, made: list[str]) -> None:
    app.extensions["chahe.warm"]()
    before = [*made]

    assert "5.01.02" not in found(as_user("leader"), "5.01")
    assert made == before
    assert "roc-113" in before


def test_a_server_starts_before_its_database_has_tables(app: Flask) -> None:
    with app.app_context():
        db.drop_all()

    app.extensions["chahe.warm"]()


# -- in whose order ------------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_what_one_finds_oneself_comes_before_what_the_team_finds(as_user: AsUser, people: Ids) -> None:
    small = Visit.planned(as_user, people, members=[str(people["member1"])])
    small.declare("leader", "member1")
    small.start()
    assert small.submit(defects_only(people, "5.02.06", "5.02.06", "5.02.08")).status_code == 201
    assert small.issue().status_code == 200
    submitted(as_user, people, "5.02.05")

    assert found(as_user("member2"), "5.02.0")[:4] == ["5.02.05", "5.02.06", "5.02.08", "5.02.01"]
    assert found(as_user("leader"), "5.02.0")[:4] == ["5.02.06", "5.02.08", "5.02.05", "5.02.01"]
    assert found(as_user("staff"), "5.02.0")[:3] == ["5.02.06", "5.02.08", "5.02.01"]


@pytest.mark.every_database
def test_no_answer_tells_of_somebody_elses_unissued_visit(
    as_user: AsUser, people: Ids, write: Write, app: Flask
) -> None:
    with write() as session:
        people.update(strangers(session))
    apart = ("staff", *OUTSIDERS, *(each.username for each in STRANGERS))
    before = {username: read(as_user(username)) for username in apart}
    submitted(as_user, people, "5.02.05", "5.02.07")
    app.extensions.pop("chahe.favours")

    assert {username: read(as_user(username)) for username in apart} == before
    assert found(as_user("member2"), "5.02.0")[0] == "5.02.05"


def read(api: Api) -> list[bytes]:
    """All that somebody is told in an order of one's own."""
    return [api.get(SEARCH, q="5.02").data, api.get(SEARCH).data, api.get(INDEX).data]


def test_outside_the_team_even_issued_visits_move_nothing(as_user: AsUser, people: Ids, app: Flask) -> None:
    before = {username: read(as_user(username)) for username in OUTSIDERS}
    issued(as_user, people, "5.02.05")
    app.extensions.pop("chahe.favours", None)

    assert {username: read(as_user(username)) for username in OUTSIDERS} == before
    assert as_user("auditor").get(INDEX).get_json()["favour"] == {}


def test_what_was_found_more_than_two_years_ago_no_longer_counts(
    as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    issued(as_user, people, "5.02.05")
    api = as_user("staff")
    assert api.get(INDEX).get_json()["favour"] == {"5.02.05": 1}

    fixed_clock.instant = MORNING + timedelta(days=729)
    later = as_user("staff").get(INDEX).get_json()["favour"]

    assert later == {}


def test_counts_are_asked_for_once_in_some_minutes(
    as_user: AsUser, people: Ids, app: Flask, fixed_clock: FixedClock
) -> None:
    api = as_user("leader")
    counts = []
    for minutes in (0, 4, 6):
        fixed_clock.instant = MORNING + timedelta(minutes=minutes)
        with counted(app) as seen:
            found(api, "5.02")
        counts.append(sum("FROM defects" in statement for statement in seen))

    assert counts == [2, 0, 2]


# -- the index for tablets -----------------------------------------------------------------------------------------


def test_the_index_is_what_the_server_itself_searches(as_user: AsUser) -> None:
    answer = as_user("auditor").get(INDEX).get_json()

    assert answer == json.loads(json.dumps(index().offline())) | {"favour": {}}


def test_its_lines_are_those_of_the_list(as_user: AsUser) -> None:
    api = as_user("leader")

    assert api.get(INDEX).get_json()["codes"] == api.get("/defect-codes").get_json()["items"]


def test_the_index_is_sent_again_only_when_it_has_changed(as_user: AsUser, people: Ids, app: Flask) -> None:
    api = as_user("leader")
    first = api.get(INDEX)
    tag = first.headers["ETag"]
    held = api.send("GET", INDEX, headers={"If-None-Match": tag})

    assert not tag.startswith("W/")
    assert (held.status_code, held.data, held.headers["ETag"]) == (304, b"", tag)
    assert first.headers["Cache-Control"] == "private, no-cache"

    submitted(as_user, people, "5.02.05")
    app.extensions.pop("chahe.favours", None)
    anew = api.send("GET", INDEX, headers={"If-None-Match": tag})
    assert (anew.status_code, anew.get_json()["favour"]) == (200, {"5.02.05": 1_000_000})


def test_two_readers_of_one_address_are_told_apart(as_user: AsUser) -> None:
    assert "Authorization" in as_user("leader").get(INDEX).headers["Vary"]


def test_the_index_is_small(as_user: AsUser) -> None:
    assert len(as_user("leader").get(INDEX).data) < 250_000
