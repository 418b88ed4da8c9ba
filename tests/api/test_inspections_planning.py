"""Planning: who goes where on which day (組織準則 art. 5, 作業辦法 art. 5), changed only by who saw the latest."""

from typing import Any
from uuid import uuid4

import pytest

from inspect_app.core.permissions import Role
from tests import builders
from tests.inspections_builders import TEAM, AsUser, Ids, Visit, errors, expect, plan_body


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.planned(as_user, people)


def another_tender(visit: Visit) -> str:
    answer = visit.api("staff").post("/tenders", builders.tender_body("115-水-900"))
    return str(expect(answer, 201).get_json()["id"])


def plan(visit: Visit, **changes: Any) -> Any:
    """A second visit to the same tender, a week later unless said otherwise."""
    given = {"tender": visit.tender, "on": "2026-11-27"} | changes
    return visit.api("staff").post("/inspections", plan_body(people=visit.people, **given))


@pytest.mark.every_database
def test_a_planned_visit_shows_its_tender_day_and_team(visit: Visit) -> None:
    row = visit.read()

    assert (row["state"], row["tender"], row["on"]) == ("planned", visit.tender, "2026-11-20")
    assert [(person["name"], person["role"], person["outside"]) for person in row["team"]] == [
        ("丙領隊", "leader", False),
        ("丁委員", "member", True),
        ("戊委員", "member", False),
    ]


def test_planning_answers_with_the_version_to_change_it_by(visit: Visit) -> None:
    answer = plan(visit)

    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'


def test_the_kind_is_an_inspection_unless_said(visit: Visit) -> None:
    body = plan_body(visit.tender, visit.people, on="2026-11-27")
    del body["kind"]

    assert visit.api("staff").post("/inspections", body).get_json()["kind"] == "inspection"


@pytest.mark.parametrize("username", ["leader", "member1", "auditor", "admin", "agency", "contractor"])
def test_only_staff_plan(visit: Visit, username: str) -> None:
    body = plan_body(visit.tender, visit.people, on="2026-11-27")

    assert visit.api(username).post("/inspections", body).status_code == 403


def test_the_leader_must_be_one(visit: Visit) -> None:
    assert errors(plan(visit, leader=str(visit.people["member1"]), members=[])) == ["leader"]


@pytest.mark.parametrize("username", ["staff", "admin", "agency", "contractor", "auditor"])
def test_a_member_must_be_an_inspector(visit: Visit, username: str) -> None:
    assert errors(plan(visit, members=[str(visit.people[username])])) == ["members[0]"]


def test_a_member_nobody_knows_is_named(visit: Visit) -> None:
    assert errors(plan(visit, members=[str(visit.people["member1"]), str(uuid4())])) == ["members[1]"]


def test_nobody_goes_twice(visit: Visit) -> None:
    leader, member = str(visit.people["leader"]), str(visit.people["member1"])

    assert errors(plan(visit, members=[leader, member, member])) == ["members[0]", "members[2]"]


def test_another_leader_may_come_along_as_a_member(visit: Visit, write: Any) -> None:
    with write() as session:
        other = builders.person(session, builders.Person("second", "丑領隊", Role.LEADER))

    answer = expect(plan(visit, members=[str(other.id)]), 201)

    assert [person["role"] for person in answer.get_json()["team"]] == ["leader", "member"]


def test_who_has_left_does_not_go(visit: Visit, write: Any) -> None:
    with write() as session:
        builders.user(session, "member2").active = False

    assert errors(plan(visit)) == ["members[1]"]


def test_a_tender_nobody_knows_is_named(visit: Visit) -> None:
    assert errors(plan(visit, tender=str(uuid4()))) == ["tender"]


WRONG: dict[str, Any] = {
    "on": [
        "2026-02-30",
        "115年11月27日",
        "20261127",
        "2026-W48-5",
        "1911-12-31",
        "9999-12-31",
        "",
        None,
        20261127,
    ],
    "method": ["surprise", "", None, 1],
    "kind": ["audit", "", 1],
    "leader": ["", "somebody", None, 7],
    "members": ["", None, {}],
    "tender": ["", "A1", None],
    "state": ["issued"],
}


