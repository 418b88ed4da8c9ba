"""/api/v1/inspections: plan, declare, start, mark, submit, amend, test, issue, close."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from inspect_app.catalogue import lookup, paper
from inspect_app.catalogue import service as catalogues
from inspect_app.core import clock, sealing
from inspect_app.core.api import ApiBlueprint, check_version, paginate, request_json, versioned
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.documents.answers import pdf
from inspect_app.inspections import (
    decisions,
    intake,
    papers,
    plans,
    policy,
    queries,
    recipients,
    schemas,
    scores,
    submissions,
    versions,
    waivers,
)
from inspect_app.inspections.body import MarkBody, decode
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.openapi import documents_body
from inspect_app.inspections.printing import issuer, sealed
from inspect_app.inspections.views import view

blp = ApiBlueprint("inspections_api", __name__, description="查核")


@blp.get("/inspections")
@requires("inspections.read")
@blp.arguments(schemas.InspectionArgs, location="query")
@blp.response(200, schemas.InspectionPage)
def inspections(args: dict[str, Any]) -> dict[str, Any]:
    """The inspections one may know of, newest day first."""
    limit, cursor = args.pop("limit"), args.pop("cursor")
    return paginate(
        session(), queries.listed(current_actor(), queries.InspectionFilter(**args)), limit, cursor
    )


@blp.post("/inspections")
@requires("inspections.plan")
@blp.arguments(schemas.PlanIn)
@blp.response(201, schemas.InspectionOut)
def plan(wanted: plans.Plan) -> Any:
    """Plan a visit: secret until it is issued."""
    with transaction() as current:
        row = plans.plan(current, wanted, current_actor(), clock.now())
        return _answer(current, row, 201)


@blp.get("/inspections/<uuid:inspection_id>")
@requires("inspections.read")
@blp.response(200, schemas.InspectionOut)
def inspection(inspection_id: UUID) -> Any:
    """One inspection, as its reader may see it."""
    return _answer(session(), policy.readable(session(), current_actor(), inspection_id))


@blp.put("/inspections/<uuid:inspection_id>")
@requires("inspections.plan")
@blp.arguments(schemas.PlanIn)
@blp.response(200, schemas.InspectionOut)
def replan(wanted: plans.Plan, inspection_id: UUID) -> Any:
    """Change a planned visit; needs If-Match."""
    with transaction() as current:
        row = _held(current, inspection_id, required=True)
        return _answer(current, plans.replan(current, row, wanted, current_actor(), clock.now()))


@blp.post("/inspections/<uuid:inspection_id>/declarations")
@requires("inspections.declare")
@blp.arguments(schemas.DeclarationIn)
@blp.response(200, schemas.InspectionOut)
def declare(given: dict[str, Any], inspection_id: UUID) -> Any:
    """A team member's own declaration of interest."""
    with transaction() as current:
        _held(current, inspection_id)
        row = plans.declare(current, inspection_id, current_actor(), clock.now(), **given)
        return _answer(current, row)


@blp.post("/inspections/<uuid:inspection_id>/cancel")
@requires("inspections.plan")
@blp.arguments(schemas.ReasonIn)
@blp.response(200, schemas.InspectionOut)
def cancel(given: dict[str, str], inspection_id: UUID) -> Any:
    """Cancel a planned visit, with the reason."""
    with transaction() as current:
        row = _held(current, inspection_id)
        return _answer(current, plans.cancel(current, row, given["reason"], current_actor(), clock.now()))


@blp.post("/inspections/<uuid:inspection_id>/start")
@requires("inspections.lead")
@blp.arguments(schemas.StartIn)
@blp.response(200, schemas.InspectionOut)
def start(given: dict[str, Any], inspection_id: UUID) -> Any:
    """Start the visit (its leader); again: unchanged."""
    with transaction() as current:
        row = policy.led(current, current_actor(), inspection_id)
        if row.started_at is None:
            check_version(row.version, required=False)
        at = given["started_at"] or clock.now()
        return _answer(current, plans.start(current, row, at, current_actor(), clock.now()))


