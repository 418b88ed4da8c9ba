"""Why a record went out late; approved numbers of inspections."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quota_overrides',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('band', sa.Integer(), nullable=False),
    sa.Column('required', sa.Integer(), nullable=False),
    sa.Column('document', sa.String(length=120), nullable=False),
    sa.Column('approved_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint('band >= 0 AND required >= 0', name=op.f('ck_quota_overrides_numbers')),
    sa.ForeignKeyConstraint(['recorded_by'], ['users.id'], name=op.f('fk_quota_overrides_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quota_overrides'))
    )
    with op.batch_alter_table('quota_overrides', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_quota_overrides_year'), ['year'], unique=False)

    op.add_column('inspections', sa.Column('late_reason', sa.String(length=500), nullable=True))


def downgrade() -> None:
    op.drop_column('inspections', 'late_reason')
    with op.batch_alter_table('quota_overrides', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_quota_overrides_year'))

    op.drop_table('quota_overrides')
