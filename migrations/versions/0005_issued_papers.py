"""What the issue of an inspection freezes: the tender as its papers name it, and who received them.

Issued inspections are filled from the tender as it stands at the migration.
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

from inspect_app.core.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARTIES = ("agency", "supervisor", "contractor", "pcm")
PLAIN = ("number", "name", "kind", "own", "budget_twd", "contract_twd", "category", "status")


def upgrade() -> None:
    op.create_table(
        "recipients",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_recipients_inspection_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_recipients_organisation_id")
        ),
        sa.PrimaryKeyConstraint("inspection_id", "party", "organisation_id", name=op.f("pk_recipients")),
    )
    with op.batch_alter_table("recipients", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recipients_organisation_id"), ["organisation_id"], unique=False)
    op.add_column("inspections", sa.Column("issued_facts", sa.JSON(), nullable=True))
    _fill()


def downgrade() -> None:
    op.drop_column("inspections", "issued_facts")
    op.drop_table("recipients")


def _fill() -> None:
    connection = op.get_bind()
    for row in connection.execute(_issued()).mappings().all():
        tender = {name: row[name] for name in (*PLAIN, *PARTIES)}
        connection.execute(
            sa.update(INSPECTIONS)
            .where(INSPECTIONS.c.id == row["inspection_id"])
            .values(issued_facts={"tender": tender, "issued_by": ""})
        )
        if received := [_recipient(row, party) for party in PARTIES if row[f"{party}_id"]]:
            connection.execute(sa.insert(RECIPIENTS), received)


def _recipient(row: sa.RowMapping, party: str) -> dict[str, object]:
    organisation_id: UUID = row[f"{party}_id"]
    return {
        "inspection_id": row["inspection_id"],
        "party": party,
        "organisation_id": organisation_id,
        "organisation": row[party],
        "given_at": row["issued_at"],
    }


def _issued() -> sa.Select[tuple[object, ...]]:
    """Issued inspections with their tender, its organisations by id and by name."""
    named = {party: ORGANISATIONS.alias(party) for party in PARTIES}
    joined = INSPECTIONS.join(TENDERS, TENDERS.c.id == INSPECTIONS.c.tender_id)
    for party, organisation in named.items():
        joined = joined.outerjoin(organisation, organisation.c.id == TENDERS.c[f"{party}_id"])
    return (
        sa.select(
            INSPECTIONS.c.id.label("inspection_id"),
            INSPECTIONS.c.issued_at,
            *(TENDERS.c[name] for name in PLAIN),
            *(TENDERS.c[f"{party}_id"] for party in PARTIES),
            *(organisation.c.name.label(party) for party, organisation in named.items()),
        )
        .select_from(joined)
        .where(INSPECTIONS.c.state.in_(("issued", "closed")))
    )


INSPECTIONS = sa.table(
    "inspections",
    sa.column("id", sa.Uuid()),
    sa.column("tender_id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("issued_at", UtcDateTime()),
    sa.column("issued_facts", sa.JSON()),
)
TENDERS = sa.table(
    "tenders",
    sa.column("id", sa.Uuid()),
    *(sa.column(f"{party}_id", sa.Uuid()) for party in PARTIES),
    sa.column("own", sa.Boolean()),
    *(sa.column(name) for name in PLAIN if name != "own"),
)
ORGANISATIONS = sa.table("organisations", sa.column("id", sa.Uuid()), sa.column("name", sa.String()))
RECIPIENTS = sa.table(
    "recipients",
    sa.column("inspection_id", sa.Uuid()),
    sa.column("party", sa.String()),
    sa.column("organisation_id", sa.Uuid()),
    sa.column("organisation", sa.String()),
    sa.column("given_at", UtcDateTime()),
    sa.column("document", sa.String()),
)