@blp.put("/inspections/<uuid:inspection_id>/marks/<uuid:member_id>")
@requires("inspections.mark")
@documents_body("MarkBody")
@blp.response(200, schemas.MarkOut)
@blp.alt_response(201, schema=schemas.MarkOut)
def mark(inspection_id: UUID, member_id: UUID) -> Any:
    """A member's own mark, until the submission."""
    given: MarkBody = decode(request_json(plain=True), MarkBody)
    with transaction() as current:
        row, fresh = submissions.put_mark(current, inspection_id, member_id, given, current_actor())
    return row, 201 if fresh else 200


@blp.put("/inspections/<uuid:inspection_id>/submission")
@requires("inspections.lead")
@documents_body("SubmissionBody")
@blp.response(200, schemas.ReceiptOut)
@blp.alt_response(201, schema=schemas.ReceiptOut)
def submit(inspection_id: UUID) -> Any:
    """What the tablet recorded: 201, the same again 200, another body 409."""
    given = intake.read(request_json(plain=True))
    with transaction() as current:
        receipt = submissions.submit(current, inspection_id, given, current_actor(), clock.now())
    return _received(inspection_id, receipt)


@blp.post("/inspections/<uuid:inspection_id>/amendments")
@requires("inspections.lead")
@documents_body("Amendment")
@blp.response(201, schemas.ReceiptOut)
@blp.alt_response(200, schema=schemas.ReceiptOut)
def amend(inspection_id: UUID) -> Any:
    """A corrected submission with its reason, before issue; every version is kept."""
    given = intake.read_amendment(request_json(plain=True))
    with transaction() as current:
        if not versions.was_sent(current, inspection_id, given.body.id):
            _held(current, inspection_id)
        receipt = submissions.amend(current, inspection_id, given, current_actor(), clock.now())
    return _received(inspection_id, receipt)


@blp.get("/inspections/<uuid:inspection_id>/submissions")
@requires("inspections.read")
@blp.response(200, schemas.SubmissionList)
def submission_list(inspection_id: UUID) -> dict[str, Any]:
    """Every version of what the tablet sent, oldest first; not for the inspected."""
    row = policy.read_inside(session(), current_actor(), inspection_id)
    return {"items": queries.submissions_of(session(), row.id), "next": None}


@blp.get("/inspections/<uuid:inspection_id>/submissions/<uuid:submission_id>")
@requires("inspections.read")
@blp.response(200, schemas.SubmissionOut)
def submission(inspection_id: UUID, submission_id: UUID) -> versions.Version:
    """One version as it was received; a member sees his own mark of it alone."""
    row = policy.read_inside(session(), current_actor(), inspection_id)
    return versions.of_inspection(session(), current_actor(), row, submission_id)


@blp.get("/inspections/<uuid:inspection_id>/score")
@requires("inspections.read")
@blp.response(200)
def score(inspection_id: UUID) -> dict[str, Any]:
    """The output of `python -m scoring grade`, with its steps."""
    row = policy.readable(session(), current_actor(), inspection_id)
    result = decisions.score(session(), row)
    return result if policy.sees_all_marks(current_actor(), row) else scores.without_marks(result)


@blp.put("/inspections/<uuid:inspection_id>/tests/<string:test>")
@requires("inspections.decide")
@blp.arguments(schemas.TestIn)
@blp.response(200)
def test_result(given: decisions.TestResult, inspection_id: UUID, test: str) -> dict[str, Any]:
    """Record a pending test's result; answers the new score."""
    with transaction() as current:
        row = _held(current, inspection_id)
        return decisions.record_test(current, row, test, given, current_actor(), clock.now())


@blp.post("/inspections/<uuid:inspection_id>/waivers")
@requires("inspections.decide")
@blp.arguments(schemas.WaiverIn)
@blp.response(200, schemas.InspectionOut)
def waive(given: waivers.Waiver, inspection_id: UUID) -> Any:
    """Waive photos that will never come, with the reason; the last missing one makes the inspection submitted."""
    with transaction() as current:
        row = _held(current, inspection_id)
        return _answer(current, waivers.waive(current, row, given, current_actor(), clock.now()))


@blp.post("/inspections/<uuid:inspection_id>/issue")
@requires("inspections.decide")
@blp.arguments(schemas.IssueIn)
@blp.response(200, schemas.InspectionOut)
def issue(given: decisions.Issue, inspection_id: UUID) -> Any:
    """Issue the record and the notice with a correction deadline; from now on the inspected see it."""
    with transaction() as current:
        row = _held(current, inspection_id)
        return _answer(current, decisions.issue(current, row, given, current_actor(), clock.now()))


