"""An inspection's evidence package: what there is, and the manifest that says what it must be."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from sqlalchemy.orm import Session

from inspect_app.core import audit, sealing
from inspect_app.core.audit import AuditEvent
from inspect_app.core.chain import Link, canonical, instant, text
from inspect_app.evidence import page, service, verifying
from inspect_app.inspections import printing
from inspect_app.inspections import queries as inspections
from inspect_app.photos import queries as photos
from inspect_app.photos.keeping import reading
from inspect_app.photos.problems import BytesDamaged, BytesMissing

if TYPE_CHECKING:
    from inspect_app.inspections.models import Inspection
    from inspect_app.photos.models import Photo

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
ORIGINALS = "photos/"
EPOCH = (1980, 1, 1, 0, 0, 0)
ERASED = "已依規定清除；證據鏈仍載有它的雜湊"
LOST = "檔案遺失或損壞，請由備份還原後重新產生證據包；證據鏈仍載有它的雜湊"
WITHHELD = "送件內含各委員評分，只給領隊、工作人員與稽核"


class Target(Protocol):
    """Where a package is written: a new file of a name with `/`."""

    def open(self, name: str) -> IO[bytes]: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A package as files in a folder."""

    root: Path

    def open(self, name: str) -> IO[bytes]:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")


@dataclass(frozen=True, slots=True)
class Archive:
    """A package as one ZIP; photos do not get smaller, so nothing is compressed."""

    file: zipfile.ZipFile

    def open(self, name: str) -> IO[bytes]:
        return self.file.open(zipfile.ZipInfo(name, EPOCH), "w", force_zip64=True)


@dataclass(slots=True)
class Package:
    """A package under way: what it lists so far."""

    target: Target
    files: list[dict[str, Any]] = field(default_factory=list)
    absent: list[dict[str, str]] = field(default_factory=list)

    def put(self, name: str, data: bytes) -> None:
        with self.target.open(name) as file:
            file.write(data)
        self.list(name, len(data), hashlib.sha256(data).hexdigest())

    def copy(self, name: str, source: Path, sha256: str) -> None:
        """A file as it lies there; `sha256` is what it must be, so that a damaged one is found."""
        with source.open("rb") as read, self.target.open(name) as file:
            shutil.copyfileobj(read, file, 1 << 20)
        self.list(name, source.stat().st_size, sha256)

    def list(self, name: str, size: int, sha256: str) -> None:
        self.files.append({"name": name, "bytes": size, "sha256": sha256})

    def lacks(self, kind: str, sha256: str, reason: str) -> None:
        self.absent.append({"kind": kind, "sha256": sha256, "reason": reason})


@dataclass(frozen=True, slots=True)
class Order:
    """For whom a package is made: `whole` with all marks; `address` is where this server is found."""

    whole: bool
    address: str
    made_at: datetime


def pack(session: Session, inspection: "Inspection", target: Target, order: Order) -> list[str]:
    """Write an inspection's package, the manifest, which names all the rest, last; returns the originals in it."""
    package = Package(target)
    keys = service.published(session)
    events = audit.chained(session, "inspection", inspection.id)
    receipts = [*_photos(session, inspection, package, events)]
    receipts += _submissions(session, inspection, package, events, whole=order.whole)
    for name, data in printing.files(session, inspection, order.address).items():
        package.put(f"papers/{name}", data)
    package.put("verify.html", page.html(keys).encode())
    package.put("verify.py", Path(verifying.__file__).read_bytes())
    tender = inspection.tender_facts
    manifest = {
        "format": verifying.FORMAT,
        "inspection": str(inspection.id),
        "tender": {"number": tender.number, "name": tender.name},
        "on": str(inspection.on),
        "made_at": instant(order.made_at),
        "root": {"seq": events[-1].seq, "hash": events[-1].hash}
        if events
        else {"seq": 0, "hash": verifying.NOTHING},
        "events": [
            {"text": event_text(event, before), "hash": event.hash} for before, event in pairs(events)
        ],
        "receipts": receipts,
        "keys": keys,
        "files": package.files,
        "absent": package.absent,
    }
    _sign(target, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return [each["sha256"] for each in package.files if each["name"].startswith(ORIGINALS)]


def _sign(target: Target, manifest: bytes) -> None:
    used = sealing.key()
    seal = {
        "key": used.id,
        "public": used.public,
        "sha256": hashlib.sha256(manifest).hexdigest(),
        "signature": sealing.encoded(used.sign(manifest)),
    }
    for name, data in (
        (verifying.MANIFEST, manifest),
        (verifying.SIGNATURE, canonical(seal).encode() + b"\n"),
    ):
        with target.open(name) as file:
            file.write(data)


def pairs(events: Sequence[AuditEvent]) -> Iterator[tuple[Link, AuditEvent]]:
    """Each event of a chain with the link that the row before it says."""
    before = Link(0, verifying.NOTHING)
    for event in events:
        yield before, event
        before = Link(event.seq or 0, event.hash or "")


def event_text(event: AuditEvent, before: Link) -> str:
    """What is hashed of an event, from its row."""
    columns = ("at", "actor_id", "actor_name", "action", "subject_kind", "subject_id", "detail", "request_id")
    return text(before, {name: getattr(event, name) for name in columns})


def _photos(
    session: Session, inspection: "Inspection", package: Package, events: Sequence[AuditEvent]
) -> Iterator[dict[str, Any]]:
    """The originals received for the inspection, each once, and every receipt."""
    rows = photos.received_for(session, inspection.id)
    known = photos.of(session, [row.sha256 for row in rows])
    erased = photos.erased(session, known)
    for sha256, photo in known.items():
        if sha256 in erased:
            package.lacks("photo", sha256, f"{ERASED}：{erased[sha256].reason}")
        else:
            _original(package, sha256, photo)
    for row in rows:
        link = _link(events, "photo.received", row.uploader_id, row.sha256, row.received_at)
        if sealed := sealing.receipt("photo", inspection.id, row.sha256, row.received_at, link):
            yield sealed


def _original(package: Package, sha256: str, photo: "Photo") -> None:
    name = f"{ORIGINALS}{sha256}.{EXTENSIONS.get(photo.mime, 'bin')}"
    try:
        package.copy(name, reading.path(photo, photos.ORIGINAL), sha256)
    except (BytesMissing, BytesDamaged):
        package.lacks("photo", sha256, LOST)


def _submissions(
    session: Session,
    inspection: "Inspection",
    package: Package,
    events: Sequence[AuditEvent],
    *,
    whole: bool,
) -> list[dict[str, Any]]:
    """Every version as canonical JSON, whose bytes have the SHA-256 of the receipt; and the receipts."""
    receipts = []
    for row in inspections.submissions_of(session, inspection.id):
        if whole:
            package.put(f"submissions/{row.version}-{row.id}.json", row.body.encode())
        else:
            package.lacks("submission", row.sha256, WITHHELD)
        link = _link(events, "inspection.", row.received_by, row.sha256, row.received_at)
        receipts.append(sealing.receipt("submission", inspection.id, row.sha256, row.received_at, link))
    return [receipt for receipt in receipts if receipt]


def _link(events: Sequence[AuditEvent], action: str, by: Any, sha256: str, at: datetime) -> Link | None:
    for event in events:
        came = event.action.startswith(action) and event.actor_id == by and event.at == at
        if came and event.detail.get("sha256") == sha256 and event.seq and event.hash:
            return Link(event.seq, event.hash)
    return None
