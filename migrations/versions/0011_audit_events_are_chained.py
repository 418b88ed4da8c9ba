"""The events of an inspection are a hash chain; those that stand are chained in the order of their instants."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from inspect_app.core.chain import START, following
from inspect_app.core.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MESSAGE = "audit events are append-only"
REFUSED = "簽章金鑰已啟用，收據與文件可能已發出；退回會使它們都無法核對。請改由升級前的備份還原。"
SUBJECTS = 500
"""So many subjects' events are in memory at once."""
EVENTS = sa.table(
    "audit_events",
    sa.column("id", sa.Uuid()),
    sa.column("at", UtcDateTime()),
    sa.column("actor_id", sa.Uuid()),
    *(sa.column(name, sa.String()) for name in ("actor_name", "action", "subject_kind", "subject_id")),
    sa.column("detail", sa.JSON()),
    sa.column("request_id", sa.String()),
    sa.column("seq", sa.Integer()),
    sa.column("hash", sa.String()),
)


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("seq", sa.Integer(), nullable=True))
    op.add_column("audit_events", sa.Column("hash", sa.String(length=64), nullable=True))
    _guard(lift=True)
    _chain()
    _guard(lift=False)
    op.drop_index("ix_audit_events_subject", table_name="audit_events")
    columns = ["subject_kind", "subject_id", "seq"]
    op.create_index("uq_audit_events_subject_seq", "audit_events", columns, unique=True)
    op.create_table(
        "evidence_keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("endorsed_by", sa.String(length=32), nullable=True),
        sa.Column("endorsement", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_keys")),
    )


def downgrade() -> None:
    """Refused once a key was in use: another chaining would disown every receipt and paper that is out."""
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(sa.table("evidence_keys"))):
        raise RuntimeError(REFUSED)
    op.drop_table("evidence_keys")
    op.drop_index("uq_audit_events_subject_seq", table_name="audit_events")
    op.create_index("ix_audit_events_subject", "audit_events", ["subject_kind", "subject_id"])
    op.drop_column("audit_events", "hash")
    op.drop_column("audit_events", "seq")


def _guard(*, lift: bool) -> None:
    """Let the events be changed, or not any more."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            f"ALTER TABLE audit_events {'DISABLE' if lift else 'ENABLE'} TRIGGER audit_events_no_change"
        )
        return
    name = "audit_events_no_update"
    op.execute(
        f"DROP TRIGGER {name}"
        if lift
        else f"CREATE TRIGGER {name} BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )


def _chain() -> None:
    change = (
        sa.update(EVENTS)
        .where(EVENTS.c.id == sa.bindparam("key"))
        .values(seq=sa.bindparam("place"), hash=sa.bindparam("digest"))
    )
    subjects = _subjects()
    for start in range(0, len(subjects), SUBJECTS):
        op.get_bind().execute(change, list(_linked(_ordered(subjects[start : start + SUBJECTS]))))


def _subjects() -> list[str]:
    query = sa.select(EVENTS.c.subject_id).where(EVENTS.c.subject_kind == "inspection").distinct()
    return list(op.get_bind().scalars(query))


def _ordered(subjects: list[str]) -> list[Any]:
    query = sa.select(EVENTS).where(EVENTS.c.subject_kind == "inspection", EVENTS.c.subject_id.in_(subjects))
    return list(op.get_bind().execute(query.order_by(EVENTS.c.subject_id, EVENTS.c.at, EVENTS.c.id)))


def _linked(rows: list[Any]) -> Iterator[dict[str, Any]]:
    for _, events in groupby(rows, lambda row: row.subject_id):
        last = START
        for event in events:
            last = following(last, event._mapping)
            yield {"key": event.id, "place": last.seq, "digest": last.hash}
