"""Tenders by the API: adding and changing them, their versions, and who sees which."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from inspect_app.core.database import session
from inspect_app.tenders.queries import TenderFilter, count
from tests import builders
from tests.clients import Api
from tests.conftest import Write
from tests.databases import counted

AsUser = Callable[[str], Api]


def add(api: Api, number: str = "115-水-001", **known: Any) -> dict[str, Any]:
    answer = api.post("/tenders", builders.tender_body(number, **known))
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def numbers(api: Api, **query: Any) -> list[str]:
    answer = api.get("/tenders", **query)
    assert answer.status_code == 200, answer.text
    return [tender["number"] for tender in answer.get_json()["items"]]


@pytest.mark.every_database
def test_a_tender_is_added_with_what_is_known_and_an_id_of_ours(as_user: AsUser) -> None:
    answer = as_user("staff").post("/tenders", builders.tender_body())

    body = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert UUID(body.pop("id"))
    assert body == builders.tender_body()


def test_only_number_name_and_agency_must_be_known(as_user: AsUser) -> None:
    body = {"number": "1", "name": "橋", "agency": "測試區公所"}

    added = as_user("staff").post("/tenders", body).get_json()

    assert (added["kind"], added["own"], added["budget_twd"], added["status"]) == ("work", True, None, None)


@pytest.mark.every_database
def test_an_agency_s_number_is_used_once(as_user: AsUser) -> None:
    staff = as_user("staff")
    add(staff)

    assert staff.post("/tenders", builders.tender_body()).status_code == 409
    assert staff.post("/tenders", builders.tender_body(agency="另一個機關")).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""),
        ("number", "長" * 41),
        ("number", 7),
        ("name", " \u3000 "),
        ("agency", None),
        ("kind", "building"),
        ("own", "yes"),
        ("own", 1),
        ("budget_twd", -1),
        ("budget_twd", 1.0),
        ("budget_twd", "5"),
        ("budget_twd", True),
        ("contract_twd", 10**15 + 1),
        ("status", "長" * 21),
    ],
)
def test_a_field_that_cannot_be_meant_is_named(as_user: AsUser, field: str, value: object) -> None:
    answer = as_user("staff").post("/tenders", builders.tender_body() | {field: value})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


@pytest.mark.parametrize("username", ["admin", "leader", "member1", "agency", "contractor", "auditor"])
def test_only_staff_write_tenders(as_user: AsUser, username: str) -> None:
    assert as_user(username).post("/tenders", builders.tender_body()).status_code == 403


# -- versions ------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_tender_is_replaced_under_its_version(as_user: AsUser) -> None:
    staff = as_user("staff")
    path = f"/tenders/{add(staff)['id']}"
    etag = staff.get(path).headers["ETag"]

    changed = staff.put(path, builders.tender_body(name="改名後"), if_match=etag)

    assert (changed.status_code, changed.get_json()["name"]) == (200, "改名後")
    assert changed.headers["ETag"] == '"2"'
    assert staff.get(path).get_json()["name"] == "改名後"


def test_without_a_version_nothing_is_replaced(as_user: AsUser) -> None:
    staff = as_user("staff")
    path = f"/tenders/{add(staff)['id']}"

    assert staff.put(path, builders.tender_body(name="改名後")).status_code == 428
    assert staff.get(path).get_json()["name"] != "改名後"


def test_an_older_version_replaces_nothing(as_user: AsUser) -> None:
    staff = as_user("staff")
    path = f"/tenders/{add(staff)['id']}"
    staff.put(path, builders.tender_body(name="先到"), if_match='"1"')

    late = staff.put(path, builders.tender_body(name="後到"), if_match='"1"')

    assert (late.status_code, late.get_json()["code"]) == (412, "stale")
    assert staff.get(path).get_json()["name"] == "先到"


def test_what_changes_nothing_keeps_its_version(as_user: AsUser) -> None:
    staff = as_user("staff")
    path = f"/tenders/{add(staff)['id']}"

    assert staff.put(path, builders.tender_body(), if_match='"1"').headers["ETag"] == '"1"'


def test_a_tender_does_not_take_another_s_number(as_user: AsUser) -> None:
    staff = as_user("staff")
    add(staff, "115-水-001")
    path = f"/tenders/{add(staff, '115-水-002')['id']}"

    assert staff.put(path, builders.tender_body("115-水-001"), if_match='"1"').status_code == 409


def test_a_tender_may_lose_its_contractor(as_user: AsUser) -> None:
    staff = as_user("staff")
    path = f"/tenders/{add(staff)['id']}"

    changed = staff.put(path, builders.tender_body(contractor=None), if_match='"1"').get_json()

    assert changed["contractor"] is None


def test_a_tender_that_is_not_there_is_not_replaced(as_user: AsUser) -> None:
    answer = as_user("staff").put(f"/tenders/{uuid4()}", builders.tender_body(), if_match='"1"')

    assert answer.status_code == 404


# -- who sees which ------------------------------------------------------------------------------------


@pytest.fixture
def two_tenders(write: Write, people: dict[str, UUID]) -> dict[str, UUID]:
    """One of the cast's, one in which nobody of the cast has a part."""
    with write() as current:
        ours = builders.tender(current, "115-水-001", pcm=builders.PCM)
        theirs = builders.tender(
            current, "115-水-002", agency="別的機關", supervisor="別的顧問", contractor="別的營造"
        )
        return {"ours": ours.id, "theirs": theirs.id}


