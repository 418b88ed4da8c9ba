"""How photos look, and what people made of the notes on them."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo_looks",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("method", sa.Integer(), nullable=False),
        sa.Column("views", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["photos.sha256"], name=op.f("fk_photo_looks_sha256"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_photo_looks")),
        sa.UniqueConstraint("sha256", name=op.f("uq_photo_looks_sha256")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("photo_looks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_looks_made_at"), ["made_at"], unique=False)
    op.create_table(
        "photo_note_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_photo_note_reviews_by_id")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_photo_note_reviews_inspection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_note_reviews")),
    )
    with op.batch_alter_table("photo_note_reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_note_reviews_note_id"), ["note_id"], unique=False)


def downgrade() -> None:
    op.drop_table("photo_note_reviews")
    op.drop_table("photo_looks")
