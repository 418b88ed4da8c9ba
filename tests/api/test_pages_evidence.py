"""The section «證據» of an inspection's page: the chain in short, and for the inspected only what concerns them."""

import pytest
from flask import Flask

from inspect_app.core import audit
from inspect_app.core.database import session
from tests.evidence_builders import photographed
from tests.inspections_builders import AsUser, Ids, Visit, expect, sha256


@pytest.fixture
def issued(as_user: AsUser, people: Ids) -> Visit:
    visit = photographed(as_user, people)
    expect(visit.issue(), 200)
    expect(visit.send_photo(5, "contractor"), 201)
    return visit


def shown(as_user: AsUser, who: str, visit: Visit) -> str:
    """The page; a person's token stands for his cookie."""
    asked = as_user(who).get(f"//inspections/{visit.id}")
    return str(expect(asked, 200).text)


def links(app: Flask, visit: Visit) -> dict[str, str]:
    """The hash of the last event of each action."""
    with app.app_context():
        return {event.action: event.hash or "" for event in audit.chained(session(), "inspection", visit.id)}


@pytest.mark.parametrize("who", ["staff", "leader", "auditor"])
def test_the_inside_sees_the_head_and_may_take_the_package(
    app: Flask, as_user: AsUser, issued: Visit, who: str
) -> None:
    page = shown(as_user, who, issued)

    assert links(app, issued)["photo.received"] in page
    assert links(app, issued)["inspection.issued"] in page
    assert f"{issued.path()}/evidence.zip" in page
    assert "/evidence/verifier" in page


def test_the_inspected_see_the_papers_root_and_their_own_receipts(
    app: Flask, as_user: AsUser, issued: Visit
) -> None:
    page = shown(as_user, "contractor", issued)

    assert links(app, issued)["inspection.issued"] in page
    assert links(app, issued)["photo.received"] not in page
    assert "evidence.zip" not in page
    assert f"/photos/{sha256(5)}/receipt" in page
    assert f"/photos/{sha256(0)}/receipt" not in page


def test_before_the_issue_the_inspected_find_nothing(as_user: AsUser, people: Ids) -> None:
    visit = photographed(as_user, people)

    expect(visit.get("contractor", "/evidence.zip"), 404)
    expect(as_user("contractor").get(f"/photos/{sha256(0)}/receipt", inspection=visit.id), 404)
