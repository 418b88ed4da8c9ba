"""Declarations of interest (組織準則 art. 8) and the start of a visit: nobody inspects whom he is tied to."""

from typing import Any

import pytest

from inspect_app.core.permissions import Role
from tests import builders
from tests.inspections_builders import TEAM, AsUser, Ids, Visit, errors, expect, strangers


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.planned(as_user, people)


def declared(visit: Visit) -> dict[str, Any]:
    return {person["name"]: person["conflict"] for person in visit.read()["team"] if person["declared"]}


def test_each_declares_for_himself_alone(visit: Visit) -> None:
    expect(visit.post("member1", "/declarations", {"conflict": False}), 200)

    assert declared(visit) == {"丁委員": False}


def test_nobody_says_whom_he_declares_for(visit: Visit) -> None:
    body = {"conflict": False, "member": str(visit.people["member2"])}

    assert errors(visit.post("member1", "/declarations", body)) == ["member"]


def test_a_conflict_is_declared_with_its_reason(visit: Visit) -> None:
    expect(visit.post("member1", "/declarations", {"conflict": True, "reason": "曾任職該廠商"}), 200)

    assert declared(visit) == {"丁委員": True}


@pytest.mark.parametrize("reason", [{}, {"reason": None}, {"reason": ""}, {"reason": "　 "}])
def test_a_conflict_needs_a_reason(visit: Visit, reason: dict[str, Any]) -> None:
    assert errors(visit.post("member1", "/declarations", {"conflict": True, **reason})) == ["reason"]


@pytest.mark.parametrize("conflict", ["false", 0, 1, None, "no", []])
def test_a_conflict_is_true_or_false_and_nothing_like_it(visit: Visit, conflict: Any) -> None:
    assert errors(visit.post("member1", "/declarations", {"conflict": conflict})) == ["conflict"]


def test_a_declaration_may_be_corrected_before_the_start(visit: Visit) -> None:
    visit.declare("member1")

    expect(visit.post("member1", "/declarations", {"conflict": True, "reason": "親屬"}), 200)

    assert declared(visit) == {"丁委員": True}


def test_a_declaration_is_not_changed_after_the_start(visit: Visit) -> None:
    visit.declare(*TEAM)
    expect(visit.start(), 200)

    answer = visit.post("member1", "/declarations", {"conflict": True, "reason": "親屬"})

    assert answer.status_code == 409


def test_staff_who_are_not_on_the_team_declare_nothing(visit: Visit) -> None:
    assert visit.post("staff", "/declarations", {"conflict": False}).status_code == 403


def test_the_reason_is_kept_from_the_list_of_the_team(visit: Visit) -> None:
    expect(visit.post("member1", "/declarations", {"conflict": True, "reason": "曾任職該廠商"}), 200)

    assert "曾任職該廠商" not in visit.get("member2").text


# -- the start -----------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_visit_does_not_start_while_a_declaration_is_missing(visit: Visit) -> None:
    visit.declare("leader", "member1")

    answer = visit.start()

    assert answer.status_code == 409
    assert "戊委員尚未聲明" in answer.get_json()["detail"]


def test_a_visit_does_not_start_with_a_member_in_conflict(visit: Visit) -> None:
    visit.declare("leader", "member1")
    expect(visit.post("member2", "/declarations", {"conflict": True, "reason": "親屬"}), 200)

    answer = visit.start()

    assert answer.status_code == 409
    assert "戊委員聲明應迴避" in answer.get_json()["detail"]


def test_without_the_member_in_conflict_it_starts(visit: Visit) -> None:
    visit.declare("leader", "member1")
    expect(visit.post("member2", "/declarations", {"conflict": True, "reason": "親屬"}), 200)
    expect(visit.replan(visit.etag(), members=[str(visit.people["member1"])]), 200)

    assert visit.start().get_json()["state"] == "started"


@pytest.mark.every_database
def test_the_leader_starts_the_visit_now(visit: Visit) -> None:
    visit.declare(*TEAM)

    row = expect(visit.start(), 200).get_json()

    assert (row["state"], row["started_at"]) == ("started", "2026-11-23T01:00:00+00:00")


def test_the_leader_may_say_when_it_started(visit: Visit) -> None:
    visit.declare(*TEAM)

    row = visit.post("leader", "/start", {"started_at": "2026-11-20T08:30:00+08:00"}).get_json()

    assert row["started_at"] == "2026-11-20T00:30:00+00:00"


@pytest.mark.parametrize(
    "at",
    ["2026-11-20T08:30:00", "2026-11-20", "now", 1, "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-12:00"],
)
def test_a_start_that_cannot_be_meant_is_named(visit: Visit, at: Any) -> None:
    visit.declare(*TEAM)

    assert errors(visit.post("leader", "/start", {"started_at": at})) == ["started_at"]


def test_starting_again_changes_nothing(visit: Visit) -> None:
    visit.declare(*TEAM)
    first = visit.post("leader", "/start", {"started_at": "2026-11-20T08:30:00+08:00"})

    again = visit.post("leader", "/start", {"started_at": "2026-11-20T10:00:00+08:00"})

    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("username", ["member1", "staff", "auditor", "agency", "admin"])
def test_only_a_leader_starts(visit: Visit, username: str) -> None:
    visit.declare(*TEAM)

    assert visit.start(username).status_code == 403


def test_another_visits_leader_does_not_know_of_it(visit: Visit, write: Any) -> None:
    with write() as session:
        visit.people |= strangers(session)
    visit.declare(*TEAM)

    assert Visit(visit.as_user, visit.people, visit.tender, visit.id).start("other_leader").status_code == 404


def test_a_leader_who_only_came_along_does_not_start_it(visit: Visit, write: Any) -> None:
    with write() as session:
        other = builders.person(session, builders.Person("second", "丑領隊", Role.LEADER))
    visit.people["second"] = other.id
    expect(visit.replan(visit.etag(), members=[str(other.id)]), 200)
    visit.declare("leader", "second")

    assert visit.start("second").status_code == 403
