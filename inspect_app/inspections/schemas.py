"""What the API of inspections takes and gives; submissions are typed in body.py."""

from collections.abc import Iterable
from typing import Any

import marshmallow as ma

from inspect_app.core.api import Day, Flag, Instant, PageArgs, Schema, SealedOut, page_schema
from inspect_app.inspections.decisions import Issue, TestResult
from inspect_app.inspections.plans import Plan
from inspect_app.inspections.recipients import PARTIES, SendOn
from inspect_app.inspections.waivers import Waiver
from inspect_app.inspections.words import KINDS, METHODS, STATES


def _one_of(words: Iterable[str]) -> ma.validate.OneOf:
    return ma.validate.OneOf(list(words), error=f"應為 {'、'.join(words)} 之一。")


def _text(longest: int, **kwargs: Any) -> ma.fields.String:
    reason = f"應為 1 到 {longest} 個字，不可只有空白。"
    limits = [ma.validate.Length(max=longest, error=reason), ma.validate.Regexp(r"[\s\S]*\S", error=reason)]
    return ma.fields.String(validate=limits, **kwargs)


class PlanIn(Schema):
    tender = ma.fields.UUID(required=True)
    on = Day(required=True)
    method = ma.fields.String(required=True, validate=_one_of(METHODS))
    kind = ma.fields.String(load_default="inspection", validate=_one_of(KINDS))
    leader = ma.fields.UUID(required=True)
    members = ma.fields.List(
        ma.fields.UUID(), required=True, validate=ma.validate.Length(max=30, error="最多 30 人。")
    )

    @ma.post_load
    def as_plan(self, values: dict[str, Any], **_: Any) -> Plan:
        return Plan(**{**values, "members": tuple(values["members"])})


class TeamMemberRow(Schema):
    id = ma.fields.UUID()
    name = ma.fields.String()
    role = ma.fields.String()
    outside = ma.fields.Boolean()


class TeamMemberOut(TeamMemberRow):
    declared = ma.fields.Boolean()
    conflict = ma.fields.Boolean(allow_none=True)


class MarkOut(Schema):
    member = ma.fields.UUID(attribute="member_id")
    total = ma.fields.Integer(allow_none=True)
    quality_system = ma.fields.Integer(allow_none=True)
    workmanship = ma.fields.Integer(allow_none=True)
    progress = ma.fields.Integer(allow_none=True)


class OutsideOut(Schema):
    outside = ma.fields.Integer()
    team = ma.fields.Integer()
    met = ma.fields.Boolean(attribute="is_met")
    warning = ma.fields.String(allow_none=True)


class TestOut(Schema):
    __test__ = False

    test = ma.fields.String()
    result = ma.fields.String(allow_none=True)
    decided_on = ma.fields.Date(allow_none=True)
    document = ma.fields.String(allow_none=True)


class VersionOut(Schema):
    id = ma.fields.UUID()
    version = ma.fields.Integer()
    sha256 = ma.fields.String()
    received_at = ma.fields.AwareDateTime()
    reason = ma.fields.String(allow_none=True)


class RecipientOut(Schema):
    party = ma.fields.String()
    organisation = ma.fields.String()
    given_at = ma.fields.AwareDateTime()
    document = ma.fields.String(allow_none=True)


class WaiverOut(Schema):
    sha256 = ma.fields.String()
    reason = ma.fields.String()
    waived_at = ma.fields.AwareDateTime()
    waived_by = ma.fields.String(attribute="waived_by_name")
    arrived_at = ma.fields.AwareDateTime(allow_none=True)


class SubmissionRow(VersionOut):
    received_by = ma.fields.UUID()


class SubmissionOut(SubmissionRow):
    body = ma.fields.Dict()


class SubmissionList(Schema):
    items = ma.fields.List(ma.fields.Nested(SubmissionRow))
    next = ma.fields.String(allow_none=True)


