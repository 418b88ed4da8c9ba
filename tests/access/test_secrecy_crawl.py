"""Whatever an outsider reads is the same, byte by byte, with a secret visit and without (作業辦法 art. 13)."""

from typing import Any

import pytest

from tests.access import crawling
from tests.access.actors import INSIDERS, OUTSIDERS
from tests.access.crawling import Seen
from tests.access.stages import STAGES, WITHOUT, Stages

_without: dict[str, Seen] = {}


def without(staged: Stages, who: str) -> Seen:
    """What a person reads where there is no such visit; crawled once."""
    if who not in _without:
        _without[who] = crawling.crawl(staged, who, WITHOUT)
    return _without[who]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("who", OUTSIDERS)
def test_an_outsider_reads_the_same_with_and_without_the_visit(staged: Stages, who: str, stage: str) -> None:
    before = without(staged, who)

    assert crawling.difference(before, crawling.crawl(staged, who, stage)) == {}


@pytest.mark.parametrize("who", [who for who in INSIDERS if who != "tablet"])
def test_the_crawl_would_see_it(staged: Stages, who: str) -> None:
    """Staff and the visit's team do read something else: the comparison can fail."""
    found = crawling.difference(without(staged, who), crawling.crawl(staged, who, "planned"))

    assert {"/api/v1/inspections?", "/inspections?"} <= found.keys()


@pytest.mark.parametrize("stage", STAGES)
def test_what_the_team_does_moves_no_figure_of_the_metrics(staged: Stages, stage: str) -> None:
    assert staged.metrics[stage] == staged.metrics[WITHOUT]


@pytest.mark.parametrize("stage", STAGES)
def test_the_tenders_themselves_are_untouched(staged: Stages, stage: str) -> None:
    for tender in (staged.tender, staged.known_tender):
        assert tender_rows(staged, stage, tender) == tender_rows(staged, WITHOUT, tender)


def tender_rows(staged: Stages, stage: str, id_: str) -> dict[str, list[Any]]:
    """The tender's row with its version, its months, and what history keeps of it."""
    staged.world.restore(stage)
    tender = id_.replace("-", "")
    queries = {
        "tender": ("SELECT * FROM tenders WHERE id = ?", tender),
        "months": ("SELECT * FROM tender_progress WHERE tender_id = ?", tender),
        "history": (
            "SELECT * FROM audit_events WHERE subject_kind = 'tender' AND subject_id = ?",
            id_,
        ),
    }
    found = {
        name: staged.world.watch.execute(text, (key,)).fetchall() for name, (text, key) in queries.items()
    }
    assert found["tender"]
    assert found["history"]
    return found
