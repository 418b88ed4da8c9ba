"""Contacts: kept by the staff, for each agency and the city, with what is missing."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from inspect_app.accounts import contacts
from inspect_app.accounts import queries as accounts
from inspect_app.accounts.models import Contact, User
from inspect_app.core import audit
from tests import builders
from tests.clients import Api, Page
from tests.conftest import Write

pytestmark = pytest.mark.every_database

AsUser = Callable[[str], Api]
HEAD = {"organisation": builders.AGENCY, "duty": "head", "name": "某局長", "email": "head@agency.example"}


@pytest.fixture
def agency(people: dict[str, UUID], write: Write) -> UUID:
    with write() as session:
        builders.tender(session)
        found = accounts.organisation_named(session, builders.AGENCY)
        assert found is not None
        return found.id


def test_a_contact_is_added_read_changed_and_removed(as_user: AsUser, agency: UUID, write: Write) -> None:
    api = as_user("staff")
    answer = api.post("/contacts", HEAD)
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert {name: made[name] for name in HEAD} == HEAD
    path = f"/contacts/{made['id']}"
    assert api.get(path).get_json() == made

    changed = api.send("PUT", path, json=HEAD | {"name": "新局長"})
    assert changed.get_json()["name"] == "新局長"
    assert [row["id"] for row in api.get("/contacts", organisation=builders.AGENCY).get_json()["items"]] == [
        made["id"]
    ]
    with write() as session:
        assert [each.email for each in contacts.of_organisation(session, agency, contacts.HEAD)] == [
            HEAD["email"]
        ]
        actions = [event.action for event in audit.history(session, "contact", made["id"])]
    assert sorted(actions) == ["contact.added", "contact.changed"]

    assert api.send("DELETE", path).status_code == 204
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"organisation": "沒有這個機關"}, "organisation"),
        ({"duty": "boss"}, "duty"),
        ({"duty": "manager"}, "duty"),
        ({"email": "not an address"}, "email"),
        ({"email": None}, "email"),
        ({"name": None}, "name"),
        ({"name": "  "}, "name"),
        ({"user": str(uuid4()), "name": None, "email": None}, "user"),
    ],
)
def test_a_wrong_field_is_named(as_user: AsUser, agency: UUID, change: dict[str, object], field: str) -> None:
    answer = as_user("staff").post("/contacts", HEAD | change)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_the_same_duty_is_not_given_twice(as_user: AsUser, agency: UUID) -> None:
    api = as_user("staff")
    made = api.post("/contacts", HEAD).get_json()

    assert api.post("/contacts", HEAD).status_code == 422
    assert api.send("PUT", f"/contacts/{made['id']}", json=HEAD).status_code == 200


def test_an_account_lends_name_address_and_inbox(
    as_user: AsUser, agency: UUID, people: dict[str, UUID], write: Write
) -> None:
    wanted = {"organisation": None, "duty": "manager", "user": str(people["auditor"])}
    with write() as session:
        session.execute(update(User).where(User.id == people["auditor"]).values(email="m@city.example"))

    made = as_user("staff").post("/contacts", wanted).get_json()

    assert (made["organisation"], made["name"], made["email"]) == (None, "子稽核", "m@city.example")
    with write() as session:
        found = contacts.of_organisation(session, None, contacts.MANAGER)
        assert [each.user_id for each in found] == [people["auditor"]]


def test_the_page_says_what_is_missing_until_it_is_there(page: Page, agency: UUID) -> None:
    page.sign_in("staff")

    shown = page.get("/contacts").text
    assert "缺科室主管：催辦將無人可寄" in shown
    assert "缺機關首長" in shown
    assert "缺市府長官" in shown
    assert "缺承辦人" not in shown
    assert "寄給帳號：己主辦" in shown

    page.get("/contacts/new")
    assert page.post("/contacts/new", **HEAD).status_code == 303
    shown = page.get("/contacts").text
    assert "缺機關首長" not in shown
    assert "head@agency.example" in shown
    section_head = HEAD | {"duty": "section_head", "email": "s@agency.example"}
    page.post("/contacts/new", **section_head)
    assert "沒有符合的機關" in page.get("/contacts?show=missing").text


def test_an_agency_without_anybody_lacks_an_officer_too(
    page: Page, agency: UUID, write: Write, people: dict[str, UUID]
) -> None:
    with write() as session:
        session.execute(update(User).where(User.id == people["agency"]).values(active=False))
    page.sign_in("staff")

    assert "缺承辦人" in page.get("/contacts?show=missing").text


def test_a_form_that_is_wrong_keeps_what_was_typed(page: Page, agency: UUID) -> None:
    page.sign_in("staff")
    page.get("/contacts/new")

    answer = page.post("/contacts/new", **HEAD | {"email": "wrong", "name": "保留的名字"})

    assert answer.status_code == 422
    assert "保留的名字" in answer.text
    assert "應為信箱" in answer.text


def test_a_contact_is_changed_and_removed_by_page(
    page: Page, agency: UUID, as_user: AsUser, write: Write
) -> None:
    made = as_user("staff").post("/contacts", HEAD).get_json()
    page.sign_in("staff")
    page.get(f"/contacts/{made['id']}/edit")

    page.post(f"/contacts/{made['id']}/edit", **HEAD | {"organisation": "", "duty": "manager"})
    with write() as session:
        row = session.get_one(Contact, UUID(made["id"]))
        assert (row.organisation_id, row.duty) == (None, "manager")
    page.post(f"/contacts/{made['id']}/remove")
    with write() as session:
        assert session.get(Contact, UUID(made["id"])) is None
