"""The list and the page of a tender: filters, what is behind, and no word of a visit not yet issued."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask

from inspect_app.core import clock
from inspect_app.tenders import service as tenders
from tests import builders
from tests.clients import Api, Page
from tests.conftest import Write

Browser = Callable[[str], Page]
AsUser = Callable[[str], Api]
NOT_ISSUED = "115年11月24日"


@pytest.fixture
def browser(app: Flask, people: dict[str, UUID]) -> Browser:
    """`browser("staff")` is that person's browser, signed in."""

    def open_(username: str) -> Page:
        assert username in people
        page = Page(app.test_client())
        page.sign_in(username)
        return page

    return open_


def add(write: Write, number: str, **known: object) -> UUID:
    with write() as session:
        return builders.tender(session, number, **known).id


def file_progress(write: Write, tender: UUID, planned: str, actual: str) -> None:
    with write() as session:
        by = builders.actor(session, "staff")
        data = tenders.ProgressData(Decimal(planned), Decimal(actual), "施工中")
        tenders.file_progress(session, tender, "2026-10", data, by, clock.now())


def plan(api: Api, tender: UUID, people: dict[str, UUID]) -> None:
    body = {"tender": str(tender), "on": "2026-11-24", "method": "unannounced", "kind": "inspection",
            "leader": str(people["leader"]), "members": [str(people["member1"])]}  # fmt: skip
    answer = api.post("/inspections", body)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"A-1", "B-2", "C-3"}),
        ("q=B-2", {"B-2"}),
        ("kind=service", {"B-2"}),
        ("status=已完工", {"C-3"}),
        ("own=no", {"C-3"}),
        ("agency=另一機關", {"B-2"}),
        ("budget=unknown", {"A-1"}),
        ("own=yes&budget=unknown", {"A-1"}),
        ("kind=nonsense", set()),
    ],
)
def test_the_list_is_narrowed_by_its_address(
    browser: Browser, write: Write, query: str, shown: set[str]
) -> None:
    staff = browser("staff")
    add(write, "A-1", budget_twd=None)
    add(write, "B-2", kind="service", agency="另一機關")
    add(write, "C-3", status="已完工", own=False)
    text = staff.get(f"/tenders?{query}").text

    assert {number for number in ("A-1", "B-2", "C-3") if f">{number}</span>" in text} == shown
    assert f"共 {len(shown)} 件" in text


def test_an_empty_list_says_to_import_and_a_narrow_one_to_widen(browser: Browser, write: Write) -> None:
    staff = browser("staff")
    empty = staff.get("/tenders").text
    add(write, "A-1")
    narrow = staff.get("/tenders?q=nothing").text

    assert "還沒有標案。請先匯入標案清單。" in empty
    assert "請放寬篩選條件" in narrow


def test_pages_follow_one_another_and_keep_the_filter(browser: Browser, write: Write) -> None:
    staff = browser("staff")
    for number in range(51):
        add(write, f"N-{number:03}")
    first = staff.get("/tenders?q=N-").text
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = staff.get(address).text

    assert "q=N-" in address
    assert ("N-049" in first, "N-050" in first) == (True, False)
    assert ("N-049" in second, "N-050" in second) == (False, True)


@pytest.mark.parametrize(
    ("planned", "actual", "words"),
    [("50.00", "45.50", "落後 4.50"), ("50.00", "50.00", "未落後"), ("50.00", "51.00", "未落後")],
)
def test_the_list_and_the_page_say_whether_a_tender_is_behind(
    browser: Browser, write: Write, planned: str, actual: str, words: str
) -> None:
    staff = browser("staff")
    tender = add(write, "A-1")
    file_progress(write, tender, planned, actual)

    assert words in staff.get("/tenders").text
    assert words in staff.get(f"/tenders/{tender}").text
    assert "115年10月" in staff.get(f"/tenders/{tender}").text


@pytest.mark.parametrize(
    ("username", "knows"),
    [
        ("staff", True),
        ("leader", True),
        ("member1", True),
        ("member2", False),
        ("auditor", False),
        ("agency", False),
        ("supervisor", False),
        ("contractor", False),
    ],
)
def test_a_planned_visit_is_on_nobody_else_s_page(
    browser: Browser, as_user: AsUser, write: Write, people: dict[str, UUID], username: str, knows: bool
) -> None:
    tender = add(write, "A-1")
    plan(as_user("staff"), tender, people)
    text = browser(username).get(f"/tenders/{tender}").text

    assert (NOT_ISSUED in text) is knows
    assert ("已排定" in text) is knows


def test_a_tender_of_another_contractor_is_not_found(browser: Browser, write: Write) -> None:
    page = browser("other_contractor")
    tender = add(write, "A-1")

    assert page.get(f"/tenders/{tender}").status_code == 404
    assert "A-1" not in page.get("/tenders").text


@pytest.mark.parametrize(("username", "told"), [("staff", True), ("auditor", False), ("contractor", False)])
def test_the_history_is_the_staff_s_alone(browser: Browser, write: Write, username: str, told: bool) -> None:
    page = browser(username)
    tender = add(write, "A-1")
    text = page.get(f"/tenders/{tender}").text

    assert ("新增標案" in text.partition("歷程")[2]) is told
    assert ("排定查核" in text) is told