@blp.put("/inspections/<uuid:inspection_id>/late-reason")
@requires("inspections.decide")
@blp.arguments(schemas.ReasonIn)
@blp.response(200, schemas.InspectionOut)
def late_reason(given: dict[str, str], inspection_id: UUID) -> Any:
    """Say why an issued record went out after its seven working days."""
    with transaction() as current:
        row = _held(current, inspection_id)
        done = decisions.explain_late(current, row, given["reason"], current_actor(), clock.now())
        return _answer(current, done)


@blp.post("/inspections/<uuid:inspection_id>/recipients")
@requires("inspections.decide")
@blp.arguments(schemas.SendOnIn)
@blp.response(201, schemas.InspectionOut)
def send_on(given: recipients.SendOn, inspection_id: UUID) -> Any:
    """Give the issued papers to a party that the tender names only since."""
    with transaction() as current:
        row = _held(current, inspection_id)
        return _answer(current, recipients.send_on(current, row, given, current_actor(), clock.now()), 201)


@blp.post("/inspections/<uuid:inspection_id>/close")
@requires("inspections.decide")
@blp.response(200, schemas.InspectionOut)
def close(inspection_id: UUID) -> Any:
    """Close an issued inspection whose defects are all corrected."""
    with transaction() as current:
        row = _held(current, inspection_id)
        return _answer(current, decisions.close(current, row, current_actor(), clock.now()))


@blp.get("/inspections/<uuid:inspection_id>/letter.pdf")
@requires("inspections.read")
@blp.response(200, content_type="application/pdf")
def letter(inspection_id: UUID) -> Response:
    """The written notice shown at the gate (書面通知): staff and the visit's team only."""
    row = policy.letter_of(session(), current_actor(), inspection_id)
    return pdf(papers.letter(row, issuer(row)))


@blp.get("/inspections/<uuid:inspection_id>/paper.pdf")
@requires("inspections.read")
@blp.arguments(schemas.PaperArgs, location="query")
@blp.response(200, content_type="application/pdf")
def paper_form(args: dict[str, Any], inspection_id: UUID) -> Response:
    """A checklist to fill in by pen on this visit, with its catalogue's titles: staff and the visit's team only.

    Once it is issued also the auditor.
    """
    form = lookup.form(**args)
    row = policy.paper_of(session(), current_actor(), inspection_id)
    lines = catalogues.get(session(), row.code_revision or catalogues.on(session(), row.on))
    return pdf(paper.paper(form, lines, issuer(row).name, papers.visit(row)))


@blp.get("/inspections/<uuid:inspection_id>/record.pdf")
@requires("inspections.read")
@blp.response(200, content_type="application/pdf")
def record(inspection_id: UUID) -> Response:
    """The inspection record (查核紀錄), once issued."""
    row = policy.published(session(), current_actor(), inspection_id)
    return sealed(session(), row, papers.record(session(), row, issuer(row)))


@blp.get("/inspections/<uuid:inspection_id>/notice.pdf")
@requires("inspections.read")
@blp.response(200, content_type="application/pdf")
def notice(inspection_id: UUID) -> Response:
    """The correction notice (改善通知) with its photos, once issued."""
    row = policy.published(session(), current_actor(), inspection_id)
    return sealed(session(), row, papers.notice(session(), row, issuer(row)))


def _held(current: Any, inspection_id: UUID, *, required: bool = False) -> Inspection:
    row = policy.readable(current, current_actor(), inspection_id, lock=True)
    check_version(row.version, required=required)
    return row


def _answer(current: Any, row: Inspection, status: int = 200) -> Any:
    return versioned(view(current, current_actor(), row), row.version, status)


def _received(inspection_id: UUID, receipt: submissions.Receipt) -> Response:
    """A receipt, equal to what `ReceiptOut` makes of it but without its detour: tablets wait for this one."""
    body = {
        "id": str(receipt.id),
        "sha256": receipt.sha256,
        "received_at": receipt.received_at.isoformat(),
        "state": receipt.state,
        "missing": receipt.missing,
        "receipt": sealing.receipt(
            "submission", inspection_id, receipt.sha256, receipt.received_at, receipt.link
        ),
    }
    status = 201 if receipt.is_new else 200
    return Response(msgspec.json.encode(body), status, mimetype="application/json")
