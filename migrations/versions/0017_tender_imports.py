"""Imports of tenders: sources, runs, files of the watched folder."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('import_sources',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('reader', sa.String(length=12), nullable=False),
    sa.Column('unit', sa.String(length=12), nullable=True),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('strict', sa.Boolean(), nullable=False),
    sa.Column('pattern', sa.String(length=120), nullable=True),
    sa.Column('url', sa.String(length=500), nullable=True),
    sa.Column('daily', sa.Boolean(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("unit IN ('twd', 'thousand_twd')", name=op.f('ck_import_sources_unit')),
    sa.ForeignKeyConstraint(['made_by'], ['users.id'], name=op.f('fk_import_sources_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_sources')),
    sa.UniqueConstraint('name', name=op.f('uq_import_sources_name'))
    )
    op.create_table('tender_imports',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source_id', sa.Uuid(), nullable=True),
    sa.Column('origin', sa.String(length=8), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('reader', sa.String(length=12), nullable=False),
    sa.Column('unit', sa.String(length=12), nullable=True),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('strict', sa.Boolean(), nullable=False),
    sa.Column('straight', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('phase', sa.String(length=10), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('report', sa.JSON(), nullable=True),
    sa.Column('problem', sa.JSON(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('by_name', sa.String(length=60), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('cancel_asked_at', UtcDateTime(), nullable=True),
    sa.Column('previewed_at', UtcDateTime(), nullable=True),
    sa.Column('confirmed_at', UtcDateTime(), nullable=True),
    sa.Column('finished_at', UtcDateTime(), nullable=True),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("state IN ('uploaded', 'previewing', 'previewed', 'importing', 'done', 'cancelled', 'failed')", name=op.f('ck_tender_imports_state')),
    sa.CheckConstraint("origin IN ('page', 'api', 'folder', 'address')", name=op.f('ck_tender_imports_origin')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_tender_imports_by_id')),
    sa.ForeignKeyConstraint(['source_id'], ['import_sources.id'], name=op.f('fk_tender_imports_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tender_imports'))
    )
    with op.batch_alter_table('tender_imports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tender_imports_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_tender_imports_sha256'), ['sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_tender_imports_source_id'), ['source_id'], unique=False)
        batch_op.create_index('ix_tender_imports_state_created_at', ['state', 'created_at'], unique=False)

    op.create_table('import_folder_files',
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('changed_ns', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', UtcDateTime(), nullable=False),
    sa.Column('problem', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_import_folder_files'))
    )


def downgrade() -> None:
    op.drop_table('import_folder_files')
    op.drop_table('tender_imports')
    op.drop_table('import_sources')
