"""What the copies of a photo hash to, which photos lie in S3, and what the nightly reading found."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photos", sa.Column("web_sha256", sa.String(length=64), nullable=True))
    op.add_column("photos", sa.Column("thumb_sha256", sa.String(length=64), nullable=True))
    op.create_table(
        "offloaded_photos",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("offloaded_at", UtcDateTime(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_offloaded_photos")),
    )
    with op.batch_alter_table("offloaded_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offloaded_photos_checked_at"), ["checked_at"], unique=False)

    op.create_table(
        "storage_findings",
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("healed_at", UtcDateTime(), nullable=True),
        sa.Column("healed_from", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("place", "name", name=op.f("pk_storage_findings")),
    )
    with op.batch_alter_table("storage_findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_storage_findings_healed_at"), ["healed_at"], unique=False)


def downgrade() -> None:
    op.drop_table("storage_findings")
    op.drop_table("offloaded_photos")
    # Not in a batch, which makes the table anew: other tables' rows refer to it.
    op.drop_column("photos", "thumb_sha256")
    op.drop_column("photos", "web_sha256")
