"""ETags: never asked for on actions, but honoured when a caller sends one."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.inspections_builders import DEADLINE, TODAY, AsUser, Ids, Visit, expect

STALE = '"999"'
Act = Callable[[Visit, str], Any]

ACTIONS: dict[str, tuple[str, Act]] = {
    "cancel": ("planned", lambda visit, tag: visit.post("staff", "/cancel", {"reason": "颱風"}, tag)),
    "start": ("declared", lambda visit, tag: visit.post("leader", "/start", {}, tag)),
    "issue": (
        "submitted",
        lambda visit, tag: visit.post("staff", "/issue", {"correct_by": DEADLINE, "document": "1"}, tag),
    ),
    "close": ("issued", lambda visit, tag: visit.post("staff", "/close", {}, tag)),
    "test": (
        "waiting",
        lambda visit, tag: visit.api("staff").put(
            visit.path("/tests/concrete_core"),
            {"result": "pass", "decided_on": TODAY, "document": "1"},
            tag,
        ),
    ),
}


def made(stage: str, as_user: AsUser, people: Ids) -> Visit:
    if stage == "waiting":
        return Visit.submitted(as_user, people, pending_tests=["concrete_core"])
    if stage == "declared":
        visit = Visit.planned(as_user, people)
        visit.declare("leader", "member1", "member2")
        return visit
    makers = {"planned": Visit.planned, "submitted": Visit.submitted, "issued": Visit.issued}
    return makers[stage](as_user, people)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_on_what_has_changed_is_refused_and_on_the_present_done(
    as_user: AsUser, people: Ids, action: str
) -> None:
    stage, act = ACTIONS[action]
    visit = made(stage, as_user, people)

    assert act(visit, STALE).status_code == 412
    assert act(visit, visit.etag()).status_code == 200


def test_a_star_fits_any_version(as_user: AsUser, people: Ids) -> None:
    assert Visit.issued(as_user, people).post("staff", "/close", {}, "*").status_code == 200


def test_one_of_several_versions_may_fit(as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people)

    assert visit.post("staff", "/close", {}, f"{STALE}, {visit.etag()}").status_code == 200


@pytest.mark.parametrize("tag", ["1", 'W/"1"', "", '"', '"01"'])
def test_what_is_no_version_of_ours_is_stale(as_user: AsUser, people: Ids, tag: str) -> None:
    assert Visit.planned(as_user, people).replan(tag, on="2026-11-25").status_code == 412


def test_every_step_makes_a_new_version(as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    seen = [visit.etag()]

    def then(answer: Any) -> None:
        expect(answer, 200, 201)
        seen.append(visit.etag())

    then(visit.post("leader", "/declarations", {"conflict": False}))
    visit.declare("member1", "member2")
    then(visit.start())
    then(visit.submit())
    then(visit.issue())
    then(visit.close())

    assert len(set(seen)) == len(seen) == 6


def test_two_results_for_one_test_do_not_overwrite_each_other_unseen(as_user: AsUser, people: Ids) -> None:
    visit = made("waiting", as_user, people)
    seen = visit.etag()
    _, act = ACTIONS["test"]
    expect(act(visit, seen), 200)

    assert act(visit, seen).status_code == 412


def test_an_answers_etag_is_the_one_to_send_next(as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)

    tag = expect(visit.replan(visit.etag(), on="2026-11-25"), 200).headers["ETag"]

    assert tag == visit.etag()
    assert visit.replan(tag, on="2026-11-26").status_code == 200
