"""The operations page in a real browser: readable at every width, for everyone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from inspect_app.core import health
from inspect_app.core.runs import JobRun
from tests.browser.conftest import SignIn
from tests.conftest import MORNING, Write

WIDTHS = (1280, 768, 390)


@pytest.fixture
def troubled(app: Flask, write: Write) -> None:
    """A worker alive, one that went silent, and a job that was given up."""
    with app.app_context(), write() as session:
        health.beat(session, "inspection-server.example:4711", MORNING - timedelta(seconds=5))
        health.beat(session, "inspection-server.example:4242", MORNING - timedelta(hours=3))
        for job in app.extensions["chahe.jobs"]:
            due = job.schedule.latest(MORNING)
            given = {"period": due.period, "due_at": due.due_at, "not_before": due.due_at, "outcome": {}}
            session.add(
                JobRun(job=job.name, attempts=5, error="OSError at x.py:1", failed_at=MORNING, **given)
            )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_is_accessible(
    troubled: None, signed_in: SignIn, accessible: Callable[[Page], None], width: int
) -> None:
    tab = signed_in("admin")
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto("/operations")

    expect(tab.get_by_role("heading", name="系統狀態")).to_be_visible()
    expect(tab.get_by_text("已停止重試").first).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    accessible(tab)


def test_the_menu_leads_there_by_keyboard(signed_in: SignIn) -> None:
    tab = signed_in("admin")

    tab.get_by_role("link", name="系統", exact=True).focus()
    tab.keyboard.press("Enter")

    expect(tab.get_by_role("heading", name="系統狀態")).to_be_visible()
    expect(tab.get_by_role("progressbar").first).to_be_visible()


def test_the_dark_page_is_accessible_too(
    troubled: None, signed_in: SignIn, accessible: Callable[[Page], None]
) -> None:
    tab = signed_in("admin")
    tab.emulate_media(color_scheme="dark")
    tab.goto("/operations")

    accessible(tab)
