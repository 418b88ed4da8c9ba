"""Filing notes, and what people made of them."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('filing_notes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tender_id', sa.Uuid(), nullable=False),
    sa.Column('rule', sa.String(length=32), nullable=False),
    sa.Column('first', sa.String(length=7), nullable=False),
    sa.Column('last', sa.String(length=7), nullable=False),
    sa.Column('strong', sa.Boolean(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('zh', sa.Text(), nullable=False),
    sa.Column('en', sa.Text(), nullable=False),
    sa.Column('ask', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('reviewed', sa.String(length=64), nullable=True),
    sa.Column('verdict', sa.String(length=9), nullable=True),
    sa.Column('found_at', UtcDateTime(), nullable=False),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'confirmed', 'dismissed', 'gone')", name=op.f('ck_filing_notes_state')),
    sa.ForeignKeyConstraint(['tender_id'], ['tenders.id'], name=op.f('fk_filing_notes_tender_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_notes'))
    )
    with op.batch_alter_table('filing_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_filing_notes_tender_id'), ['tender_id'], unique=False)
        batch_op.create_index('ix_filing_notes_state_strong_last', ['state', 'strong', 'last'], unique=False)

    op.create_table('filing_note_reviews',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=False),
    sa.Column('verdict', sa.String(length=9), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('by_name', sa.String(length=60), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_filing_note_reviews_by_id')),
    sa.ForeignKeyConstraint(['note_id'], ['filing_notes.id'], name=op.f('fk_filing_note_reviews_note_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_note_reviews'))
    )
    with op.batch_alter_table('filing_note_reviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_filing_note_reviews_note_id'), ['note_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('filing_note_reviews', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_filing_note_reviews_note_id'))

    op.drop_table('filing_note_reviews')
    with op.batch_alter_table('filing_notes', schema=None) as batch_op:
        batch_op.drop_index('ix_filing_notes_state_strong_last')
        batch_op.drop_index(batch_op.f('ix_filing_notes_tender_id'))

    op.drop_table('filing_notes')
