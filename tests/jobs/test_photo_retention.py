"""The nightly look at what is past its period: photos are proposed, views are let go, nothing else happens."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from inspect_app.core import clock
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.core.jobs import Turn
from inspect_app.photos import erasing, jobs, queries, retaining, retention
from inspect_app.photos.models import PhotoView
from tests.api.photo_samples import count
from tests.api.test_photos_erasing import PHOTO, REASON, erase, visit
from tests.inspections_builders import AsUser, Visit, expect, sha256

__all__ = ["visit"]


def set_days(monkeypatch: pytest.MonkeyPatch, **days: int) -> None:
    """Let kinds have these periods."""
    known: Mapping[str, retention.Period] = retention.periods()
    changed = {kind: replace(known[kind], days=number) for kind, number in days.items()}
    monkeypatch.setattr(retention, "periods", lambda: {**known, **changed})


def run(app: Flask) -> dict[str, int | str]:
    with app.app_context():
        now = clock.now()
        return dict(jobs.retain(Turn("2026-11-23", now, now, 1, lambda: None)))


def test_without_a_period_nothing_is_proposed_or_let_go(
    app: Flask, as_user: AsUser, visit: Visit, fixed_clock: FixedClock
) -> None:
    expect(as_user("staff").get(PHOTO), 200)
    fixed_clock.instant += timedelta(days=36_000)

    assert run(app) == {"proposed": 0, "views": 0, "erased_again": 0}
    assert count(app, PhotoView) == 1


def test_a_closed_inspection_past_its_period_is_proposed_and_nothing_erased(
    app: Flask, as_user: AsUser, visit: Visit, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_days(monkeypatch, closed_inspection_photos=10)
    assert run(app)["proposed"] == 0
    fixed_clock.instant += timedelta(days=11)

    assert run(app)["proposed"] == 1
    with app.app_context():
        (proposal,) = retaining.proposals(session(), clock.now())
        assert proposal.photos == 4
        assert queries.is_stored(sha256())


@pytest.mark.every_database
def test_views_past_their_period_are_let_go_and_younger_ones_kept(
    app: Flask, as_user: AsUser, visit: Visit, fixed_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_days(monkeypatch, photo_views=10)
    expect(as_user("staff").get(PHOTO), 200)
    fixed_clock.instant += timedelta(days=11)
    expect(as_user("leader").get(PHOTO), 200)

    assert run(app)["views"] == 1
    assert run(app)["views"] == 0
    assert count(app, PhotoView) == 1


def test_erasures_are_written_out_and_done_again_after_a_restore(
    app: Flask, as_user: AsUser, visit: Visit, tmp_path: Path
) -> None:
    expect(erase(as_user), 201)
    told = app.test_cli_runner().invoke(args=["photos", "erased"])
    (line,) = told.output.splitlines()
    assert json.loads(line)["reason"] == REASON

    lost = {**json.loads(line), "sha256": sha256(6)}
    file = tmp_path / "erased.jsonl"
    file.write_text(f"{line}\n{json.dumps(lost)}\n", "utf-8")
    again = app.test_cli_runner().invoke(args=["photos", "erase-again", str(file)])

    assert "清單 2 張；這次清除 1 張" in again.output
    with app.app_context():
        assert {each.sha256 for each in erasing.every(session())} == {sha256(), sha256(6)}
        assert not queries.is_stored(sha256(6))
    file.write_text("nonsense\n", "utf-8")
    refused = app.test_cli_runner().invoke(args=["photos", "erase-again", str(file)])
    assert refused.exit_code == 1
    assert "第 1 行" in refused.output
