"""Verifying an evidence package of 60 photos and 600 events, against hashing the same files."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.harness import Line, paired, seconds
from inspect_app.core import sealing
from inspect_app.core.chain import START, canonical, following, instant, text
from inspect_app.evidence import verifying

PHOTOS, EVENTS, SIZE = 60, 600, 1 << 20
VISIT = UUID("7d2cbb12-4a6c-4c5e-9d2d-f8a5d4f5c001")
BEGIN = datetime(2026, 11, 20, 1, tzinfo=UTC)


def lines() -> Iterator[Line]:
    """The chain, the receipts and the manifest on top of what hashing takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _package(folder)
        if not verifying.verify(folder).holds:
            raise RuntimeError("the package should verify")
        ours, bare = paired(
            lambda: seconds(lambda: verifying.verify(folder)),
            lambda: seconds(lambda: _hashed(folder)),
            rounds=9,
        )
    yield Line(
        "evidence verify, 60 photos 600 events", ours, bare, "s", "at most", 2, "SHA-256 of the same files"
    )


def _hashed(folder: Path) -> None:
    for path in filter(Path.is_file, folder.rglob("*")):
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")


def _package(folder: Path) -> None:
    key, files = sealing.generate(), dict[str, str]()
    (folder / "photos").mkdir()
    for _ in range(PHOTOS):
        data = os.urandom(SIZE)
        digest = hashlib.sha256(data).hexdigest()
        (folder / "photos" / f"{digest}.jpg").write_bytes(data)
        files[f"photos/{digest}.jpg"] = digest
    events, receipts = _chain(key, list(files.values()))
    manifest = {
        "format": verifying.FORMAT,
        "inspection": str(VISIT),
        "root": {"seq": len(events), "hash": events[-1]["hash"]},
        "events": events,
        "receipts": receipts,
        "keys": [{"id": key.id, "public": key.public}],
        "files": [{"name": name, "sha256": digest} for name, digest in files.items()],
        "absent": [],
    }
    data = json.dumps(manifest).encode()
    seal = {
        "key": key.id,
        "public": key.public,
        "sha256": hashlib.sha256(data).hexdigest(),
        "signature": sealing.encoded(key.sign(data)),
    }
    (folder / verifying.MANIFEST).write_bytes(data)
    (folder / verifying.SIGNATURE).write_bytes(canonical(seal).encode() + b"\n")


def _chain(key: sealing.Key, photos: list[str]) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    events, receipts, last = [], [], START
    for number in range(EVENTS):
        sha256, at = photos[number % len(photos)], BEGIN + timedelta(seconds=number)
        event = {
            "at": at,
            "actor_id": VISIT,
            "actor_name": "領隊",
            "action": "photo.received",
            "subject_kind": "inspection",
            "subject_id": str(VISIT),
            "detail": {"sha256": sha256},
            "request_id": "",
        }
        said, last = text(last, event), following(last, event)
        events.append({"text": said, "hash": last.hash})
        if number < len(photos):
            receipts.append(
                key.seal({"sha256": sha256, "received_at": instant(at), "seq": last.seq, "chain": last.hash})
            )
    return events, receipts