INSPECTED = ["agency", "supervisor", "contractor", "pcm"]


@pytest.mark.parametrize("username", ["staff", "leader", "member1", "auditor"])
def test_the_team_and_the_auditor_see_every_tender(
    as_user: AsUser, two_tenders: dict[str, UUID], username: str
) -> None:
    api = as_user(username)

    assert numbers(api) == ["115-水-001", "115-水-002"]
    assert api.get(f"/tenders/{two_tenders['theirs']}").status_code == 200


@pytest.mark.every_database
@pytest.mark.parametrize("username", INSPECTED)
def test_the_inspected_see_their_own_and_no_other(
    as_user: AsUser, two_tenders: dict[str, UUID], username: str
) -> None:
    api = as_user(username)

    assert numbers(api) == ["115-水-001"]
    assert api.get(f"/tenders/{two_tenders['ours']}").status_code == 200
    assert api.get(f"/tenders/{two_tenders['theirs']}").status_code == 404
    assert api.get(f"/tenders/{two_tenders['theirs']}/progress").status_code == 404


@pytest.mark.parametrize("query", [{"q": "115-水-002"}, {"q": "別的"}, {"agency": "別的機關"}])
@pytest.mark.parametrize("username", INSPECTED)
def test_no_search_shows_the_inspected_another_s_tender(
    as_user: AsUser, two_tenders: dict[str, UUID], username: str, query: dict[str, str]
) -> None:
    assert numbers(as_user(username), **query) == []


def test_another_contractor_sees_nothing(as_user: AsUser, two_tenders: dict[str, UUID]) -> None:
    api = as_user("other_contractor")

    assert numbers(api) == []
    assert api.get(f"/tenders/{two_tenders['ours']}").status_code == 404


def test_a_contractor_s_name_as_supervisor_shows_nothing(
    as_user: AsUser, write: Write, people: dict[str, UUID]
) -> None:
    with write() as current:
        builders.tender(current, supervisor=builders.OTHER_CONTRACTOR)

    assert numbers(as_user("other_contractor")) == []


@pytest.mark.parametrize(("username", "expected"), [("staff", 2), ("contractor", 1), ("other_contractor", 0)])
def test_a_count_counts_what_one_sees(
    app: Flask, write: Write, two_tenders: dict[str, UUID], username: str, expected: int
) -> None:
    with write() as current:
        actor = builders.actor(current, username)

    with app.app_context():
        assert count(session(), actor, TenderFilter()) == expected


def test_the_admin_has_no_business_with_tenders(as_user: AsUser, two_tenders: dict[str, UUID]) -> None:
    assert as_user("admin").get("/tenders").status_code == 403


def test_not_yours_and_not_there_look_the_same(as_user: AsUser, two_tenders: dict[str, UUID]) -> None:
    api = as_user("contractor")
    hidden = api.get(f"/tenders/{two_tenders['theirs']}").get_json()
    absent = api.get(f"/tenders/{uuid4()}").get_json()

    hidden.pop("request_id"), absent.pop("request_id")
    assert hidden == absent


