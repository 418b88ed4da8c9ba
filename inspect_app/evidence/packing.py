"""An inspection's evidence package: what there is, and the manifest that says what it must be."""

import hashlib
import inspect
import json
import re
import zipfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from sqlalchemy.orm import Session

from inspect_app.core import audit, sealing
from inspect_app.core.audit import AuditEvent
from inspect_app.core.chain import Link, canonical, digest, instant, text
from inspect_app.core.problems import Problem
from inspect_app.evidence import page, proofs, service, verifying
from inspect_app.evidence.verifying import Came
from inspect_app.inspections import printing
from inspect_app.inspections import queries as inspections
from inspect_app.photos import queries as photos
from inspect_app.photos.keeping import reading
from inspect_app.photos.problems import BytesAway, BytesDamaged, BytesMissing

if TYPE_CHECKING:
    from inspect_app.inspections.models import Inspection
    from inspect_app.photos.models import Photo

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
PIECE = 1 << 20
OWN = re.compile(r"^from inspect_app\S* import \([^)]*\)\n", re.MULTILINE)
EPOCH = (1980, 1, 1, 0, 0, 0)
ERASED = "已依規定清除；證據鏈仍載有它的雜湊"
LOST = "檔案遺失或損壞，請由備份還原後重新產生證據包；證據鏈仍載有它的雜湊"
AWAY = "存放在遠端，目前連不上，請稍後重新產生證據包；證據鏈仍載有它的雜湊"
UNCHAINED = "證據鏈沒有載它的雜湊（升級前收到的，或紀錄被更動），不能證明"
UNMADE = "查核紀錄與改善通知未能產生"
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
class Contents:
    """What a package is to hold, with no more need of the database: photos are read from the storage.

    `manifest` lacks `files`, and of `absent` the photos that cannot be read.
    """

    photos: list["Photo"] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    absent: list[dict[str, str]] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def originals(self) -> list[str]:
        return [photo.sha256 for photo in self.photos]

    def lacks(self, kind: str, sha256: str, reason: str) -> None:
        self.absent.append({"kind": kind, "sha256": sha256, "reason": reason})


@dataclass(frozen=True, slots=True)
class Order:
    """For whom a package is made: `whole` with all marks; `address` is where this server is found."""

    whole: bool
    address: str
    made_at: datetime


def pack(session: Session, inspection: "Inspection", target: Target, order: Order) -> None:
    """Write an inspection's package whole."""
    for _ in write(gather(session, inspection, order), target):
        pass


def gather(session: Session, inspection: "Inspection", order: Order) -> Contents:
    """Read what a package is to hold. KeyUnusable where nothing could sign it."""
    sealing.key()
    contents, keys = Contents(), service.published(session)
    events = audit.chained(session, "inspection", inspection.id)
    came, _ = verifying.arrivals((event.seq or 0, event.action, event.detail) for event in events)
    receipts = [
        *_photos(session, inspection, contents, came, events),
        *_submissions(session, inspection, contents, came, events, whole=order.whole),
    ]
    _papers(session, inspection, contents, order.address)
    contents.files |= {"verify.html": page.html(keys).encode(), "verify.py": verifier().encode()}
    contents.manifest = _head(inspection, order) | _chain(events) | {"receipts": receipts, "keys": keys}
    return contents


def _head(inspection: "Inspection", order: Order) -> dict[str, Any]:
    tender = inspection.tender_facts
    return {
        "format": verifying.FORMAT,
        "inspection": str(inspection.id),
        "tender": {"number": tender.number, "name": tender.name},
        "on": str(inspection.on),
        "made_at": instant(order.made_at),
    }


def _chain(events: Sequence[AuditEvent]) -> dict[str, Any]:
    seq, root = (events[-1].seq, events[-1].hash) if events else (0, verifying.NOTHING)
    texts = [{"text": event_text(event, before), "hash": event.hash} for before, event in pairs(events)]
    return {"root": {"seq": seq, "hash": root}, "events": texts}


def verifier() -> str:
    """`verify.py`: the verification behind what it rests on, in one file that stands alone."""
    parts = (inspect.getsource(each) for each in (proofs, verifying))
    return "\n\n".join(OWN.sub("", part) for part in parts)


