"""lock.json: the sha256 of every published checklist. What is published never changes."""

import hashlib
import json
from pathlib import Path

from forms.errors import PublishedFormChanged

DEFINITIONS = Path(__file__).parent / "definitions"
LOCK = "lock.json"


def digests(directory: Path = DEFINITIONS) -> dict[str, str]:
    """`{"<code>/v<n>.yaml": sha256 in hex}` of every published version."""
    locked: dict[str, str] = json.loads((directory / LOCK).read_text("utf-8"))
    return locked


def read(name: str, directory: Path = DEFINITIONS) -> bytes:
    """The bytes of a published file, checked against the lock (PublishedFormChanged)."""
    path = directory / name
    data = path.read_bytes() if path.is_file() else b""
    if _sha256(data) != digests(directory)[name]:
        raise PublishedFormChanged(name)
    return data


def unpublished(directory: Path = DEFINITIONS) -> tuple[str, ...]:
    """Files that stand beside the published ones but not in the lock."""
    present = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
    return tuple(sorted(present - digests(directory).keys() - {LOCK}))


def publish(directory: Path = DEFINITIONS) -> tuple[str, ...]:
    """Lock every new file, after checking that no published one changed; the names added."""
    locked, added = digests(directory), unpublished(directory)
    for name in locked:
        read(name, directory)
    locked |= {name: _sha256((directory / name).read_bytes()) for name in added}
    (directory / LOCK).write_text(json.dumps(locked, indent=2, sort_keys=True) + "\n", "utf-8")
    return added


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
