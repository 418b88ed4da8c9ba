"""The table of files that came with a form, until the form is whole."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base

LONGEST_NAME = 255


class Attachment(Base):
    """Under which name a person's form speaks of a photo that came; the photo itself is the photos' room's.

    The same name may come again with other bytes until the form is whole: the last counts.
    """

    __tablename__ = "openrosa_attachments"

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(index=True)
