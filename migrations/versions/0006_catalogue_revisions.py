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
KEYS = {
    "catalogue_revisions": "id = NEW.id OR counts_from = NEW.counts_from",
    "catalogue_lines": "revision_id = NEW.revision_id AND (code = NEW.code OR position = NEW.position)",
    "catalogue_wordings": "revision_id = NEW.revision_id AND code = NEW.code",
}
BEYOND = (
    "NEW.position NOT BETWEEN 0 AND (SELECT lines - 1 FROM catalogue_revisions WHERE id = NEW.revision_id)"
)
"""A line of no place in its revision: every place is taken once it is stored."""
INSPECTIONS = sa.table(
    "inspections", sa.column("submission_id", sa.Uuid()), sa.column("code_revision", sa.String())
)


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
        sa.Column("lines", sa.Integer(), nullable=False),
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
        sa.UniqueConstraint("revision_id", "position", name=op.f("uq_catalogue_lines_revision_id_position")),
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
        op.execute("DROP FUNCTION catalogue_refuse_beyond()")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def _refuse_on_sqlite() -> None:
    """Also what INSERT OR REPLACE would put in place of a stored row, for which no trigger of DELETE runs."""
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            _trigger(f"{table}_no_{verb.lower()}", f"BEFORE {verb} ON {table}")
        stored = f"SELECT 1 FROM {table} WHERE rowid = NEW.rowid OR {KEYS[table]}"  # noqa: S608 - our own names
        _trigger(f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS ({stored})")
    _trigger("catalogue_lines_no_more", f"BEFORE INSERT ON catalogue_lines WHEN {BEYOND}")


def _trigger(name: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END")


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION catalogue_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_refuse()"
        )
    op.execute(
        "CREATE FUNCTION catalogue_refuse_beyond() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {BEYOND} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER catalogue_lines_no_more BEFORE INSERT ON catalogue_lines "
        "FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_beyond()"
    )
