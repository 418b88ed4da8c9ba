"""What operations see of messages, and what an administrator decides."""

from collections.abc import Callable

import pytest
from flask import Flask

from inspect_app.core.clock import FixedClock
from inspect_app.messages.models import DEAD, SENT, WAITING
from tests.clients import Api, Page
from tests.conftest import MORNING, MakeApp, Write
from tests.mailserver import ACCEPT, serving
from tests.message_builders import SECRET, message
from tests.messages.letters_in_tests import SENDER, deliver, letter, post, post_many, row

AsUser = Callable[[str], Api]
UNKNOWN = "收件人地址不存在或不正確（RCPT 550 5.1.1）"


def test_the_administrator_sees_how_messages_fare_and_not_what_they_say(
    as_user: AsUser, write: Write
) -> None:
    with write() as session:
        message(session, "dead", MORNING, error=UNKNOWN)
        message(session, "waiting", MORNING)

    admin = as_user("admin")
    answer = admin.get("/operations/messages", state="dead")
    (item,) = answer.get_json()["items"]
    told = admin.get("/operations").get_json()

    assert (item["title"], item["name"], item["error"]) == ("測試催辦", "dead承辦", UNKNOWN)
    assert "請於今日" not in answer.text
    assert "十月份" not in answer.text
    assert (told["messages"]["waiting"], told["messages"]["dead"], told["messages"]["configured"]) == (
        1,
        1,
        False,
    )
    assert any("SMTP_URL" in finding["todo"] for finding in told["findings"])


def test_what_would_tell_of_a_visit_is_in_no_list_count_or_gauge(as_user: AsUser, write: Write) -> None:
    with write() as session:
        given_up = message(session, "secret", MORNING, SECRET, error=UNKNOWN)
        message(session, "other", MORNING, SECRET)

    admin = as_user("admin")
    told = admin.get("/operations").get_json()["messages"]

    assert admin.get("/operations/messages").get_json()["items"] == []
    assert (told["waiting"], told["dead"], told["oldest"]) == (0, 0, None)
    assert admin.post(f"/operations/messages/{given_up}/replay").status_code == 404
    assert 'chahe_messages{state="dead"} 0.0' in admin.get("//metrics").text


def test_a_replayed_message_goes_with_all_its_attempts_before_it(
    make_app: MakeApp, fixed_clock: FixedClock
) -> None:
    refused = [True]

    def manner(step: str, _address: str) -> str:
        return "550 5.1.1 no" if step == "RCPT" and refused[0] else ACCEPT

    with serving(manner) as server:
        app = make_app(SMTP_URL=server.url, MAIL_FROM=SENDER)
        post(app, letter("p0001", MORNING), at=MORNING)
        deliver(app)
        assert row(app, "p0001").state == DEAD
        refused[0] = False
        run(app, "replay", "--all")
        again = row(app, "p0001")
        assert (again.state, again.attempts, again.spent, again.error) == (WAITING, 1, 1, None)

        assert deliver(app) == 1

    assert (row(app, "p0001").state, row(app, "p0001").attempts) == (SENT, 2)


def test_a_message_sent_is_not_replayed(as_user: AsUser, write: Write) -> None:
    with write() as session:
        waiting = message(session, "waiting", MORNING)
        dead = message(session, "dead", MORNING, error=UNKNOWN)
    admin = as_user("admin")

    assert admin.post(f"/operations/messages/{waiting}/replay").status_code == 409
    assert admin.post(f"/operations/messages/{dead}/replay").get_json()["state"] == WAITING
    assert admin.post(f"/operations/messages/{dead}/replay").status_code == 409


def test_the_page_lists_by_state_and_sends_again(page: Page, people: object, write: Write) -> None:
    with write() as session:
        message(session, "dead", MORNING, error=UNKNOWN)
        message(session, "waiting", MORNING)
    page.sign_in("admin")

    seen = page.get("/operations/messages?state=dead").text
    assert UNKNOWN in seen
    assert "waiting承辦" not in seen
    assert page.post("/operations/messages/replay").status_code == 303
    assert "已將 1 則排入重送" in page.get("/operations/messages").text


def run(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=["messages", *words])
    assert result.exit_code == 0, result.output
    return str(result.output)


def test_the_commands_list_discard_and_send(make_app: MakeApp) -> None:
    with serving() as server:
        app = make_app(SMTP_URL=server.url, MAIL_FROM=SENDER)
        post_many(app, 3, MORNING)
        post(app, letter("s", MORNING, kind=SECRET.name), at=MORNING)
        listed = run(app, "list", "--state", "waiting")
        first = next(line for line in listed.splitlines() if "p0000" in line).split("\t")[0]

        assert "1 則已取消" in run(app, "discard", "--reason", "重複", first)
        assert "已由管理者取消：重複" in run(app, "list")
        assert "（不公開）" in listed
        assert "s承辦" not in listed
        assert "寄出 3 封" in run(app, "send")

    assert (row(app, "p0000").state, len(server.received)) == (DEAD, 3)


@pytest.mark.parametrize("words", [["replay"], ["discard", "--reason", "x"], ["send"]])
def test_a_command_that_cannot_be_done_says_what_to_do(app: Flask, words: list[str]) -> None:
    result = app.test_cli_runner().invoke(args=["messages", *words])

    assert result.exit_code != 0
    assert any(word in result.output for word in ("messages list", "SMTP_URL"))
