"""Photos that need not come, who saw an original, and photos that were erased; the last two are append-only."""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FROZEN = {
    "photo_views": "UPDATE",
    "photo_view_purges": "UPDATE DELETE",
    "photo_erasures": "UPDATE DELETE",
}
"""Table: what the database refuses; a view may be deleted once a purge says so."""

PURGED = "SELECT 1 FROM photo_view_purges WHERE photo_view_purges.before > OLD.at"


def upgrade() -> None:
    _waivers()
    _views()
    _erasures()
    (_freeze_sqlite if op.get_bind().dialect.name == "sqlite" else _freeze_postgresql)()


def _waivers() -> None:
    op.create_table(
        "photo_waivers",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("waived_at", UtcDateTime(), nullable=False),
        sa.Column("waived_by", sa.Uuid(), nullable=False),
        sa.Column("waived_by_name", sa.String(length=60), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_photo_waivers_inspection_id")
        ),
        sa.ForeignKeyConstraint(["waived_by"], ["users.id"], name=op.f("fk_photo_waivers_waived_by")),
        sa.PrimaryKeyConstraint("inspection_id", "sha256", name=op.f("pk_photo_waivers")),
    )


def _views() -> None:
    op.create_table(
        "photo_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_name", sa.String(length=60), nullable=False),
        sa.Column("viewer_role", sa.String(length=12), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_views")),
    )
    with op.batch_alter_table("photo_views", schema=None) as batch_op:
        batch_op.create_index("ix_photo_views_inspection", ["inspection_id", "at", "id"], unique=False)
        batch_op.create_index("ix_photo_views_photo", ["sha256", "at", "id"], unique=False)
        batch_op.create_index("ix_photo_views_at", ["at"], unique=False)
    op.create_table(
        "photo_view_purges",
        sa.Column("before", UtcDateTime(), nullable=False),
        sa.Column("purged_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("before", name=op.f("pk_photo_view_purges")),
    )


def _erasures() -> None:
    op.create_table(
        "photo_erasures",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.Column("erased_by", sa.Uuid(), nullable=False),
        sa.Column("erased_by_name", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photo_erasures")),
    )


def _freeze_sqlite() -> None:
    for table, verbs in FROZEN.items():
        for verb in verbs.split():
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        f"CREATE TRIGGER photo_views_no_delete BEFORE DELETE ON photo_views WHEN NOT EXISTS ({PURGED}) "
        "BEGIN SELECT RAISE(ABORT, 'photo_views is append-only'); END"
    )


def _freeze_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION photo_records_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table, verbs in FROZEN.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {' OR '.join([*verbs.split(), 'TRUNCATE'])} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION photo_records_refuse()"
        )
    op.execute(
        "CREATE FUNCTION photo_views_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT EXISTS ({PURGED}) THEN RAISE EXCEPTION 'photo_views is append-only'; END IF; "
        "RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER photo_views_no_delete BEFORE DELETE ON photo_views "
        "FOR EACH ROW EXECUTE FUNCTION photo_views_keep()"
    )


def downgrade() -> None:
    for table in ("photo_erasures", "photo_view_purges", "photo_views", "photo_waivers"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION photo_views_keep()")
        op.execute("DROP FUNCTION photo_records_refuse()")
