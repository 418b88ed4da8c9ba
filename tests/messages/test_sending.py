"""Mails go to a real server on loopback that accepts, refuses, stalls and drops."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage

import pytest
from flask import Flask

from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.messages import queue
from inspect_app.messages.letters import Recipient
from inspect_app.messages.models import DEAD, SENT, WAITING
from inspect_app.messages.pacing import DEFAULT
from tests.conftest import MORNING, MakeApp
from tests.mailserver import ACCEPT, DROP, DROP_AFTER, STALL, Manner, Server, serving
from tests.messages.letters_in_tests import FILE, SENDER, deliver, letter, post, post_many, row, rows

BUSY, UNKNOWN = "451 4.7.1 come again", "550 5.1.1 <p0001@agency.example> unknown"


def sending(make_app: MakeApp, server: Server) -> Flask:
    return make_app(SMTP_URL=server.url.replace("timeout=5", "timeout=1"), MAIL_FROM=SENDER)


def one(step: str, name: str, told: str) -> Manner:
    """Everything is accepted but one step of one recipient's."""
    return lambda at, address: told if (at, address) == (step, f"{name}@agency.example") else ACCEPT


def pause_words(app: Flask) -> str | None:
    with app.app_context():
        found = queue.paused(session())
        return found.error if found else None


@pytest.mark.every_database
def test_what_is_due_is_sent_once_in_the_order_in_which_it_is_due(make_app: MakeApp) -> None:
    with serving() as server:
        app = sending(make_app, server)
        post_many(app, 7, MORNING)

        assert [deliver(app), deliver(app)] == [7, 0]

    assert server.recipients == [f"p{n:04}@agency.example" for n in range(7)]
    assert [(each.state, each.attempts, each.lease_until) for each in rows(app)] == [(SENT, 1, None)] * 7
    assert {each.sent_at for each in rows(app)} == {MORNING}


def test_what_is_not_yet_due_waits(make_app: MakeApp, fixed_clock: FixedClock) -> None:
    with serving() as server:
        app = sending(make_app, server)
        post(app, letter("p0001", MORNING + timedelta(minutes=1)), at=MORNING)

        assert deliver(app) == 0
        fixed_clock.instant += timedelta(minutes=1)
        assert deliver(app) == 1


@pytest.mark.every_database
@pytest.mark.parametrize("step", ["RCPT", "DATA", "END"])
def test_one_refused_recipient_keeps_none_from_going(make_app: MakeApp, step: str) -> None:
    with serving(one(step, "p0001", UNKNOWN)) as server:
        app = sending(make_app, server)
        post_many(app, 3, MORNING)

        assert deliver(app) == 2

    refused = row(app, "p0001")
    assert (refused.state, refused.dead_at) == (DEAD, MORNING)
    assert refused.error == f"收件人地址不存在或不正確（{'DATA' if step == 'END' else step} 550 5.1.1）"
    assert server.recipients == ["p0000@agency.example", "p0002@agency.example"]


def test_what_the_server_says_is_kept_as_codes_alone(make_app: MakeApp) -> None:
    with serving(
        one("END", "p0001", "554 rejected: subject 十月份進度 by 王小明".encode().decode("latin-1"))
    ) as server:
        app = sending(make_app, server)
        post_many(app, 2, MORNING)
        deliver(app)

    assert row(app, "p0001").error == "伺服器拒收（DATA 554）"


@pytest.mark.parametrize(
    ("step", "told", "words"),
    [
        ("RCPT", BUSY, "伺服器暫時不收（RCPT 451 4.7.1）"),
        ("END", BUSY, "伺服器暫時不收（DATA 451 4.7.1）"),
        ("RCPT", STALL, "郵件伺服器沒有回應（RCPT）"),
        ("END", STALL, "郵件伺服器沒有回應（DATA）"),
        ("DATA", DROP, "郵件伺服器中斷連線（DATA）"),
        ("END", DROP, "郵件伺服器中斷連線（DATA）"),
    ],
)
def test_what_may_pass_is_tried_again_after_a_while(
    make_app: MakeApp, fixed_clock: FixedClock, step: str, told: str, words: str
) -> None:
    """A refusal for now, a silence and a broken connection cost one attempt of one mail, and the others go."""
    manners = {"now": one(step, "p0001", told)}

    def manner(at: str, address: str) -> str:
        return manners["now"](at, address)

    with serving(manner) as server:
        app = sending(make_app, server)
        post_many(app, 3, MORNING)

        assert deliver(app) == 2
        failed = row(app, "p0001")
        assert (failed.state, failed.attempts, failed.error) == (WAITING, 1, words)
        wait = failed.not_before - MORNING
        assert timedelta(seconds=54) <= wait <= timedelta(seconds=66)
        assert pause_words(app) is None

        manners["now"] = lambda _at, _address: ACCEPT
        assert deliver(app) == 0
        fixed_clock.instant += wait
        assert deliver(app) == 1

    sent = row(app, "p0001")
    assert (sent.state, sent.attempts, sent.error) == (SENT, 2, None)


