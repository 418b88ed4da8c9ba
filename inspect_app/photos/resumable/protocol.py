"""The tus 1.0.0 protocol's headers, read and checked. Pure: headers to values.

Core protocol with the extensions creation, creation-with-upload, checksum, expiration and termination
(https://tus.io/protocols/resumable-upload).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from werkzeug.datastructures import Headers

from inspect_app.core.problems import FieldError, InvalidFields, MalformedRequest, TooLarge, UnsupportedKind
from inspect_app.photos.problems import WrongTusVersion

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256")
CHUNK_TYPE = "application/offset+octet-stream"
MAX_METADATA = 4000
MAX_DIGITS = 18
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a chunk's digest must be."""

    algorithm: str
    digest: bytes

    def start(self) -> "hashlib._Hash":
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class NewUpload:
    """An upload to be created; `length` in bytes, `described` the metadata as given."""

    inspection_id: UUID
    sha256: str
    length: int
    described: str


def check_version(headers: Headers) -> None:
    """WrongTusVersion unless the client speaks our version."""
    if headers.get("Tus-Resumable") != VERSION:
        raise WrongTusVersion(f"請在要求中帶 Tus-Resumable: {VERSION}。", headers={"Tus-Version": VERSION})


def check_chunk_type(mimetype: str) -> None:
    if mimetype != CHUNK_TYPE:
        raise UnsupportedKind(f"請以 Content-Type: {CHUNK_TYPE} 傳送內容。")


def offset(headers: Headers) -> int:
    """The Upload-Offset of a chunk, in bytes."""
    return _whole(headers, "Upload-Offset")


def checksum(headers: Headers) -> Checksum | None:
    """The checksum a chunk is to be held against, or None."""
    given = headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _, encoded = given.partition(" ")
    if algorithm not in ALGORITHMS:
        raise MalformedRequest(f"Upload-Checksum 請用 {'、'.join(ALGORITHMS)} 其中一種。")
    return Checksum(algorithm, _decoded(encoded, "Upload-Checksum"))


def new_upload(headers: Headers, limit: int) -> NewUpload:
    """What a creation asks for. MalformedRequest, TooLarge above `limit` bytes, InvalidFields."""
    length = _whole(headers, "Upload-Length")
    if length > limit:
        raise TooLarge(f"照片最多 {limit} 位元組；請降低解析度後再傳。", headers={"Tus-Max-Size": str(limit)})
    if length == 0:
        raise InvalidFields("請確認檔案不是空的。", errors=[FieldError("Upload-Length", "至少 1。")])
    described = headers.get("Upload-Metadata", "")
    sha256, inspection_id = _known(metadata(described))
    return NewUpload(inspection_id, sha256, length, described)


def metadata(text: str) -> dict[str, bytes]:
    """The pairs of an Upload-Metadata header; a key without value has an empty one."""
    if len(text) > MAX_METADATA:
        raise MalformedRequest("Upload-Metadata 太長；只需要 sha256 與 inspection。")
    pairs: dict[str, bytes] = {}
    for pair in text.split(",") if text.strip() else ():
        key, _, encoded = pair.strip().partition(" ")
        if not key or not key.isascii() or key in pairs:
            raise MalformedRequest("Upload-Metadata 的每個鍵應為 ASCII，且只出現一次。")
        pairs[key] = _decoded(encoded, f"Upload-Metadata 的 {key}")
    return pairs


def hex_digest(text: str) -> str | None:
    """A SHA-256 in lower-case hex, from either case; None when it is none."""
    lower = text.lower()
    return lower if SHA256.fullmatch(lower) else None


def _known(given: Mapping[str, bytes]) -> tuple[str, UUID]:
    sha256 = hex_digest(given.get("sha256", b"").decode("utf-8", "replace"))
    inspection_id = _uuid(given.get("inspection", b"").decode("utf-8", "replace"))
    errors = []
    if sha256 is None:
        errors.append(FieldError("sha256", "應為 64 個十六進位字元。"))
    if inspection_id is None:
        errors.append(FieldError("inspection", "應為查核的識別碼（UUID）。"))
    if sha256 is None or inspection_id is None:
        raise InvalidFields("請更正 Upload-Metadata。", errors=errors)
    return sha256, inspection_id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _whole(headers: Headers, name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise MalformedRequest(f"請在 {name} 標頭送出不小於 0 的整數（位元組）。")
    return int(text)


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise MalformedRequest(f"{where} 不是有效的 base64。") from error
