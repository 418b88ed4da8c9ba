"""Pictures, visits and a small tus client for the tests of photos."""

import base64
import hashlib
import io
import struct
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from inspect_app.core import clock
from inspect_app.core.database import Base, session
from inspect_app.core.storage import storage
from inspect_app.inspections import recipients
from inspect_app.inspections.models import Inspection, NamedPhoto, TeamMember
from inspect_app.photos.keeping import shelves
from inspect_app.photos.models import Photo, PhotoReceipt, PhotoUpload
from tests import builders
from tests.clients import Api
from tests.conftest import Write

PUBLISHED = {"issued", "closed"}
TEAM = (("leader", "leader"), ("member1", "member"))
CHUNK = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


@cache
def picture(number: int = 0, size: tuple[int, int] = (320, 240), kind: str = "JPEG") -> bytes:
    """A photo, the same in one run; another `number` is another photo."""
    image = Image.effect_noise(size, 40).convert("RGB")
    image.paste((number % 256, 90, 30), (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def huge_png(side: int = 30_000) -> bytes:
    """A one-bit PNG of `side` squared pixels, all there, in some hundred kilobytes."""
    rows = zlib.compress(bytes((1 + (side + 7) // 8) * side), 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


class Unread(io.BytesIO):
    """A body whose connection breaks as soon as it is read."""

    def read(self, *_: object) -> bytes:
        raise ConnectionResetError("the body was read")

    readinto = read  # type: ignore[assignment]


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def visit(write: Write, state: str = "started", number: str = "115-水-001") -> UUID:
    """An inspection of a new tender, led by `leader` with `member1`."""
    with write() as current:
        inspection = Inspection(
            id=uuid4(),
            tender_id=builders.tender(current, number).id,
            on=clock.today(),
            method="unannounced",
            kind="inspection",
            state=state,
            issued_at=clock.now() if state in PUBLISHED else None,
            created_at=clock.now(),
        )
        for position, (username, role) in enumerate(TEAM):
            person = builders.user(current, username)
            inspection.team.append(
                TeamMember(
                    user_id=person.id,
                    position=position,
                    role=role,
                    name=person.name,
                    outside=person.outside,
                    conflict=False,
                )
            )
        current.add(inspection)
        return inspection.id


def become(write: Write, inspection_id: UUID, state: str) -> None:
    with write() as current:
        row = current.get(Inspection, inspection_id)
        assert row is not None
        row.state = state
        if state in PUBLISHED:
            recipients.freeze(current, row, clock.now())


def state_of(app: Flask, inspection_id: UUID) -> str:
    with app.app_context():
        row = session().get(Inspection, inspection_id)
        assert row is not None
        return row.state


def name_photo(write: Write, inspection_id: UUID, *hashes: str) -> None:
    """Let the inspection's current submission name these photos."""
    with write() as current:
        for position, sha256 in enumerate(hashes):
            current.add(NamedPhoto(inspection_id=inspection_id, sha256=sha256, position=position))


def put(api: Api, inspection: object, data: bytes, sha256: str | None = None, **options: Any) -> TestResponse:
    """Send a photo whole, under its own hash unless another is given."""
    path = f"/photos/{sha256 or sha(data)}"
    return api.send("PUT", path, query_string={"inspection": str(inspection)}, data=data, **options)


def count(app: Flask, table: type[Base]) -> int:
    with app.app_context():
        return session().scalar(select(func.count()).select_from(table)) or 0


def files(app: Flask) -> list[str]:
    """Every file in the storage that holds bytes: the empty ones that are locked are left out."""
    with app.app_context():
        root: Path = storage().root
    held = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in held if path.parts[0] != shelves.FOLDER)


def left_behind(app: Flask) -> tuple[list[str], list[int]]:
    """What stays of photos: files, and rows of each table."""
    return files(app), [count(app, table) for table in (Photo, PhotoReceipt, PhotoUpload)]


NOTHING: tuple[list[str], list[int]] = ([], [0, 0, 0])


def described(**pairs: str | UUID) -> str:
    """An Upload-Metadata header."""
    return ",".join(f"{key} {base64.b64encode(str(value).encode()).decode()}" for key, value in pairs.items())


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    """An Upload-Checksum header."""
    digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


@dataclass
class Tus:
    """A tablet sending one photo with tus 1.0.0, as small as the protocol allows."""

    api: Api
    inspection: UUID
    data: bytes
    sha256: str = ""
    url: str = field(default="", init=False)

    def create(self, **headers: str) -> TestResponse:
        told = {
            "Upload-Length": str(len(self.data)),
            "Upload-Metadata": described(sha256=self.sha256 or sha(self.data), inspection=self.inspection),
        }
        answer = self.api.send("POST", "/photos/uploads", headers=TUS | told | headers)
        self.url = answer.headers.get("Location", "")
        return answer

    def head(self) -> TestResponse:
        return self.api.send("HEAD", f"/{self.url}", headers=TUS)

    def offset(self) -> int:
        return int(self.head().headers["Upload-Offset"])

    def patch(self, start: int, end: int | None = None, **headers: str) -> TestResponse:
        told = {"Upload-Offset": str(start), "Content-Type": CHUNK}
        return self.api.send("PATCH", f"/{self.url}", headers=TUS | told | headers, data=self.data[start:end])

    def delete(self) -> TestResponse:
        return self.api.send("DELETE", f"/{self.url}", headers=TUS)
