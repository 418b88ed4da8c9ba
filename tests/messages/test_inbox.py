"""The inbox: one's own messages alone, read and unread, with what came along; by page and by program."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from inspect_app.core.clock import FixedClock
from inspect_app.messages import choices, declining, inbox
from inspect_app.messages.letters import Recipient
from inspect_app.messages.models import KEPT, SENT, WAITING, OutboxMessage
from tests import messages_builders
from tests.clients import Api, Page
from tests.conftest import MORNING, Write

pytestmark = pytest.mark.every_database

AsUser = Callable[[str], Api]


@pytest.fixture
def staff(people: dict[str, UUID]) -> Recipient:
    return Recipient(f"user:{people['staff']}", "乙承辦", "staff@agency.example", people["staff"])


@pytest.fixture
def message(write: Write, staff: Recipient) -> UUID:
    with write() as session:
        return messages_builders.post(session, messages_builders.letter(staff)).id


def test_a_message_stands_in_the_inbox_of_its_recipient_alone(as_user: AsUser, message: UUID) -> None:
    mine, others = as_user("staff"), as_user("member1")

    items = mine.get("/inbox").get_json()["items"]
    assert [item["id"] for item in items] == [str(message)]
    assert items[0]["blocks"][0].startswith("本週有兩件")
    assert [file["name"] for file in items[0]["attachments"]] == ["figures.pdf"]
    assert others.get("/inbox").get_json()["items"] == []
    assert others.post(f"/inbox/{message}/read").status_code == 404
    assert mine.post(f"/inbox/{uuid4()}/read").status_code == 404


def test_reading_is_kept_once_and_counts(
    as_user: AsUser, message: UUID, write: Write, fixed_clock: FixedClock, people: dict[str, UUID]
) -> None:
    api = as_user("staff")
    with write() as session:
        assert inbox.count_unread(session, people["staff"], MORNING) == 1

    first = api.post(f"/inbox/{message}/read").get_json()["read_at"]
    fixed_clock.instant = MORNING + timedelta(hours=1)
    again = api.post(f"/inbox/{message}/read").get_json()["read_at"]

    assert first == again
    assert api.get("/inbox", unread="true").get_json()["items"] == []
    with write() as session:
        assert inbox.count_unread(session, people["staff"], MORNING) == 0


def test_a_message_is_not_there_before_it_is_due(
    as_user: AsUser, write: Write, staff: Recipient, fixed_clock: FixedClock
) -> None:
    due = MORNING + timedelta(hours=2)
    with write() as session:
        row = messages_builders.post(session, messages_builders.letter(staff, due_at=due))
        message = row.id

    assert as_user("staff").get("/inbox").get_json()["items"] == []
    assert as_user("staff").post(f"/inbox/{message}/read").status_code == 404
    fixed_clock.instant = due
    assert len(as_user("staff").get("/inbox").get_json()["items"]) == 1


def test_the_page_shows_marks_and_gives_what_came_along(page: Page, message: UUID, staff: Recipient) -> None:
    page.sign_in("staff")

    assert "則未讀" in page.get("/inbox").text
    shown = page.get(f"/inbox/{message}").text
    assert "Bridge &lt;b&gt;" in shown
    assert 'href="/tenders?status=' in shown
    assert "則未讀" not in page.get("/inbox").text
    file = page.get(f"/inbox/{message}/attachments/0")
    assert file.data == b"%PDF-1.7 figures"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert b"DTSTART;VALUE=DATE:20261201" in page.get(f"/inbox/{message}/due-days.ics").data
    assert page.get(f"/inbox/{message}/attachments/1").status_code == 404


def test_a_message_may_be_put_back_and_all_be_read(
    page: Page, message: UUID, write: Write, staff: Recipient
) -> None:
    with write() as session:
        messages_builders.post(session, messages_builders.letter(staff, period="2026-W48"))
    page.sign_in("staff")
    page.get(f"/inbox/{message}")

    page.post(f"/inbox/{message}/unread")
    assert "2<span" in page.get("/inbox").text
    page.post("/inbox/read")
    assert "則未讀" not in page.get("/inbox").text


def test_another_persons_message_is_not_there_for_a_page(page: Page, message: UUID) -> None:
    page.sign_in("leader")

    for path in ("", "/attachments/0", "/due-days.ics"):
        assert page.get(f"/inbox/{message}{path}").status_code == 404
    assert page.post(f"/inbox/{message}/unread").status_code == 404


def test_an_empty_inbox_says_what_will_be_there(page: Page, people: dict[str, UUID]) -> None:
    page.sign_in("staff")

    assert "還沒有訊息" in page.get("/inbox").text


# -- choices ---------------------------------------------------------------------------------------------


def state_of(write: Write, given: messages_builders.Letter) -> str:
    with write() as session:
        return messages_builders.post(session, given).state


def test_who_declines_a_kind_has_it_in_the_inbox_alone(
    write: Write, staff: Recipient, people: dict[str, UUID]
) -> None:
    with write() as session:
        messages_builders.declare()
        choices.decline(session, people["staff"], messages_builders.OPTIONAL.name, MORNING)

    assert state_of(write, messages_builders.letter(staff)) == KEPT
    other = Recipient(f"user:{people['leader']}", "丙", "l@team.example", people["leader"])
    assert state_of(write, messages_builders.letter(other)) == WAITING


def test_a_duty_cannot_be_declined(write: Write, staff: Recipient, people: dict[str, UUID]) -> None:
    with write() as session:
        messages_builders.declare()
        choices.decline(session, people["staff"], messages_builders.DUTY.name, MORNING)

    assert state_of(write, messages_builders.letter(staff, kind=messages_builders.DUTY.name)) == WAITING


def test_declining_keeps_back_what_waits_but_not_what_is_being_sent(
    write: Write, staff: Recipient, people: dict[str, UUID]
) -> None:
    with write() as session:
        rows = [
            messages_builders.post(session, messages_builders.letter(staff, period=str(n))) for n in range(3)
        ]
        rows[1].lease_until, rows[2].state = MORNING, SENT
        ids = [row.id for row in rows]

    with write() as session:
        choices.decline(session, people["staff"], messages_builders.OPTIONAL.name, MORNING)

    with write() as session:
        states = [session.get_one(OutboxMessage, each).state for each in ids]
    assert states == [KEPT, WAITING, SENT]


def test_one_click_in_a_mail_program_declines_without_sign_in(
    page: Page, write: Write, staff: Recipient, people: dict[str, UUID], app: object
) -> None:
    messages_builders.declare()
    with write():
        path = declining.path(people["staff"], messages_builders.OPTIONAL.name)
        duty = declining.path(people["staff"], messages_builders.DUTY.name)

    assert "不要再寄信" in page.get(path).text
    assert state_of(write, messages_builders.letter(staff, period="a")) == WAITING
    bare = page.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert bare.status_code == 200
    assert state_of(write, messages_builders.letter(staff, period="b")) == KEPT
    assert page.client.post(f"{path}x.x", data={}).status_code == 404
    assert page.client.post(duty, data={}).status_code == 404
