"""Imported revisions of the catalogue, which never change, and the revision that an inspection was judged by.

Inspections submitted so far were judged by the one revision there was.
"""

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("catalogue_revisions", "catalogue_lines", "catalogue_wordings")
MESSAGE = "a stored revision of the catalogue never changes"
INSPECTIONS = sa.table("inspections", sa.column("submission_id", sa.Uuid()), sa.column("code_revision", sa.String()))


def upgrade() -> None:
    op.create_table(
        "catalogue_revisions",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("trades", sa.JSON(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("imported_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_revisions")),
        sa.UniqueConstraint("counts_from", name=op.f("uq_catalogue_revisions_counts_from")),
    )
    op.create_table(
        "catalogue_lines",
        sa.Column("revision_id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=12), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("points", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("english", sa.String(length=120), nullable=False),
        sa.Column("trade", sa.String(length=20), nullable=False),
        sa.Column("phase", sa.String(length=12), nullable=True),
        sa.Column("party", sa.String(length=12), nullable=True),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("bears", sa.String(length=12), nullable=True),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("doubt", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["catalogue_revisions.id"], name=op.f("fk_catalogue_lines_revision_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", "code", name=op.f("pk_catalogue_lines")),
    )
    op.create_table(
        "catalogue_wordings",
        sa.Column("revision_id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("title_is_earlier", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["catalogue_revisions.id"], name=op.f("fk_catalogue_wordings_revision_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", "code", name=op.f("pk_catalogue_wordings")),
    )
    _refuse_changes()
    op.add_column("inspections", sa.Column("code_revision", sa.String(length=20), nullable=True))
    submitted = sa.update(INSPECTIONS).where(INSPECTIONS.c.submission_id.is_not(None))
    op.get_bind().execute(submitted.values(code_revision="roc-111"))


def downgrade() -> None:
    op.drop_column("inspections", "code_revision")
    for table in reversed(TABLES):
        op.drop_table(table)  # and with it its triggers
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION catalogue_refuse()")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION catalogue_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_refuse()"
        )
