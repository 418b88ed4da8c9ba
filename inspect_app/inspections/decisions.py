"""What the team's staff decide after a submission: test results, issue, close."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core import audit, roc
from inspect_app.core.auth import Actor
from inspect_app.core.clock import legal_day
from inspect_app.core.problems import Conflict, FieldError, InvalidFields, NotFound
from inspect_app.defects import service as defects
from inspect_app.inspections import issued, lateness, queries, recipients, scores, submissions
from inspect_app.inspections.models import Inspection, SiteTest
from inspect_app.inspections.words import CLOSED, INCOMPLETE, ISSUED, STATES, SUBMITTED, TESTS


@dataclass(frozen=True, slots=True)
class TestResult:
    """A test's outcome, the day it was decided, and the document that says so."""

    __test__ = False

    result: str
    decided_on: date
    document: str


@dataclass(frozen=True, slots=True)
class Issue:
    """The correction deadline (a day), the number of the outgoing document, and why it is late if it is."""

    correct_by: date
    document: str
    late_reason: str | None = None


def score(session: Session, inspection: Inspection) -> dict[str, Any]:
    """The grade with its steps: as issued, or as it stands; Conflict before a submission."""
    if inspection.result is not None:
        return inspection.result
    body = submissions.current_body(session, inspection)
    if body is None:
        raise Conflict("尚未送出查核結果，沒有成績可算。")
    return scores.grade(body, inspection.on, inspection.team, queries.tests_of(session, inspection.id))


def record_test(
    session: Session, inspection: Inspection, test: str, given: TestResult, by: Actor, now: datetime
) -> dict[str, Any]:
    """Record a pending test's result, before issue; returns the new score."""
    row = _pending(session, inspection, test)
    errors = _test_errors(inspection, given, legal_day(now))
    if errors:
        raise InvalidFields("請更正試驗結果。", errors=errors)
    row.result, row.decided_on, row.document = given.result, given.decided_on, given.document
    inspection.touch()
    session.flush()
    detail = {
        "test": test,
        "result": given.result,
        "decided_on": str(given.decided_on),
        "document": given.document,
    }
    audit.record(session, by, "inspection.tested", ("inspection", inspection.id), now, **detail)
    return score(session, inspection)


def _pending(session: Session, inspection: Inspection, test: str) -> SiteTest:
    if test not in TESTS:
        raise NotFound(f"沒有這種試驗；可登錄的是 {'、'.join(TESTS)}。")
    if inspection.state not in (INCOMPLETE, SUBMITTED):
        raise Conflict(f"送出之後、發文之前才能登錄試驗結果。目前狀態：{STATES[inspection.state]}。")
    row = session.get(SiteTest, (inspection.id, test))
    if row is None:
        raise Conflict(f"本次查核沒有待判定的{TESTS[test]}試驗；如需補列請領隊更正送件。")
    return row


def _test_errors(inspection: Inspection, given: TestResult, today: date) -> list[FieldError]:
    if given.decided_on < inspection.on:
        return [FieldError("decided_on", "不可早於查核日。")]
    if given.decided_on > today:
        return [FieldError("decided_on", "不可晚於今天。")]
    return []


def issue(session: Session, inspection: Inspection, given: Issue, by: Actor, now: datetime) -> Inspection:
    """Issue the record and the notice; freezes the grade and what the papers say of the tender.

    Conflict while photos or tests are outstanding.
    """
    _require_issuable(session, inspection)
    if given.correct_by < legal_day(now):
        raise InvalidFields("請更正改善期限。", errors=[FieldError("correct_by", "不可早於今天。")])
    result = score(session, inspection)
    if not result["announceable"]:
        raise Conflict("試驗結果尚未判定完成，依作業辦法第 8 條不得通知成績；請先登錄試驗結果。")
    inspection.state, inspection.issued_at, inspection.result = ISSUED, now, result
    inspection.correct_by, inspection.issue_document = given.correct_by, given.document
    late = lateness.late_since(session, inspection, legal_day(now))
    inspection.late_reason = given.late_reason if late else None
    recipients.freeze(session, inspection, now)
    defects.issue(session, inspection.id, given.correct_by)
    session.flush()
    detail = {
        "document": given.document,
        "correct_by": str(given.correct_by),
        "score": result["score"],
        "facts": issued.digest(session, inspection),
        **({"record_due_on": str(late), "late_reason": inspection.late_reason} if late else {}),
    }
    audit.record(session, by, "inspection.issued", ("inspection", inspection.id), now, **detail)
    return inspection


def require_reason(session: Session, inspection: Inspection, given: Issue, today: date) -> None:
    """InvalidFields where a record would go out late without a word why."""
    due = lateness.late_since(session, inspection, today)
    if due is not None and given.late_reason is None:
        reason = f"查核紀錄應於{roc.format_weekday(due)}前發文，已逾期，請填寫原因。"
        raise InvalidFields("請填寫發文超過七天之原因。", errors=[FieldError("late_reason", reason)])


def explain_late(
    session: Session, inspection: Inspection, reason: str, by: Actor, now: datetime
) -> Inspection:
    """Say why an issued record went out late; the papers stay as they are. Conflict where it was not late."""
    if not inspection.is_published:
        raise Conflict(f"發文之後才能補填；發文前請在發文時填寫。目前狀態：{STATES[inspection.state]}。")
    if lateness.late_since(session, inspection, legal_day(now)) is None:
        raise Conflict("這件查核紀錄如期發文，不需填寫原因。")
    if inspection.late_reason != reason:
        inspection.late_reason = reason
        session.flush()
        audit.record(
            session, by, "inspection.late_explained", ("inspection", inspection.id), now, reason=reason
        )
    return inspection


def _require_issuable(session: Session, inspection: Inspection) -> None:
    missing = submissions.settle(session, inspection)
    if missing:
        raise Conflict(f"還有 {len(missing)} 張照片未收到，不能發文；請領隊補傳。", missing=list(missing))
    if inspection.state != SUBMITTED:
        raise Conflict(f"只有已送出的查核可以發文。目前狀態：{STATES[inspection.state]}。")


def close(session: Session, inspection: Inspection, by: Actor, now: datetime) -> Inspection:
    """Close an issued inspection; Conflict while a defect is open."""
    if inspection.state != ISSUED:
        raise Conflict(f"只有已發文的查核可以結案。目前狀態：{STATES[inspection.state]}。")
    if waiting := defects.count_open(session, inspection.id):
        raise Conflict(f"還有 {waiting} 項缺失未改善完成，不能結案。")
    inspection.state, inspection.closed_at = CLOSED, now
    defects.close(session, inspection.id)
    session.flush()
    audit.record(session, by, "inspection.closed", ("inspection", inspection.id), now)
    return inspection
