"""Which tablet began a resumable upload, for the quotas of each."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("photo_uploads", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_photo_uploads_device_id"), "devices", ["device_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_photo_uploads_uploader_id"), ["uploader_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("photo_uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_uploads_uploader_id"))
        batch_op.drop_constraint(op.f("fk_photo_uploads_device_id"), type_="foreignkey")
        batch_op.drop_column("device_id")