@pytest.mark.parametrize("field", WRONG)
def test_a_plan_that_cannot_be_meant_is_named(visit: Visit, field: str) -> None:
    assert [errors(plan(visit, **{field: value})) for value in WRONG[field]] == [[field]] * len(WRONG[field])


@pytest.mark.every_database
def test_a_tender_is_visited_once_a_day(visit: Visit) -> None:
    answer = plan(visit, on="2026-11-20")

    assert answer.status_code == 409
    assert "同案同日" in answer.get_json()["detail"]


@pytest.mark.every_database
def test_a_cancelled_visit_frees_its_day(visit: Visit) -> None:
    expect(visit.post("staff", "/cancel", {"reason": "颱風停班"}), 200)

    assert plan(visit, on="2026-11-20").status_code == 201


def test_replanning_onto_a_taken_day_is_refused(visit: Visit) -> None:
    expect(plan(visit, on="2026-11-27"), 201)

    assert visit.replan(visit.etag(), on="2026-11-27").status_code == 409


# -- changing a plan -------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_planned_visit_may_change_its_day(visit: Visit) -> None:
    answer = expect(visit.replan(visit.etag(), on="2026-11-25"), 200)

    assert answer.get_json()["on"] == visit.read()["on"] == "2026-11-25"


def test_changing_a_plan_needs_if_match(visit: Visit) -> None:
    assert visit.replan(on="2026-11-25").status_code == 428


def test_a_plan_changed_meanwhile_is_not_overwritten(visit: Visit) -> None:
    seen = visit.etag()
    expect(visit.replan(seen, on="2026-11-25"), 200)

    assert visit.replan(seen, on="2026-11-26").status_code == 412
    assert visit.read()["on"] == "2026-11-25"


def test_a_team_changed_meanwhile_is_not_overwritten(visit: Visit) -> None:
    seen = visit.etag()
    expect(visit.replan(seen, members=[str(visit.people["member1"])]), 200)

    assert visit.replan(seen, members=[str(visit.people["member2"])]).status_code == 412


def test_a_started_visit_is_no_longer_planned(visit: Visit) -> None:
    visit.declare(*TEAM)
    expect(visit.start(), 200)

    assert visit.replan(visit.etag(), on="2026-11-25").status_code == 409


@pytest.mark.every_database
def test_those_who_stay_keep_their_declarations(visit: Visit) -> None:
    visit.declare("leader", "member1")

    answer = expect(visit.replan(visit.etag(), members=[str(visit.people["member1"])]), 200)

    assert [person["declared"] for person in answer.get_json()["team"]] == [True, True]


def test_who_comes_new_has_not_declared(visit: Visit) -> None:
    member1, member2 = str(visit.people["member1"]), str(visit.people["member2"])
    visit.declare("leader", "member1")
    expect(visit.replan(visit.etag(), members=[member2]), 200)

    answer = expect(visit.replan(visit.etag(), members=[member2, member1]), 200)

    assert [person["declared"] for person in answer.get_json()["team"]] == [True, False, False]


@pytest.mark.every_database
def test_another_tender_drops_every_declaration(visit: Visit) -> None:
    visit.declare(*TEAM)

    expect(visit.replan(visit.etag(), tender=another_tender(visit)), 200)

    assert [person["declared"] for person in visit.read()["team"]] == [False, False, False]


def test_another_day_drops_no_declaration(visit: Visit) -> None:
    visit.declare(*TEAM)

    answer = expect(visit.replan(visit.etag(), on="2026-11-25"), 200)

    assert all(person["declared"] for person in answer.get_json()["team"])


def test_who_is_taken_off_the_team_no_longer_knows(visit: Visit) -> None:
    expect(visit.get("member2"), 200)
    expect(visit.replan(visit.etag(), members=[str(visit.people["member1"])]), 200)

    assert visit.get("member2").status_code == 404


