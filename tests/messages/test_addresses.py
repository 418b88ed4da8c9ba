"""One's mail address: changed only by who reads mail there and is signed in."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from inspect_app.accounts.models import User
from inspect_app.core.clock import FixedClock
from inspect_app.messages.models import OutboxMessage
from tests.clients import Page
from tests.conftest import MORNING, Write

pytestmark = pytest.mark.every_database
NEW = "new@agency.example"


@pytest.fixture
def signed_in(page: Page, people: dict[str, UUID], write: Write) -> Page:
    with write() as session:
        session.get_one(User, people["staff"]).email = "old@agency.example"
    page.sign_in("staff")
    page.get("/settings/notifications")
    return page


def mails(write: Write) -> list[OutboxMessage]:
    with write() as session:
        rows = list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.kind.desc())))
        session.expunge_all()
        return rows


def link(row: OutboxMessage) -> str:
    return next(str(block["path"]) for block in row.content["blocks"] if isinstance(block, dict))


def email(write: Write, people: dict[str, UUID]) -> str | None:
    with write() as session:
        return session.get_one(User, people["staff"]).email


def ask(page: Page, address: str = NEW) -> int:
    return page.post("/settings/notifications/address", email=address).status_code


def test_a_new_address_counts_once_its_link_is_used(
    signed_in: Page, write: Write, people: dict[str, UUID]
) -> None:
    assert ask(signed_in) == 303

    (mail,) = mails(write)
    assert (mail.email, mail.user_id) == (NEW, None)
    assert email(write, people) == "old@agency.example"
    path = link(mail)
    assert NEW in signed_in.get(path).text
    assert email(write, people) == "old@agency.example"
    assert signed_in.post(path).status_code == 303
    assert email(write, people) == NEW
    assert signed_in.post(path).status_code == 404
    told = [row.email for row in mails(write) if row.kind == "accounts.address_changed"]
    assert told == ["old@agency.example"]


def test_the_link_is_of_no_use_to_another(
    signed_in: Page, app: Flask, write: Write, people: dict[str, UUID]
) -> None:
    ask(signed_in)
    path = link(mails(write)[0])
    other = Page(app.test_client())

    assert other.get(path).status_code == 302
    other.sign_in("leader")
    assert other.get(path).status_code == 404
    assert other.post(path).status_code == 404
    assert email(write, people) == "old@agency.example"


def test_the_code_is_nowhere_in_the_inbox(signed_in: Page, write: Write) -> None:
    ask(signed_in)

    assert link(mails(write)[0]) not in signed_in.get("/inbox").text
    assert "還沒有訊息" in signed_in.get("/inbox").text


def test_a_link_ends_after_a_day(
    signed_in: Page, write: Write, people: dict[str, UUID], fixed_clock: FixedClock
) -> None:
    ask(signed_in)
    fixed_clock.instant = MORNING + timedelta(hours=24)
    signed_in.sign_in("staff")
    signed_in.get("/settings/notifications")

    assert signed_in.post(link(mails(write)[0])).status_code == 404
    assert email(write, people) == "old@agency.example"


def test_nobody_is_sent_links_without_end(signed_in: Page, write: Write) -> None:
    assert [ask(signed_in, f"a{n}@agency.example") for n in range(6)] == [303] * 5 + [409]
    assert len(mails(write)) == 5


def test_a_wrong_address_is_refused_with_an_example(signed_in: Page, write: Write) -> None:
    for wrong in ("nobody", "a@b", "a@agency.example\r\nBcc: x@y.example", f"{'a' * 250}@agency.example"):
        assert ask(signed_in, wrong) == 422
    assert mails(write) == []


def test_an_empty_address_takes_it_away_and_the_old_one_is_told(
    signed_in: Page, write: Write, people: dict[str, UUID]
) -> None:
    assert ask(signed_in, "") == 303

    assert email(write, people) is None
    assert [row.email for row in mails(write)] == ["old@agency.example"]


def test_the_page_offers_what_may_be_chosen_and_keeps_it(signed_in: Page) -> None:
    from tests import messages_builders

    messages_builders.declare()
    shown = signed_in.get("/settings/notifications").text
    assert re.search(r'value="tests.weekly" checked', shown)
    assert "催辦通知" in shown
    assert "一定寄信" in shown
    assert "確認信箱</" not in shown

    signed_in.post("/settings/notifications/choices")
    assert not re.search(r'value="tests.weekly" checked', signed_in.get("/settings/notifications").text)
    signed_in.post("/settings/notifications/choices", mailed="tests.weekly")
    assert re.search(r'value="tests.weekly" checked', signed_in.get("/settings/notifications").text)


def add_user(app: Flask, *more: str) -> Result:
    words = ("add-user", "new", "--name", "新人", "--role", "staff", "--password", "long enough words", *more)
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(words))


def test_a_person_may_be_added_with_an_address(app: Flask, write: Write) -> None:
    wrong = add_user(app, "--email", "nobody")
    assert wrong.exit_code == 1
    assert "應為信箱" in wrong.output

    assert add_user(app, "--email", NEW).exit_code == 0
    with write() as session:
        assert session.scalars(select(User.email)).one() == NEW
