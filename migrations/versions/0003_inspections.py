"""Inspections, submissions, defects, photos."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import Hundredths, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.String(length=19), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photos")),
    )
    op.create_table(
        "inspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", UtcDateTime(), nullable=True),
        sa.Column("issue_document", sa.String(length=120), nullable=True),
        sa.Column("correct_by", sa.Date(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name=op.f("fk_inspections_tender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
    )
    with op.batch_alter_table("inspections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspections_on"), ["on"], unique=False)
        batch_op.create_index(batch_op.f("ix_inspections_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_inspections_tender_id_on",
            ["tender_id", "on"],
            unique=True,
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )

    op.create_table(
        "defects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=1), nullable=False),
        sa.Column("party", sa.String(length=12), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("correct_by", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name=op.f("fk_defects_inspection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defects")),
    )
    with op.batch_alter_table("defects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_defects_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_defects_correct_by"), ["correct_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_defects_inspection_id"), ["inspection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_defects_state"), ["state"], unique=False)

    op.create_table(
        "marks",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("quality_system", sa.Integer(), nullable=True),
        sa.Column("workmanship", sa.Integer(), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name=op.f("fk_marks_inspection_id")),
        sa.ForeignKeyConstraint(["member_id"], ["users.id"], name=op.f("fk_marks_member_id")),
        sa.PrimaryKeyConstraint("inspection_id", "member_id", name=op.f("pk_marks")),
    )
    op.create_table(
        "named_photos",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("signature", sa.String(length=24), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("caption", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_named_photos_inspection_id")
        ),
        sa.PrimaryKeyConstraint("inspection_id", "sha256", name=op.f("pk_named_photos")),
    )
    with op.batch_alter_table("named_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_named_photos_sha256"), ["sha256"], unique=False)

    op.create_table(
        "photo_receipts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_photo_receipts_inspection_id")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["photos.sha256"], name=op.f("fk_photo_receipts_sha256")),
        sa.ForeignKeyConstraint(["uploader_id"], ["users.id"], name=op.f("fk_photo_receipts_uploader_id")),
        sa.PrimaryKeyConstraint("sha256", "inspection_id", "uploader_id", name=op.f("pk_photo_receipts")),
    )
    with op.batch_alter_table("photo_receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_receipts_inspection_id"), ["inspection_id"], unique=False)

    op.create_table(
        "photo_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("described", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_photo_uploads_inspection_id")
        ),
        sa.ForeignKeyConstraint(["uploader_id"], ["users.id"], name=op.f("fk_photo_uploads_uploader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_uploads")),
    )
    with op.batch_alter_table("photo_uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_uploads_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "site_tests",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("test", sa.String(length=24), nullable=False),
        sa.Column("result", sa.String(length=4), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_site_tests_inspection_id")
        ),
        sa.PrimaryKeyConstraint("inspection_id", "test", name=op.f("pk_site_tests")),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_submissions_inspection_id")
        ),
        sa.ForeignKeyConstraint(["received_by"], ["users.id"], name=op.f("fk_submissions_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("inspection_id", "version", name=op.f("uq_submissions_inspection_id_version")),
    )
    op.create_table(
        "team_members",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("declared_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_team_members_inspection_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_members_user_id")),
        sa.PrimaryKeyConstraint("inspection_id", "user_id", name=op.f("pk_team_members")),
    )
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_members_user_id"), ["user_id"], unique=False)

    op.create_table(
        "defect_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("defect_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_defect_steps_by_id")),
        sa.ForeignKeyConstraint(["defect_id"], ["defects.id"], name=op.f("fk_defect_steps_defect_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defect_steps")),
    )
    with op.batch_alter_table("defect_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_defect_steps_defect_id"), ["defect_id"], unique=False)

    op.create_table(
        "correction_photos",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_correction_photos_inspection_id")
        ),
        sa.ForeignKeyConstraint(["step_id"], ["defect_steps.id"], name=op.f("fk_correction_photos_step_id")),
        sa.PrimaryKeyConstraint("step_id", "sha256", name=op.f("pk_correction_photos")),
    )
    with op.batch_alter_table("correction_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_photos_sha256"), ["sha256"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("correction_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_photos_sha256"))

    op.drop_table("correction_photos")
    with op.batch_alter_table("defect_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_defect_steps_defect_id"))

    op.drop_table("defect_steps")
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_members_user_id"))

    op.drop_table("team_members")
    op.drop_table("submissions")
    op.drop_table("site_tests")
    with op.batch_alter_table("photo_uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_uploads_expires_at"))

    op.drop_table("photo_uploads")
    with op.batch_alter_table("photo_receipts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_receipts_inspection_id"))

    op.drop_table("photo_receipts")
    with op.batch_alter_table("named_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_named_photos_sha256"))

    op.drop_table("named_photos")
    op.drop_table("marks")
    with op.batch_alter_table("defects", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_defects_state"))
        batch_op.drop_index(batch_op.f("ix_defects_inspection_id"))
        batch_op.drop_index(batch_op.f("ix_defects_correct_by"))
        batch_op.drop_index(batch_op.f("ix_defects_code"))

    op.drop_table("defects")
    with op.batch_alter_table("inspections", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_inspections_tender_id_on",
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )
        batch_op.drop_index(batch_op.f("ix_inspections_state"))
        batch_op.drop_index(batch_op.f("ix_inspections_on"))

    op.drop_table("inspections")
    op.drop_table("photos")
