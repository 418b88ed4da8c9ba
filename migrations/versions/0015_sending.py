"""The queue in the order in which it is sent, attempts before a replay, and the pause while the mail server is away."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = '0015'
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mail_pauses',
    sa.Column('server', sa.String(length=8), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.Column('until', UtcDateTime(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('server', name=op.f('pk_mail_pauses'))
    )
    with op.batch_alter_table('outbox_messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('spent', sa.Integer(), nullable=False, server_default='0'))
        batch_op.drop_index('ix_outbox_messages_state_not_before')
        batch_op.create_index('ix_outbox_messages_state_due_at', ['state', 'due_at', 'id'], unique=False)
    with op.batch_alter_table('outbox_messages', schema=None) as batch_op:
        batch_op.alter_column('spent', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('outbox_messages', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_messages_state_due_at')
        batch_op.create_index('ix_outbox_messages_state_not_before', ['state', 'not_before'], unique=False)
        batch_op.drop_column('spent')
    op.drop_table('mail_pauses')
