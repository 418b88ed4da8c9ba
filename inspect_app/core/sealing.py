"""The city's signing key for evidence, and what it signs: ECDSA on P-256 with SHA-256, the same each time.

The private key lies in one file that only the application reads; every process reads it anew when it has changed.
"""

import base64
import hashlib
import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from inspect_app.core.chain import Link, canonical, instant
from inspect_app.core.problems import Problem
from inspect_app.core.settings import current_settings

HOW = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
ID_DIGITS = 32
BEGIN: dict[str, Callable[[Path], None]] = {}
"""Under "key": what makes the first key, where none was ever in use."""
log = structlog.get_logger()


class KeyUnusable(Problem):
    """The key file cannot be read, written or understood."""

    status, code, title = 503, "key_unusable", "簽章金鑰無法使用"


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key; `id` is how the SHA-256 of its public half (DER) begins, in hex."""

    private: ec.EllipticCurvePrivateKey
    id: str
    der: bytes

    @classmethod
    def of(cls, private: ec.EllipticCurvePrivateKey) -> "Key":
        der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return cls(private, hashlib.sha256(der).hexdigest()[:ID_DIGITS], der)

    @property
    def public(self) -> str:
        """The public half as it stands in statements: DER in base64url."""
        return encoded(self.der)

    def sign(self, data: bytes) -> bytes:
        """The signature in DER."""
        return self.private.sign(data, HOW)

    def seal(self, statement: dict[str, Any]) -> dict[str, Any]:
        """The statement with the key's id, and the signature over its canonical JSON."""
        said = statement | {"key": self.id}
        return said | {"signature": encoded(self.sign(canonical(said).encode()))}


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def key() -> Key:
    """The key in use; the first is made when it is asked for, a lost one never. KeyUnusable says what to do."""
    path = current_settings().evidence_key_file
    try:
        if not path.exists():
            BEGIN["key"](path)
        told = path.stat()
        if told.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise PermissionError("others than its owner may use it")
        return _read(path, (told.st_ino, told.st_mtime_ns, told.st_size))
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        log.error("key_unusable", path=str(path), reason=str(error))
        raise KeyUnusable(
            "請系統管理者檢查 EVIDENCE_KEY_FILE 所指的金鑰檔：在不在、能否讀取、是否只有擁有者能讀寫（0600）；"
            "遺失時由另外保存的檔還原，或以 evidence new-key 換新的。"
        ) from error


def generate() -> Key:
    return Key.of(ec.generate_private_key(ec.SECP256R1()))


def write(path: Path, key: Key, *, new: bool = False) -> None:
    """Lay the key into its file, whole, for the owner alone: of the file that was there, for root else of the folder.

    `new`: if another was quicker, his stays.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            _give(handle, path)
            file.write(key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        _name(part, path, new=new)
    finally:
        part.unlink(missing_ok=True)


def _give(handle: int, path: Path) -> None:
    """Give a new file to whom the old one belongs; PermissionError where that is not allowed."""
    if path.exists() or os.geteuid() == 0:
        owner = (path if path.exists() else path.parent).stat()
        if owner.st_uid != os.geteuid():
            os.fchown(handle, owner.st_uid, owner.st_gid)


def _name(part: Path, path: Path, *, new: bool) -> None:
    if not new:
        part.replace(path)
        return
    with suppress(FileExistsError):
        path.hardlink_to(part)


@lru_cache(maxsize=4)
def _read(path: Path, _version: tuple[int, ...]) -> Key:
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")
    return Key.of(private)


def receipt(
    kind: str, inspection_id: UUID, sha256: str, received_at: datetime, link: Link | None
) -> dict[str, Any] | None:
    """What the sender of a photo or submission keeps: that these bytes came then, and their place in the chain.

    None, and a line in the log, when the key cannot be used: what was received is received all the same.
    """
    if link is None:
        return None
    statement = {
        "kind": kind,
        "inspection": str(inspection_id),
        "sha256": sha256,
        "received_at": instant(received_at),
        "seq": link.seq,
        "chain": link.hash,
    }
    try:
        return key().seal(statement)
    except KeyUnusable:
        return None


def seal_paper(pdf: bytes, inspection_id: UUID, link: Link) -> bytes:
    """The PDF with a last line that says its hash and the chain's root, signed; readers take it for a comment."""
    used, body = key(), pdf.rstrip(b"\n") + b"\n"
    said = {
        "inspection": str(inspection_id),
        "seq": link.seq,
        "root": link.hash,
        "sha256": hashlib.sha256(body).hexdigest(),
        "public": used.public,
    }
    return body + b"%chahe-evidence " + canonical(used.seal(said)).encode() + b"\n"
