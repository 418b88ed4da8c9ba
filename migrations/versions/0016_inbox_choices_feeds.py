"""What people choose to be mailed, addresses to be confirmed, calendar feeds, and an index of what is unread."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = '0016'
down_revision = "0015"
branch_labels = None
depends_on = None

UNREAD = sa.text('read_at IS NULL')


def upgrade() -> None:
    op.create_table('mail_choices',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('chosen_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_mail_choices_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'kind', name=op.f('pk_mail_choices'))
    )
    op.create_table('calendar_feeds',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('revoked_at', UtcDateTime(), nullable=True),
    sa.Column('fetched_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_calendar_feeds_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feeds')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feeds_token_hash'))
    )
    op.create_index(op.f('ix_calendar_feeds_user_id'), 'calendar_feeds', ['user_id'], unique=False)
    op.create_table('address_confirmations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_address_confirmations_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address_confirmations')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_address_confirmations_code_hash'))
    )
    op.create_index(
        op.f('ix_address_confirmations_user_id'), 'address_confirmations', ['user_id'], unique=False
    )
    op.create_index(
        'ix_outbox_messages_unread', 'outbox_messages', ['user_id'], unique=False,
        sqlite_where=UNREAD, postgresql_where=UNREAD,
    )


def downgrade() -> None:
    op.drop_index('ix_outbox_messages_unread', table_name='outbox_messages')
    op.drop_index(op.f('ix_address_confirmations_user_id'), table_name='address_confirmations')
    op.drop_table('address_confirmations')
    op.drop_index(op.f('ix_calendar_feeds_user_id'), table_name='calendar_feeds')
    op.drop_table('calendar_feeds')
    op.drop_table('mail_choices')
