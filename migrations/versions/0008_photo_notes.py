"""What a photo tells of itself: position, camera, program. Null for photos received before."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photos", sa.Column("notes", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("photos", "notes")
