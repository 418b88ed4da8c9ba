"""Under which name a form of ODK Collect speaks of a photo that came, until the form is whole."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "openrosa_attachments",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_openrosa_attachments_inspection_id")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["users.id"], name=op.f("fk_openrosa_attachments_sender_id")),
        sa.PrimaryKeyConstraint(
            "submission_id", "inspection_id", "sender_id", "name", name=op.f("pk_openrosa_attachments")
        ),
    )
    with op.batch_alter_table("openrosa_attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_openrosa_attachments_received_at"), ["received_at"], unique=False)


def downgrade() -> None:
    op.drop_table("openrosa_attachments")
