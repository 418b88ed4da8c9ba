"""Tables of where photos' bytes lie and how they are found there. They tell of this place alone: no backup has them."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base


class OffloadedPhoto(Base):
    """That every size of a photo lies in S3, read back and right at `checked_at`; one without a photo is to go."""

    __tablename__ = "offloaded_photos"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    offloaded_at: Mapped[datetime]
    checked_at: Mapped[datetime] = mapped_column(index=True)


class StorageFinding(Base):
    """Something wrong with an object in a place (`local`, `s3`), or with the place itself (then `name` is empty).

    `kind`: damaged, empty, missing, stray, refused, away. `healed_from`: the place the right bytes came from, `original` for
    a copy made anew, `outside` for one that was simply right again.
    """

    __tablename__ = "storage_findings"

    place: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    healed_at: Mapped[datetime | None] = mapped_column(index=True)
    healed_from: Mapped[str | None] = mapped_column(String(10))
