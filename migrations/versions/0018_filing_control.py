"""The history of months and statuses; excuses, flags and the chase of filings."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import Hundredths, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

EVENTS = sa.table('audit_events', sa.column('at', UtcDateTime()), sa.column('action'), sa.column('subject_id'),
                  sa.column('detail', sa.JSON()))
TENDERS = sa.table('tenders', sa.column('id', sa.Uuid()), sa.column('created_at', UtcDateTime()))


def _months(name: str, *own: sa.Column) -> sa.TableClause:
    key = sa.column('tender_id', sa.Uuid()), sa.column('month', sa.String())
    told = map(sa.column, ('planned', 'actual', 'status'))
    return sa.table(name, *key, *told, sa.column('filed_at', UtcDateTime()), *own)


PROGRESS = _months('tender_progress', sa.column('version'))
VERSIONS = _months('progress_versions', sa.column('number'), sa.column('recorded_at', UtcDateTime()), sa.column('source'))
VERSION_COLUMNS = ('tender_id', 'month', 'number', 'planned', 'actual', 'status', 'filed_at')
LIVE, OPEN = sa.text('withdrawn_at IS NULL'), sa.text('cleared_at IS NULL')


def upgrade() -> None:
    _history()
    _excuses()
    _flags()
    _fill()


def _fill() -> None:
    """What is known of before: the values of now, since the first event that tells of a month or brought its tender."""
    connection = op.get_bind()
    connection.execute(sa.text(
        "INSERT INTO tender_status_changes (tender_id, number, status, name, recorded_at, recorded_by, source) "
        "SELECT id, version, status, name, created_at, NULL, 'kept' FROM tenders"
    ))
    seen = _first_told(connection)
    columns = [PROGRESS.c[name] for name in ('tender_id', 'month', 'version', 'planned', 'actual', 'status', 'filed_at')]
    query = sa.select(*columns, TENDERS.c.created_at).join(TENDERS, TENDERS.c.id == PROGRESS.c.tender_id)
    for rows in connection.execute(query).partitions(1000):
        connection.execute(sa.insert(VERSIONS), [
            dict(zip(VERSION_COLUMNS, row[:-1], strict=True))
            | {'recorded_at': seen.get((str(row[0]), row[1]), row[-1]), 'source': 'kept'}
            for row in rows
        ])


def _first_told(connection: sa.Connection) -> dict[tuple[str, str], datetime]:
    """When a month of a tender was first written down, as the audit tells: by tender (text) and month."""
    seen: dict[tuple[str, str], datetime] = {}
    events = sa.select(EVENTS.c.subject_id, EVENTS.c.at, EVENTS.c.detail).where(EVENTS.c.action == 'progress.filed')
    for tender, at, detail in connection.execute(events.order_by(EVENTS.c.at)):
        for month in detail.get('months') or [detail['month']]:
            seen.setdefault((tender, month), at)
    return seen


def _history() -> None:
    op.create_table('tender_status_changes',
    sa.Column('tender_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.Column('source', sa.String(length=8), nullable=False),
    sa.ForeignKeyConstraint(['recorded_by'], ['users.id'], name=op.f('fk_tender_status_changes_recorded_by')),
    sa.ForeignKeyConstraint(['tender_id'], ['tenders.id'], name=op.f('fk_tender_status_changes_tender_id')),
    sa.PrimaryKeyConstraint('tender_id', 'number', name=op.f('pk_tender_status_changes'))
    )
    op.create_table('progress_versions',
    sa.Column('tender_id', sa.Uuid(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('planned', Hundredths(), nullable=False),
    sa.Column('actual', Hundredths(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=True),
    sa.Column('filed_at', UtcDateTime(), nullable=True),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.Column('source', sa.String(length=8), nullable=False),
    sa.ForeignKeyConstraint(['recorded_by'], ['users.id'], name=op.f('fk_progress_versions_recorded_by')),
    sa.ForeignKeyConstraint(['tender_id'], ['tenders.id'], name=op.f('fk_progress_versions_tender_id')),
    sa.PrimaryKeyConstraint('tender_id', 'month', 'number', name=op.f('pk_progress_versions'))
    )
    with op.batch_alter_table('progress_versions', schema=None) as batch_op:
        batch_op.create_index('ix_progress_versions_month_tender_id', ['month', 'tender_id', 'number'], unique=False)


def _excuses() -> None:
    op.create_table('filing_excuses',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('tender_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('document', sa.String(length=120), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', UtcDateTime(), nullable=True),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['recorded_by'], ['users.id'], name=op.f('fk_filing_excuses_recorded_by')),
    sa.ForeignKeyConstraint(['tender_id'], ['tenders.id'], name=op.f('fk_filing_excuses_tender_id')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['users.id'], name=op.f('fk_filing_excuses_withdrawn_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_excuses'))
    )
    with op.batch_alter_table('filing_excuses', schema=None) as batch_op:
        batch_op.create_index('uq_filing_excuses_live', ['month', 'tender_id'], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
        batch_op.create_index('ix_filing_excuses_tender_id', ['tender_id'], unique=False)


def _flags() -> None:
    op.create_table('flagged_months',
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('flagged_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('flags', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('month', name=op.f('pk_flagged_months'))
    )
    op.create_table('filing_flags',
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('tender_id', sa.Uuid(), nullable=False),
    sa.Column('agency_id', sa.Uuid(), nullable=False),
    sa.Column('flagged_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('cleared_at', UtcDateTime(), nullable=True),
    sa.Column('how', sa.String(length=8), nullable=True),
    sa.CheckConstraint("how IN ('on_time', 'late', 'excused')", name=op.f('ck_filing_flags_how')),
    sa.ForeignKeyConstraint(['agency_id'], ['organisations.id'], name=op.f('fk_filing_flags_agency_id')),
    sa.ForeignKeyConstraint(['tender_id'], ['tenders.id'], name=op.f('fk_filing_flags_tender_id')),
    sa.PrimaryKeyConstraint('month', 'tender_id', name=op.f('pk_filing_flags'))
    )
    with op.batch_alter_table('filing_flags', schema=None) as batch_op:
        batch_op.create_index('ix_filing_flags_tender_id', ['tender_id'], unique=False)
        batch_op.create_index('ix_filing_flags_open', ['month', 'agency_id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)

    op.create_table('filing_chases',
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('agency_id', sa.Uuid(), nullable=False),
    sa.Column('duty', sa.String(length=16), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('recipients', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['organisations.id'], name=op.f('fk_filing_chases_agency_id')),
    sa.PrimaryKeyConstraint('month', 'agency_id', 'duty', name=op.f('pk_filing_chases'))
    )


def downgrade() -> None:
    for name in ('filing_chases', 'filing_flags', 'flagged_months', 'filing_excuses', 'progress_versions',
                 'tender_status_changes'):
        op.drop_table(name)
