"""What a paper's QR opens: the inspection's page says whether the root it carries is the one the paper should have."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from inspect_app.core import audit
from inspect_app.core.database import session
from tests.browser.conftest import SignIn
from tests.evidence_builders import photographed
from tests.inspections_builders import AsUser, Ids
from tests.inspections_builders import expect as answered


@pytest.mark.parametrize("who", ["staff", "contractor"])
def test_the_root_of_the_papers_is_marked_and_no_other(
    app: Flask, as_user: AsUser, people: Ids, signed_in: SignIn, who: str
) -> None:
    visit = photographed(as_user, people)
    answered(visit.issue(), 200)
    with app.app_context():
        events = audit.chained(session(), "inspection", visit.id)
        root = next(event.hash for event in events if event.action == "inspection.issued") or ""

    tab = signed_in(who)
    tab.goto(f"/inspections/{visit.id}#root={root[:16]}")
    expect(tab.get_by_text("與掃描的文件相符")).to_be_visible()
    tab.goto("about:blank")
    tab.goto(f"/inspections/{visit.id}#root={'0' * 16}")
    expect(tab.get_by_text("與掃描的文件相符")).to_be_hidden()