# -- lists ---------------------------------------------------------------------------------------------


@pytest.fixture
def fifty(write: Write, people: dict[str, UUID]) -> list[str]:
    """Fifty tenders; their numbers in order."""
    with write() as current:
        made = [builders.tender(current, f"115-{n:03}") for n in range(50)]
        return [tender.number for tender in made]


@pytest.mark.every_database
@pytest.mark.parametrize("limit", [1, 7, 49, 50, 200])
def test_pages_show_every_tender_once_and_in_order(as_user: AsUser, fifty: list[str], limit: int) -> None:
    staff, seen, query = as_user("staff"), [], {"limit": limit}
    while True:
        page = staff.get("/tenders", **query).get_json()
        assert len(page["items"]) <= limit
        seen += [tender["number"] for tender in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert seen == fifty


def test_a_tender_added_meanwhile_repeats_no_other(as_user: AsUser, fifty: list[str], write: Write) -> None:
    staff = as_user("staff")
    first = staff.get("/tenders", limit=25).get_json()
    with write() as current:
        builders.tender(current, "115-000a")

    second = staff.get("/tenders", limit=25, cursor=first["next"]).get_json()

    assert [tender["number"] for tender in first["items"] + second["items"]] == fifty


@pytest.mark.parametrize("cursor", ["nonsense", "<s:1", ">s:1", ">n:~n:", ">~", ">x:1~y:2", "é", "~" * 50])
def test_a_cursor_nobody_gave_is_named(as_user: AsUser, fifty: list[str], cursor: str) -> None:
    answer = as_user("staff").get("/tenders", cursor=cursor)

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "cursor"


@pytest.mark.every_database
@pytest.mark.parametrize("cursor", [">i:1~i:2", ">s:1~s:2", ">s:1~i:2"])
def test_a_cursor_of_another_list_is_no_bug(as_user: AsUser, fifty: list[str], cursor: str) -> None:
    assert as_user("staff").get("/tenders", cursor=cursor).status_code in {200, 422}


@pytest.mark.parametrize("limit", ["0", "-1", "201", "many", "1.5", ""])
def test_a_limit_is_from_1_to_200(as_user: AsUser, limit: str) -> None:
    answer = as_user("staff").get("/tenders", limit=limit)

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "limit"


def test_a_list_takes_the_same_few_statements_for_one_and_for_fifty(
    app: Flask, as_user: AsUser, fifty: list[str]
) -> None:
    staff = as_user("staff")
    with counted(app) as for_one:
        staff.get("/tenders", limit=1)
    with counted(app) as for_fifty:
        staff.get("/tenders", limit=50)

    assert len(for_fifty) == len(for_one) <= 3  # BEGIN, who asks, the tenders


@pytest.fixture
def varied(write: Write, people: dict[str, UUID]) -> None:
    with write() as current:
        builders.tender(current, "A-1", name="一號橋工程")
        builders.tender(current, "A-2", name="二號橋監造", kind="service", own=False, status="已完工")
        builders.tender(current, "B-3", name="100%無障礙_步道", agency="別的機關", budget_twd=None)


@pytest.mark.every_database
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["A-1", "A-2", "B-3"]),
        ({"q": "橋"}, ["A-1", "A-2"]),
        ({"q": "b-"}, ["B-3"]),
        ({"q": "%"}, ["B-3"]),
        ({"q": "_"}, ["B-3"]),
        ({"q": "測試營造"}, ["A-1", "A-2", "B-3"]),
        ({"q": "別的機關"}, ["B-3"]),
        ({"q": "no such"}, []),
        ({"kind": "service"}, ["A-2"]),
        ({"own": "false"}, ["A-2"]),
        ({"status": "已完工"}, ["A-2"]),
        ({"agency": "別的機關"}, ["B-3"]),
        ({"agency": "別的"}, []),
        ({"budget": "unknown"}, ["B-3"]),
        ({"budget": "known", "kind": "work"}, ["A-1"]),
    ],
)
def test_a_list_is_narrowed(as_user: AsUser, varied: None, query: dict[str, str], found: list[str]) -> None:
    assert numbers(as_user("staff"), **query) == found
