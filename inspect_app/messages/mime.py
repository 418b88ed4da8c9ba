"""A mail's bytes (RFC 2045, 2047, 2231): parts in base64 under headers in ASCII, the same bytes for the same mail.

The standard library's EmailMessage draws its boundaries by chance and parses every header into a tree and back: most of
the work of a delivery.
"""

import re
from base64 import encodebytes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.header import Header
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}")
LONGEST_LINE = 76
PIECE = 8
"""Characters of a file's name in one line, each at most nine octets as it is written."""

END = b"\r\n"
Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """The headers of a part, one line or more, and its content as it is sent."""

    headers: bytes
    content: bytes

    def __bytes__(self) -> bytes:
        return self.headers + END + self.content


def text(words: str, subtype: str) -> Part:
    """A text with the line ends of mail."""
    return _part(words.replace("\n", "\r\n").encode(), [("Content-Type", f'text/{subtype}; charset="utf-8"')])


def file(content: bytes, media_type: str, name: str) -> Part:
    """An attachment; `media_type` is trusted, `name` is not."""
    disposition = ("Content-Disposition", f"attachment;{_file_name(name)}")
    return _part(content, [("Content-Type", media_type), disposition])


def multipart(subtype: str, parts: Sequence[Part], seed: str) -> Part:
    """Several parts as one. No part in base64 holds a line that begins as the boundary does."""
    boundary = f"=_{sha256(f'{seed} {subtype}'.encode()).hexdigest()[:40]}"
    between = f"--{boundary}\r\n".encode()
    content = b"".join(between + bytes(part) + END for part in parts) + f"--{boundary}--\r\n".encode()
    return Part(headers([("Content-Type", f'multipart/{subtype};\r\n boundary="{boundary}"')]), content)


def headers(given: Headers) -> bytes:
    """Lines of values that are as they ought to be sent; only an address may be other than ASCII (RFC 6532)."""
    return "".join(f"{name}: {value}\r\n" for name, value in given).encode()


@lru_cache(maxsize=1024)
def words(said: str, name: str) -> str:
    """A text as the value of the header `name`: on one line, in encoded words where it is not ASCII."""
    told = line(said)
    if told.isascii() and len(name) + 2 + len(told) <= LONGEST_LINE:
        return told
    return Header(told, "utf-8", LONGEST_LINE, name).encode(linesep="\r\n")


def line(said: str) -> str:
    """Without line ends and other control characters: a name or subject cannot begin a header of its own."""
    return said if said.isprintable() else UNSAFE.sub(" ", said).strip()


def _part(content: bytes, given: Headers) -> Part:
    encoded = encodebytes(content).replace(b"\n", END)
    return Part(headers([*given, ("Content-Transfer-Encoding", "base64")]), encoded)


def _file_name(name: str) -> str:
    if PLAIN_NAME.fullmatch(name):
        return f'\r\n filename="{name}"'
    return ";".join(_pieces(line(name)))


def _pieces(name: str) -> Iterator[str]:
    """A name of other letters, in lines that are short however long it is."""
    for number, at in enumerate(range(0, len(name), PIECE)):
        charset = "" if number else "utf-8''"
        yield f"\r\n filename*{number}*={charset}{quote(name[at : at + PIECE], safe='')}"
