"""JSON of the operations overview."""

import marshmallow as ma

from inspect_app.core.api import PageArgs, Schema, page_schema
from inspect_app.messages.queries import STATES


class FindingOut(Schema):
    tone = ma.fields.String()
    what = ma.fields.String()
    todo = ma.fields.String()


class VersionsOut(Schema):
    application = ma.fields.String()
    python = ma.fields.String()
    sqlalchemy = ma.fields.String()


class DatabaseOut(Schema):
    kind = ma.fields.String()
    version = ma.fields.String()
    size_below_mib = ma.fields.Integer()
    wal_below_mib = ma.fields.Integer(allow_none=True)
    revision = ma.fields.String(allow_none=True)
    head = ma.fields.String(allow_none=True)
    is_current = ma.fields.Boolean()


class DiskOut(Schema):
    name = ma.fields.String()
    total_bytes = ma.fields.Integer()
    free_percent = ma.fields.Integer()
    state = ma.fields.String()


class DamageOut(Schema):
    what = ma.fields.String()
    place = ma.fields.String()
    name = ma.fields.String()
    first_seen = ma.fields.AwareDateTime()
    last_seen = ma.fields.AwareDateTime()
    healed_at = ma.fields.AwareDateTime(allow_none=True)
    todo = ma.fields.String()


class StorageOut(Schema):
    photos = ma.fields.Integer()
    bytes = ma.fields.Integer()
    faulty = ma.fields.Integer()
    remote = ma.fields.String(allow_none=True)
    away_since = ma.fields.AwareDateTime(allow_none=True)
    waiting = ma.fields.Integer()
    waiting_since = ma.fields.AwareDateTime(allow_none=True)
    read_at = ma.fields.AwareDateTime(allow_none=True)
    damages = ma.fields.List(ma.fields.Nested(DamageOut))


class WorkerOut(Schema):
    name = ma.fields.String()
    at = ma.fields.AwareDateTime()
    alive = ma.fields.Boolean()


class JobOut(Schema):
    name = ma.fields.String()
    title = ma.fields.String()
    state = ma.fields.String()
    label = ma.fields.String()
    period = ma.fields.String(allow_none=True)
    last_run_at = ma.fields.AwareDateTime(allow_none=True)
    last_success_at = ma.fields.AwareDateTime(allow_none=True)
    next_due_at = ma.fields.AwareDateTime(allow_none=True)
    attempts = ma.fields.Integer()
    cause = ma.fields.String()
    todo = ma.fields.String()


class StandingOut(Schema):
    configured = ma.fields.Boolean()
    waiting = ma.fields.Integer()
    oldest = ma.fields.AwareDateTime(allow_none=True)
    sent_today = ma.fields.Integer()
    dead = ma.fields.Integer()
    paused_since = ma.fields.AwareDateTime(allow_none=True)
    paused_until = ma.fields.AwareDateTime(allow_none=True)
    cause = ma.fields.String()


class SendingOut(Schema):
    """A message's way, without what it says."""

    id = ma.fields.UUID()
    kind = ma.fields.String()
    title = ma.fields.String()
    period = ma.fields.String()
    name = ma.fields.String()
    state = ma.fields.String()
    attempts = ma.fields.Integer()
    created_at = ma.fields.AwareDateTime()
    due_at = ma.fields.AwareDateTime()
    retry_at = ma.fields.AwareDateTime(allow_none=True)
    sent_at = ma.fields.AwareDateTime(allow_none=True)
    dead_at = ma.fields.AwareDateTime(allow_none=True)
    error = ma.fields.String(allow_none=True)


class SendingsArgs(PageArgs):
    """`name`: letters of the recipient's name."""

    state = ma.fields.String(load_default=None, validate=ma.validate.OneOf(list(STATES)))
    kind = ma.fields.String(load_default=None, validate=ma.validate.Length(max=60))
    name = ma.fields.String(load_default=None, validate=ma.validate.Length(max=120))


SendingPage = page_schema(SendingOut)


class RequestsOut(Schema):
    since = ma.fields.AwareDateTime()
    requests = ma.fields.Integer()
    failures = ma.fields.Integer()


class SettingOut(Schema):
    name = ma.fields.String()
    value = ma.fields.String()


class OperationsOut(Schema):
    """Sizes that move with every visit are told in coarse steps; counts are of issued inspections only."""

    at = ma.fields.AwareDateTime()
    state = ma.fields.String()
    findings = ma.fields.List(ma.fields.Nested(FindingOut))
    versions = ma.fields.Nested(VersionsOut)
    database = ma.fields.Nested(DatabaseOut)
    disks = ma.fields.List(ma.fields.Nested(DiskOut))
    storage = ma.fields.Nested(StorageOut)
    workers = ma.fields.List(ma.fields.Nested(WorkerOut))
    jobs = ma.fields.List(ma.fields.Nested(JobOut))
    messages = ma.fields.Nested(StandingOut)
    requests = ma.fields.Nested(RequestsOut)
    settings = ma.fields.List(ma.fields.Nested(SettingOut))


class RunOut(Schema):
    """One run; `outcome` is empty for jobs whose counts could tell of a visit before issue."""

    job = ma.fields.String()
    title = ma.fields.String()
    period = ma.fields.String(allow_none=True)
    state = ma.fields.String()
    due_at = ma.fields.AwareDateTime()
    started_at = ma.fields.AwareDateTime(allow_none=True)
    finished_at = ma.fields.AwareDateTime(allow_none=True)
    seconds = ma.fields.Float(allow_none=True)
    attempts = ma.fields.Integer()
    outcome = ma.fields.Dict(keys=ma.fields.String())
    next_due_at = ma.fields.AwareDateTime(allow_none=True)


class RunsOut(Schema):
    items = ma.fields.List(ma.fields.Nested(RunOut))
    next = ma.fields.String(allow_none=True)


class JobsOut(RunsOut):
    """The last run of every job."""


class OutgoingOut(Schema):
    kind = ma.fields.String()
    title = ma.fields.String()
    period = ma.fields.String()
    recipient = ma.fields.String()
    email = ma.fields.String(allow_none=True)
    subject = ma.fields.String()


class PreviewOut(Schema):
    """A run to come and the messages it would write."""

    job = ma.fields.String()
    title = ma.fields.String()
    period = ma.fields.String()
    due_at = ma.fields.AwareDateTime()
    error = ma.fields.String(allow_none=True)
    messages = ma.fields.List(ma.fields.Nested(OutgoingOut))


class PreviewsOut(Schema):
    items = ma.fields.List(ma.fields.Nested(PreviewOut))
    next = ma.fields.String(allow_none=True)


class OrderOut(Schema):
    job = ma.fields.String()
    period = ma.fields.String()
