"""A real browser (Debian's Chromium, headless) against the application on a loopback port."""

import shutil
from collections.abc import Callable, Iterator
from threading import Thread
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import builders

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SignIn = Callable[..., Page]


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser a run; absent, the test fails and says how to install it."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: sh deploy/test-packages.sh installs it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application behind a real, threaded server."""
    running = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.port}"
    running.shutdown()
    thread.join()


@pytest.fixture
def context(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    """A fresh browser profile; anything the page logs as an error fails the test."""
    made = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900}, locale="zh-TW")
    yield made
    made.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console and the page's scripts complain of."""
    return []


@pytest.fixture
def tab(context: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    """A page whose console errors and script errors are the test's failures."""
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_default_timeout(8000)
    yield page
    assert [text for text in complaints if "status of 4" not in text] == []


@pytest.fixture
def signed_in(tab: Page, people: dict[str, UUID]) -> SignIn:
    """`signed_in("staff")` is the tab after that person signed in through the form."""

    def sign_in(username: str) -> Page:
        assert username in people
        tab.goto("/sign-in")
        tab.get_by_label("帳號").fill(username)
        tab.get_by_label("密碼").fill(builders.PASSWORD)
        tab.get_by_role("button", name="登入", exact=True).click()
        tab.wait_for_url(lambda url: "/sign-in" not in url)
        return tab

    return sign_in


@pytest.fixture
def accessible(complaints: list[str]) -> Callable[[Page], None]:
    """`accessible(page)` fails on any violation of WCAG 2.2 A or AA that axe finds."""

    def check(page: Page) -> None:
        before = list(complaints)
        found = Axe().run(page, options={"runOnly": WCAG})
        assert found.violations_count == 0, found.generate_report()
        # The checker styles the page it checks, which our policy rightly refuses.
        complaints[:] = before

    return check