# -- the share of outside experts ------------------------------------------------------------------------


def share(visit: Visit) -> dict[str, Any]:
    return dict(visit.read()["outside_share"])


def test_a_third_of_the_team_from_outside_is_enough(visit: Visit) -> None:
    assert share(visit) == {"outside": 1, "team": 3, "met": True, "warning": None}


def test_too_few_from_outside_is_warned_of_but_not_refused(visit: Visit) -> None:
    expect(visit.replan(visit.etag(), members=[str(visit.people["member2"])]), 200)

    found = share(visit)

    assert (found["outside"], found["team"], found["met"]) == (0, 2, False)
    assert "未達 1／3" in found["warning"]


@pytest.mark.parametrize(("on", "warned"), [("2023-08-18", False), ("2023-08-19", True)])
def test_the_share_is_asked_for_since_its_rule_is_in_force(visit: Visit, on: str, warned: bool) -> None:
    expect(visit.replan(visit.etag(), on=on, members=[str(visit.people["member2"])]), 200)

    assert (share(visit)["warning"] is not None) is warned


# -- cancelling --------------------------------------------------------------------------------------------


def test_a_visit_is_cancelled_with_its_reason(visit: Visit) -> None:
    answer = expect(visit.post("staff", "/cancel", {"reason": "颱風停班"}), 200)

    assert (answer.get_json()["state"], answer.get_json()["cancel_reason"]) == ("cancelled", "颱風停班")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": None}, {"reason": "字" * 501}])
def test_cancelling_needs_a_reason(visit: Visit, body: Any) -> None:
    assert errors(visit.post("staff", "/cancel", body)) == ["reason"]


def test_a_started_visit_is_not_cancelled(visit: Visit) -> None:
    visit.declare(*TEAM)
    expect(visit.start(), 200)

    assert visit.post("staff", "/cancel", {"reason": "颱風停班"}).status_code == 409


def test_a_cancelled_visit_does_not_start(visit: Visit) -> None:
    visit.declare(*TEAM)
    expect(visit.post("staff", "/cancel", {"reason": "颱風停班"}), 200)

    assert visit.start().status_code == 409


def test_a_cancelled_visit_takes_no_submission(visit: Visit) -> None:
    visit.declare(*TEAM)
    expect(visit.post("staff", "/cancel", {"reason": "颱風停班"}), 200)

    assert visit.submit().status_code == 409


# -- lists -------------------------------------------------------------------------------------------------


def test_the_newest_day_comes_first(visit: Visit) -> None:
    expect(plan(visit, on="2026-11-27"), 201)

    rows = visit.api("staff").get("/inspections").get_json()["items"]

    assert [row["on"] for row in rows] == ["2026-11-27", "2026-11-20"]


FILTERS: list[tuple[dict[str, str], int]] = [
    ({"state": "planned"}, 1),
    ({"state": "issued"}, 0),
    ({"since": "2026-11-20", "until": "2026-11-20"}, 1),
    ({"since": "2026-11-21"}, 0),
    ({"until": "2026-11-19"}, 0),
]


@pytest.mark.parametrize(("query", "found"), FILTERS)
def test_a_list_is_narrowed(visit: Visit, query: dict[str, str], found: int) -> None:
    rows = visit.api("staff").get("/inspections", tender=visit.tender, **query).get_json()["items"]

    assert len(rows) == found


def test_a_list_pages_by_cursor(visit: Visit) -> None:
    for day in ("2026-11-25", "2026-11-26", "2026-11-27"):
        expect(plan(visit, on=day), 201)
    staff, query = visit.api("staff"), {"limit": "2"}

    first = staff.get("/inspections", **query).get_json()
    second = staff.get("/inspections", cursor=first["next"], **query).get_json()

    seen = [row["on"] for row in first["items"] + second["items"]]
    assert (seen, second["next"]) == (["2026-11-27", "2026-11-26", "2026-11-25", "2026-11-20"], None)
