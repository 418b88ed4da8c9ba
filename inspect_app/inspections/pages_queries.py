"""What a list of inspections needs of many at once."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.inspections import scores
from inspect_app.inspections.body import SubmissionBody, decode
from inspect_app.inspections.models import Inspection, SiteTest, Submission


def grades(session: Session, rows: Sequence[Inspection]) -> dict[UUID, dict[str, Any]]:
    """The grades of those that have one, as issued or as they stand, in two queries however many."""
    open_ = {row.submission_id: row for row in rows if row.result is None and row.submission_id}
    tests = _tests(session, [row.id for row in open_.values()])
    found = {row.id: row.result for row in rows if row.result is not None}
    for submission in _submissions(session, list(open_)):
        row = open_[submission.id]
        body: SubmissionBody = decode(json.loads(submission.body), SubmissionBody)
        found[row.id] = scores.grade(body, row.on, row.team, tests.get(row.id, ()))
    return found


def _submissions(session: Session, ids: Sequence[UUID | None]) -> list[Submission]:
    return list(session.scalars(select(Submission).where(Submission.id.in_(ids)))) if ids else []


def _tests(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[SiteTest]]:
    found: dict[UUID, list[SiteTest]] = {}
    query = select(SiteTest).where(SiteTest.inspection_id.in_(ids))
    for row in session.scalars(query) if ids else ():
        found.setdefault(row.inspection_id, []).append(row)
    return found