class InspectionRow(Schema):
    id = ma.fields.UUID()
    state = ma.fields.String()
    tender = ma.fields.UUID()
    on = ma.fields.Date()
    method = ma.fields.String()
    kind = ma.fields.String()
    team = ma.fields.List(ma.fields.Nested(TeamMemberRow))
    started_at = ma.fields.AwareDateTime(allow_none=True)
    issued_at = ma.fields.AwareDateTime(allow_none=True)
    correct_by = ma.fields.Date(allow_none=True)
    document = ma.fields.String(attribute="issue_document", allow_none=True)
    closed_at = ma.fields.AwareDateTime(allow_none=True)


class InspectionOut(InspectionRow):
    team = ma.fields.List(ma.fields.Nested(TeamMemberOut))
    outside_share = ma.fields.Nested(OutsideOut, allow_none=True)
    marks = ma.fields.List(ma.fields.Nested(MarkOut))
    tests = ma.fields.List(ma.fields.Nested(TestOut))
    submissions = ma.fields.List(ma.fields.Nested(VersionOut))
    missing = ma.fields.List(ma.fields.String())
    waived = ma.fields.List(ma.fields.Nested(WaiverOut))
    recipients = ma.fields.List(ma.fields.Nested(RecipientOut))
    cancel_reason = ma.fields.String(allow_none=True)
    record_due_on = ma.fields.Date(allow_none=True)
    late_reason = ma.fields.String(allow_none=True)


class InspectionArgs(PageArgs):
    state = ma.fields.String(load_default=None, validate=_one_of(STATES))
    tender = ma.fields.UUID(load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)


class PaperArgs(Schema):
    """Which checklist is printed."""

    code = _text(64, data_key="form", required=True)
    version = ma.fields.Integer(required=True, validate=ma.validate.Range(min=1, error="應為 1 以上的整數。"))


class DeclarationIn(Schema):
    conflict = Flag(required=True)
    reason = _text(500, load_default=None, allow_none=True)


class ReasonIn(Schema):
    reason = _text(500, required=True)


class WaiverIn(Schema):
    sha256s = ma.fields.List(
        ma.fields.String(
            validate=ma.validate.Regexp(r"^[0-9a-f]{64}(?![\s\S])", error="應為 64 個小寫十六進位字元。")
        ),
        required=True,
        validate=ma.validate.Length(min=1, max=500, error="請選 1 到 500 張照片。"),
    )
    reason = _text(500, required=True)

    @ma.post_load
    def as_waiver(self, values: dict[str, Any], **_: Any) -> Waiver:
        return Waiver(tuple(values["sha256s"]), values["reason"])


class StartIn(Schema):
    started_at = Instant(load_default=None, allow_none=True)


class IssueIn(Schema):
    correct_by = Day(required=True)
    document = _text(120, required=True)
    late_reason = _text(500, load_default=None, allow_none=True)

    @ma.post_load
    def as_issue(self, values: dict[str, Any], **_: Any) -> Issue:
        return Issue(**values)


class SendOnIn(Schema):
    party = ma.fields.String(required=True, validate=_one_of(PARTIES))
    document = _text(120, required=True)

    @ma.post_load
    def as_send_on(self, values: dict[str, Any], **_: Any) -> SendOn:
        return SendOn(**values)


class TestIn(Schema):
    __test__ = False

    result = ma.fields.String(
        required=True, validate=ma.validate.OneOf(["pass", "fail"], error="應為 pass 或 fail。")
    )
    decided_on = Day(required=True)
    document = _text(120, required=True)

    @ma.post_load
    def as_result(self, values: dict[str, Any], **_: Any) -> TestResult:
        return TestResult(**values)


class ReceiptOut(Schema):
    id = ma.fields.UUID()
    sha256 = ma.fields.String()
    received_at = ma.fields.AwareDateTime()
    state = ma.fields.String()
    missing = ma.fields.List(ma.fields.String())
    receipt = ma.fields.Nested(SealedOut, allow_none=True)


InspectionPage = page_schema(InspectionRow)