def test_a_mail_taken_before_the_connection_drops_is_not_sent_again(make_app: MakeApp) -> None:
    with serving(lambda step, _: DROP_AFTER if step == "END" else ACCEPT) as server:
        app = sending(make_app, server)
        post_many(app, 3, MORNING)

        assert deliver(app) == 3

    assert len(server.received) == 3
    assert [(each.state, each.attempts) for each in rows(app)] == [(SENT, 1)] * 3


def test_a_mail_always_refused_for_now_is_given_up_after_three_days(
    make_app: MakeApp, fixed_clock: FixedClock
) -> None:
    with serving(one("RCPT", "p0000", BUSY)) as server:
        app = sending(make_app, server)
        post_many(app, 1, MORNING)
        while row(app, "p0000").state == WAITING:
            deliver(app)
            fixed_clock.instant = max(row(app, "p0000").not_before, fixed_clock.instant)

    given_up = row(app, "p0000")
    assert (given_up.state, given_up.attempts) == (DEAD, len(DEFAULT.backoff) + 1)
    assert timedelta(days=2.7) <= fixed_clock.instant - MORNING <= timedelta(days=3.4)
    assert given_up.error == "伺服器暫時不收（RCPT 451 4.7.1）"


@pytest.mark.every_database
def test_a_server_away_for_three_days_loses_nothing_and_no_attempt(
    make_app: MakeApp, fixed_clock: FixedClock
) -> None:
    with serving() as server:
        pass
    app = sending(make_app, server)
    post_many(app, 60, MORNING)
    tries = 0
    while fixed_clock.instant < MORNING + timedelta(days=3):
        assert deliver(app) == 0
        tries += 1
        fixed_clock.instant = pause_until(app)
    assert pause_words(app) == "郵件伺服器不接受連線"
    assert {(each.state, each.attempts, each.sender) for each in rows(app)} == {(WAITING, 0, None)}
    assert 700 < tries < 1100

    with serving(port=server.port) as back:
        assert deliver(app) == 60

    assert sorted(back.recipients) == [f"p{n:04}@agency.example" for n in range(60)]
    assert {(each.state, each.attempts) for each in rows(app)} == {(SENT, 1)}
    assert pause_words(app) is None


def pause_until(app: Flask) -> datetime:
    with app.app_context():
        found = queue.paused(session())
        assert found is not None
        return found.until


def test_while_the_queue_pauses_nobody_knocks(make_app: MakeApp, fixed_clock: FixedClock) -> None:
    knocks: list[str] = []

    def closed(step: str, _address: str) -> str:
        knocks.append(step)
        return "421 4.3.2 closed"

    with serving(closed) as server:
        app = sending(make_app, server)
        post_many(app, 3, MORNING)
        deliver(app)
        first = len(knocks)
        deliver(app)

        assert len(knocks) == first > 0
        fixed_clock.instant = pause_until(app)
        deliver(app)
        assert len(knocks) > first


def test_a_server_that_was_away_is_tried_with_a_single_mail(
    make_app: MakeApp, fixed_clock: FixedClock
) -> None:
    with serving() as server:
        pass
    app = sending(make_app, server)
    post_many(app, 5, MORNING)
    deliver(app)
    fixed_clock.instant = pause_until(app)
    with serving(lambda step, _: DROP if step == "END" else ACCEPT, port=server.port):
        assert deliver(app) == 0

    assert sorted(each.attempts for each in rows(app)) == [0, 0, 0, 0, 1]
    assert pause_words(app) == "郵件伺服器中斷連線（DATA）"


def test_a_server_that_breaks_every_delivery_is_left_alone_after_three(make_app: MakeApp) -> None:
    with serving(lambda step, _: DROP if step == "END" else ACCEPT) as server:
        app = sending(make_app, server)
        post_many(app, 6, MORNING)
        deliver(app)

    assert sorted(each.attempts for each in rows(app)) == [0, 0, 0, 1, 1, 1]
    assert pause_words(app) == "郵件伺服器中斷連線（DATA）"


def test_a_sender_that_the_server_refuses_costs_no_mail_an_attempt(make_app: MakeApp) -> None:
    with serving(lambda step, _: "553 5.7.1 not yours" if step == "MAIL" else ACCEPT) as server:
        app = sending(make_app, server)
        post_many(app, 3, MORNING)
        deliver(app)

    assert {(each.state, each.attempts, each.lease_until) for each in rows(app)} == {(WAITING, 0, None)}
    assert pause_words(app) == "郵件伺服器不接受寄件人（MAIL 553 5.7.1）"


