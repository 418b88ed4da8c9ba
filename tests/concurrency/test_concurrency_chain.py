"""Many who write to one inspection at once add to one chain, each once, and none is refused for it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from inspect_app.core import audit
from inspect_app.core.database import session
from inspect_app.evidence import comparing
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, sha256, submission_body

PHOTOS = range(1, 13)


@pytest.mark.every_database
def test_photos_and_a_submission_at_once_do_not_fork_the_chain(
    app: Flask, as_user: AsUser, people: Ids
) -> None:
    visit = Visit.started(as_user, people)
    body = submission_body(people, photos=[{"sha256": sha256(number)} for number in PHOTOS])
    senders = ("leader", "member1")
    for sender in senders:
        visit.api(sender)

    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(visit.send_photo, number, senders[number % 2]) for number in PHOTOS]
        sent.insert(5, pool.submit(visit.submit, body))
        answers = [each.result() for each in sent]

    assert {answer.status_code for answer in answers} == {201}
    links = sorted(answer.get_json()["receipt"]["seq"] for answer in answers)
    assert len(set(links)) == len(links)
    check(app, visit)


@pytest.mark.every_database
def test_answers_to_several_defects_of_one_visit_at_once_all_find_their_place(
    app: Flask, as_user: AsUser, people: Ids
) -> None:
    visit = Visit.started(as_user, people)
    found = [defect_body() for _ in range(6)]
    expect(visit.submit(submission_body(people, defects=found)), 201)
    expect(visit.issue(), 200)
    expect(visit.send_photo(1, "contractor"), 201)
    stages = {stage: [sha256(1)] for stage in ("before", "during", "after")}
    contractor = visit.api("contractor")

    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(
                lambda one: contractor.post(
                    f"/defects/{one['id']}/corrections", {"note": "已修補", "photos": stages}
                ),
                found,
            )
        )

    assert {answer.status_code for answer in answers} == {201}
    check(app, visit)


def check(app: Flask, visit: Visit) -> None:
    with app.app_context():
        events = audit.chained(session(), "inspection", visit.id)
        assert len(events) == len(audit.history(session(), "inspection", visit.id))
        assert list(comparing.chain_faults(events)) == []
