"""What issued inspections found for one item of the checklist, read from their submissions."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.inspections.models import Inspection, Submission
from inspect_app.inspections.words import PUBLISHED


class _Form(Struct):
    code: str


class _Answer(Struct):
    value: str | None = None


class _Body(Struct):
    """As much of a submission as is asked for."""

    form: _Form
    answers: dict[str, _Answer]


def values(
    session: Session, items: Mapping[str, str], tender_ids: Iterable[UUID]
) -> Iterator[tuple[UUID, date, str]]:
    """Tender, day and value of the item that stands for a checklist in `items`, by the checklist's code.

    Of issued inspections alone: before issue nobody outside the team may learn of one (作業辦法 art. 13).
    """
    query = select(Inspection.tender_id, Inspection.on, Submission.body)
    query = query.join(Submission, Submission.id == Inspection.submission_id)
    query = query.where(Inspection.state.in_(PUBLISHED), Inspection.tender_id.in_(list(tender_ids)))
    for tender_id, on, text in session.execute(query).tuples():
        body = msgspec.json.decode(text, type=_Body)
        answer = body.answers.get(items.get(body.form.code, ""))
        if answer is not None and answer.value:
            yield tender_id, on, answer.value