def write(contents: Contents, target: Target) -> Generator[None]:
    """Write a package piece by piece, the manifest, which names all the rest, last."""
    listed = list[dict[str, Any]]()
    for photo in contents.photos:
        yield from _original(contents, target, photo, listed)
    for name, data in contents.files.items():
        _put(target, name, data)
        listed.append({"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        yield
    manifest = contents.manifest | {"files": listed, "absent": contents.absent}
    _sign(target, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    yield


def _original(
    contents: Contents, target: Target, photo: "Photo", listed: list[dict[str, Any]]
) -> Iterator[None]:
    """A photo as it lies there; its SHA-256 is what it must be, so that one damaged meanwhile is found."""
    size, name = 0, f"photos/{photo.sha256}.{EXTENSIONS.get(photo.mime, 'bin')}"
    try:
        source = reading.path(photo, photos.ORIGINAL).open("rb")
    except (BytesMissing, BytesDamaged, FileNotFoundError):
        contents.lacks("photo", photo.sha256, LOST)
        return
    except BytesAway:
        contents.lacks("photo", photo.sha256, AWAY)
        return
    with source, target.open(name) as file:
        while piece := source.read(PIECE):
            size += file.write(piece)
            yield
    listed.append({"name": name, "bytes": size, "sha256": photo.sha256})


def _put(target: Target, name: str, data: bytes) -> None:
    with target.open(name) as file:
        file.write(data)


def _sign(target: Target, manifest: bytes) -> None:
    used = sealing.key()
    seal = {
        "key": used.id,
        "public": used.public,
        "sha256": hashlib.sha256(manifest).hexdigest(),
        "signature": sealing.encoded(used.sign(manifest)),
    }
    _put(target, verifying.MANIFEST, manifest)
    _put(target, verifying.SIGNATURE, canonical(seal).encode() + b"\n")


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
    session: Session, inspection: "Inspection", contents: Contents, came: Came, events: Sequence[AuditEvent]
) -> Iterator[dict[str, Any]]:
    """The originals received for the inspection, each once, and every receipt."""
    rows = photos.received_for(session, inspection.id)
    known = photos.of(session, [row.sha256 for row in rows])
    erased = photos.erased(session, known)
    for sha256, photo in known.items():
        if ("photo", sha256) not in came:
            contents.lacks("photo", sha256, UNCHAINED)
        elif sha256 in erased:
            contents.lacks("photo", sha256, f"{ERASED}：{erased[sha256].reason}")
        else:
            session.expunge(photo)  # it is read when the session is closed
            contents.photos.append(photo)
    for row in rows:
        link = _link(events, "photo.received", row.uploader_id, row.sha256, row.received_at)
        if sealed := sealing.receipt("photo", inspection.id, row.sha256, row.received_at, link):
            yield sealed


def _submissions(
    session: Session,
    inspection: "Inspection",
    contents: Contents,
    came: Came,
    events: Sequence[AuditEvent],
    *,
    whole: bool,
) -> Iterator[dict[str, Any]]:
    """Every version as canonical JSON, whose bytes have the SHA-256 of the receipt; and the receipts."""
    for row in inspections.submissions_of(session, inspection.id):
        sha256 = digest(row.body)
        if ("submission", sha256) not in came:
            contents.lacks("submission", sha256, UNCHAINED)
        elif whole:
            contents.files[f"submissions/{row.version}-{row.id}.json"] = row.body.encode()
        else:
            contents.lacks("submission", sha256, WITHHELD)
        link = _link(events, "inspection.", row.received_by, row.sha256, row.received_at)
        if sealed := sealing.receipt("submission", inspection.id, row.sha256, row.received_at, link):
            yield sealed


def _papers(session: Session, inspection: "Inspection", contents: Contents, address: str) -> None:
    try:
        made = printing.files(session, inspection, address)
    except Problem as problem:
        contents.lacks("paper", "", f"{UNMADE}：{problem.detail}")
    else:
        contents.files |= {f"papers/{name}": data for name, data in made.items()}


def _link(events: Sequence[AuditEvent], action: str, by: Any, sha256: str, at: datetime) -> Link | None:
    for event in events:
        came = event.action.startswith(action) and event.actor_id == by and event.at == at
        if came and event.detail.get("sha256") == sha256 and event.seq and event.hash:
            return Link(event.seq, event.hash)
    return None
