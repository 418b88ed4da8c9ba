"""The table of the city's public keys: what was signed with a key stays provable when another is in use."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base


class EvidenceKey(Base):
    """The public half (DER in base64url) of a signing key; `id` is how its SHA-256 begins.

    `endorsement`: the signature of the key before it over {kind, id, public, since}, None for the first.
    `withdrawn_at`: from when on nothing it signed is trusted.
    """

    __tablename__ = "evidence_keys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    public: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    endorsed_by: Mapped[str | None] = mapped_column(String(32))
    endorsement: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None]