def test_without_a_server_messages_wait_and_go_once_one_is_set(make_app: MakeApp) -> None:
    app = make_app()
    post_many(app, 2, MORNING)
    assert deliver(app) == 0

    with serving() as server:
        assert deliver(sending(make_app, server)) == 2


# -- what is sent ----------------------------------------------------------------------------------------------


def sent(make_app: MakeApp, **changes: object) -> tuple[EmailMessage, bytes]:
    with serving() as server:
        app = sending(make_app, server)
        post(app, letter("p0001", MORNING, **changes), at=MORNING)
        assert deliver(app) == 1
    return server.received[0].mail, server.received[0].content


def test_the_headers_of_a_careful_sender(make_app: MakeApp) -> None:
    mail, content = sent(make_app)

    assert mail["From"] == "示範市查核小組 <chahe@city.example>"
    assert mail["To"] == "p0001承辦 <p0001@agency.example>"
    assert mail["Subject"] == "十月份進度尚未填報"
    assert mail["Date"].datetime == MORNING
    assert mail["Message-ID"].endswith("@city.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert content.isascii()


def test_a_name_or_a_subject_cannot_begin_a_header(make_app: MakeApp) -> None:
    evil = "好\r\nBcc: all@agency.example\n\x00\u2028X-Evil: 1"
    mail, _ = sent(make_app, subject=evil, recipient=Recipient("contact:x", evil, "p0001@agency.example"))

    assert (mail["Bcc"], mail["X-Evil"]) == (None, None)
    assert len(mail.get_all("To")) == len(mail.get_all("Subject")) == 1
    assert "\n" not in mail["Subject"]


def test_a_second_delivery_is_the_same_to_the_byte(make_app: MakeApp, fixed_clock: FixedClock) -> None:
    first = sent(make_app, attachments=(FILE,))[1]
    with serving() as server:
        app = sending(make_app, server)
        with app.app_context():
            from inspect_app.core.database import transaction

            with transaction() as current:
                current.get(type(row(app, "p0001")), row(app, "p0001").id).state = WAITING  # type: ignore[union-attr]
        fixed_clock.instant += timedelta(days=2)
        assert deliver(app) == 1

    assert server.received[0].content == first


def test_a_domain_of_other_letters_is_written_as_servers_know_it(make_app: MakeApp) -> None:
    mail, _ = sent(make_app, recipient=Recipient("contact:x", "王", "wang@機關.example"))

    assert mail["To"].addresses[0].domain == "xn--news14g.example"


@pytest.mark.parametrize("offered", [True, False])
def test_a_mailbox_of_other_letters_needs_a_server_that_knows_them(make_app: MakeApp, offered: bool) -> None:
    with serving(enable_SMTPUTF8=offered) as server:
        app = sending(make_app, server)
        post(
            app, letter("x", MORNING, recipient=Recipient("contact:x", "王", "王@agency.example")), at=MORNING
        )
        post(app, letter("p0002", MORNING), at=MORNING)
        deliver(app)

    seen = row(app, "x")
    assert (seen.state, seen.error) == (
        (SENT, None) if offered else (DEAD, "郵件伺服器不支援非英文的信箱（SMTPUTF8）")
    )
    assert "p0002@agency.example" in server.recipients
    assert ("王@agency.example" in server.recipients) == offered


@pytest.mark.parametrize(
    "email", ["nobody", "@agency.example", "a b@agency.example", "a@b\r\nRCPT TO:<x@y.example>"]
)
def test_an_address_that_is_none_is_given_up_and_the_next_one_goes(make_app: MakeApp, email: str) -> None:
    with serving() as server:
        app = sending(make_app, server)
        post(app, letter("x", MORNING, recipient=Recipient("contact:x", "王", email)), at=MORNING)
        post(app, letter("p0002", MORNING), at=MORNING)

        assert deliver(app) == 1

    assert (row(app, "x").state, row(app, "x").error) == (DEAD, "收件人的信箱格式不正確")
    assert server.recipients == ["p0002@agency.example"]


def test_a_body_that_cannot_be_made_keeps_none_from_going(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inspect_app.messages import rendering

    made: Callable[..., EmailMessage] = rendering.mail

    def failing(each: object, *rest: object) -> EmailMessage:
        if getattr(each, "recipient", "") == "contact:p0000":
            raise KeyError("blocks")
        return made(each, *rest)

    monkeypatch.setattr(rendering, "mail", failing)
    with serving() as server:
        app = sending(make_app, server)
        post_many(app, 2, MORNING)

        assert deliver(app) == 1

    failed = row(app, "p0000")
    assert (failed.state, failed.error) == (WAITING, "程式無法產生或寄出這封郵件（KeyError）")
    assert policy.default is not None
