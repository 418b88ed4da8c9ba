"""What verification rests on: signatures, statements, the seal of a paper, and how findings are told.

Stands alone like `verifying`, before which it lies in a package's `verify.py`.
"""

import base64
import binascii
import errno
import hashlib
import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

MARK = b"\n%chahe-evidence "
SEALED = {"inspection", "seq", "root", "sha256", "key", "public", "signature"}
NOTHING = "0" * 64
DIGITS = 32
ORIGINAL, ALTERED, MISSING, ADDED, RENAMED, UNKNOWN = (
    *("original", "altered", "missing"),
    *("added", "renamed", "unknown"),
)
WORDS = {
    ORIGINAL: "是原件",
    ALTERED: "不是原件",
    MISSING: "缺少",
    ADDED: "不在清單",
    RENAMED: "已改名",
    UNKNOWN: "無法判斷",
}
HOW = ec.ECDSA(hashes.SHA256())


class Broken(ValueError):  # noqa: N818 - says what a thing is
    """Not what the city made; the message says why, in zh-Hant."""


class NoFile(OSError):  # noqa: N818 - says what a thing is
    """A link, a pipe or a device where a file should lie."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of one file, event or receipt."""

    name: str
    verdict: str
    why: str = ""

    def __str__(self) -> str:
        return f"{WORDS[self.verdict]}　{self.name}" + (f"：{self.why}" if self.why else "")


@dataclass(slots=True)
class Report:
    """All that was found. `root` is (seq, hash) and `key` the fingerprint that the verdicts rest on."""

    findings: list[Finding] = field(default_factory=list)
    inspection: str = ""
    root: tuple[int, str] = (0, NOTHING)
    key: str = ""
    chain: dict[int, dict[str, Any]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return bool(self.findings) and all(each.verdict == ORIGINAL for each in self.findings)

    def add(self, name: str, verdict: str, why: str = "") -> None:
        self.findings.append(Finding(name, verdict, why))


# -- what everything rests on ----------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, and every character as itself."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def decoded(text: Any) -> bytes:
    """Base64url without padding; Broken unless it is written the one right way."""
    try:
        data = base64.urlsafe_b64decode(str(text) + "=" * (-len(str(text)) % 4))
    except (ValueError, binascii.Error) as error:
        raise Broken("簽章或金鑰不是有效的 base64url") from error
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise Broken("簽章或金鑰的寫法被更動")
    return data


def fingerprint(public: str) -> str:
    """A key's id: how the SHA-256 of its DER begins."""
    return sha256(decoded(public))[:DIGITS]


def check_signature(public: str, signature: Any, data: bytes) -> None:
    """Broken unless the key signed the data."""
    try:
        key = load_der_public_key(decoded(public))
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Broken("金鑰不是 P-256")
        key.verify(decoded(signature), data, HOW)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError) as error:
        raise Broken("簽章不符") from error
    except ValueError as error:
        raise error if isinstance(error, Broken) else Broken("金鑰無法讀取") from error


def check_statement(statement: Mapping[str, Any], keys: Mapping[str, str]) -> None:
    """Broken unless a key of `keys` (public halves by id) signed the statement, as it names it."""
    said = {name: value for name, value in statement.items() if name != "signature"}
    public = keys.get(str(said.get("key")))
    if public is None:
        raise Broken(f"不是以已知的金鑰簽的（{said.get('key')}）")
    check_signature(public, statement.get("signature"), canonical(said))


# -- papers ----------------------------------------------------------------------------------------------


def paper(data: bytes) -> dict[str, Any]:
    """What the seal of a PDF says, its signature and the bytes checked; Broken where one byte is another."""
    at = data.rfind(MARK)
    if at < 0:
        raise Broken("沒有簽章列，或簽章列被更動")
    body, line = data[: at + 1], data[at + len(MARK) :]
    statement = read_object(line, "簽章列被更動，或其後被加了內容")
    if canonical(statement) + b"\n" != line:
        raise Broken("簽章列被更動，或其後被加了內容")
    if sha256(body) != statement.get("sha256"):
        raise Broken("內容被更動")
    public = str(statement.get("public"))
    if fingerprint(public) != statement.get("key"):
        raise Broken("簽章列的金鑰被更動")
    check_statement(statement, {str(statement["key"]): public})
    if set(statement) != SEALED or not isinstance(statement["seq"], int):
        raise Broken("簽章列的內容不完整")
    return statement


def read_object(data: bytes, why: str) -> dict[str, Any]:
    try:
        value = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise Broken(why) from error
    if not isinstance(value, dict):
        raise Broken(why)
    return value


# -- files ---------------------------------------------------------------------------------------------


def opened(path: Path) -> BufferedReader:
    if not stat.S_ISREG(path.lstat().st_mode):
        raise NoFile(errno.EINVAL, "是連結、管道或裝置，不是這份證據的一部分", str(path))
    return path.open("rb")


def read(path: Path) -> bytes:
    with opened(path) as file:
        return file.read()


def fault(error: Exception) -> tuple[str, str]:
    if isinstance(error, OSError):
        return (
            (ADDED, str(error.strerror))
            if isinstance(error, NoFile)
            else (UNKNOWN, f"無法讀取（{error.strerror}）")
        )
    return ALTERED, str(error) if isinstance(error, Broken) else "不是本系統的寫法"
