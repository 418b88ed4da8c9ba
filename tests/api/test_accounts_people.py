"""Who may see people, and the difference between 401, 403 and 404."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from tests.clients import Api

AsUser = Callable[[str], Api]


def test_staff_see_the_people_of_a_role(as_user: AsUser, people: dict[str, UUID]) -> None:
    answer = as_user("staff").get("/people", role="member")

    assert {person["id"] for person in answer.get_json()["items"]} == {
        str(people["member1"]),
        str(people["member2"]),
    }


def test_a_person_shows_name_role_and_whether_outside_and_no_more(as_user: AsUser) -> None:
    first = as_user("staff").get("/people", role="member").get_json()["items"]

    assert {each["outside"] for each in first} == {True, False}
    assert all(each.keys() == {"id", "name", "role", "outside"} for each in first)


def test_people_page_by_cursor(as_user: AsUser, people: dict[str, UUID]) -> None:
    staff, seen, cursor = as_user("staff"), [], None
    while True:
        query = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = staff.get("/people", **query).get_json()
        seen += [each["id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break

    assert sorted(seen) == sorted(str(id_) for id_ in people.values())


@pytest.mark.parametrize("username", ["admin", "leader", "member1", "auditor", "agency", "contractor"])
def test_people_are_for_staff_only(as_user: AsUser, username: str) -> None:
    assert as_user(username).get("/people").status_code == 403


def test_without_a_token_401(client: Api) -> None:
    assert client.get("/people").status_code == 401


def test_a_role_that_may_never_403(as_user: AsUser) -> None:
    assert as_user("contractor").post("/tenders", {}).status_code == 403


def test_what_is_absent_404(as_user: AsUser) -> None:
    assert as_user("staff").get(f"/tenders/{uuid4()}").status_code == 404


def test_an_address_nobody_serves_404(as_user: AsUser) -> None:
    answer = as_user("staff").get("/no-such-thing")

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_method_nobody_serves_405_names_those_that_are(as_user: AsUser) -> None:
    answer = as_user("staff").delete("/tenders")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_an_unknown_role_is_named_as_wrong(as_user: AsUser) -> None:
    answer = as_user("staff").get("/people", role="king")

    assert answer.status_code == 422
    assert answer.get_json()["errors"] == [{"field": "role", "reason": "沒有這個角色。"}]


def test_an_unknown_key_of_the_query_is_named(as_user: AsUser) -> None:
    answer = as_user("staff").get("/people", rolle="member")

    assert answer.status_code == 422
    assert [each["field"] for each in answer.get_json()["errors"]] == ["rolle"]
