"""The envelope of a mail: its headers and its bytes, the same ones however often it is sent."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from inspect_app.core.clock import TAIPEI
from inspect_app.messages.models import OutboxMessage

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LONGEST_LINE = 76
OURS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress")


class Plain(EmailPolicy):
    """Headers are kept as the text they were given as, in ASCII or encoded when written.

    The library's own policy parses each one into a tree and folds that: ten times the work of all the rest of a mail.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if UNSAFE.search(text := str(value)):
            raise ValueError("a header of several lines")
        return name, text

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        return value

    def fold(self, name: str, value: Any) -> str:
        text = str(value)
        line = f"{name}: {text}"
        if text.isascii() and len(line) <= LONGEST_LINE:
            return line + self.linesep
        if text.isascii() or self.utf8:
            return _wrapped(line, self.linesep)
        return (
            f"{name}: {Header(text, 'utf-8', LONGEST_LINE, name).encode(linesep=self.linesep)}{self.linesep}"
        )

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("utf-8")


PLAIN = Plain(linesep="\r\n", cte_type="7bit")


def blank() -> EmailMessage:
    """A mail without content; its parts are made under the same quick policy."""
    return EmailMessage(policy=PLAIN)


class WrongRecipient(ValueError):  # noqa: N818 - says what it is
    """The address is none that a mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What is handed to the server; `utf8`: only one that offers SMTPUTF8 can take it."""

    sender: str
    recipient: str
    utf8: bool
    content: bytes


def sealed(body: EmailMessage, row: OutboxMessage, sender: Address) -> Mail:
    """The body under its headers; WrongRecipient for an address that is none."""
    to = recipient(row.name, row.email or "")
    for name in OURS:
        del body[name]
    for name, value in _headers(row, sender, to):
        body[name] = value
    _fix_boundaries(body, row.message_id)
    utf8 = not to.addr_spec.isascii()
    content = body.as_bytes(policy=PLAIN.clone(utf8=True) if utf8 else PLAIN)
    return Mail(sender.addr_spec, to.addr_spec, utf8, content)


def recipient(name: str, email: str) -> Address:
    """A name and an address; a domain of other letters is written as mail servers know it."""
    local, _, domain = email.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        if not local or not domain or UNSAFE.search(email) or " " in email.strip():
            raise WrongRecipient(email)
        if local.isascii():
            return Address(_line(name), addr_spec=f"{local}@{ascii_domain}")
        return Address(_line(name), local, ascii_domain)
    except (MessageError, ValueError, IndexError) as error:
        raise WrongRecipient(email) from error


def _headers(row: OutboxMessage, sender: Address, to: Address) -> Iterator[tuple[str, str]]:
    """`Date` is when it was written, not when it is tried: a second delivery is the same to the byte."""
    yield "From", _told(sender)
    yield "To", _told(to)
    yield "Subject", _line(row.subject)
    yield "Date", format_datetime(row.created_at.astimezone(TAIPEI))
    yield "Message-ID", row.message_id
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"


def _told(address: Address) -> str:
    """A name in encoded words where it is not ASCII, then the address as it is."""
    name = address.display_name
    if not name.isascii():
        return f"{Header(name, 'utf-8', LONGEST_LINE, 'From').encode(linesep='')} <{address.addr_spec}>"
    return str(address)


def _wrapped(line: str, linesep: str) -> str:
    """Broken at spaces so that a line is short where it can be."""
    parts = textwrap.wrap(line, LONGEST_LINE, break_long_words=False, break_on_hyphens=False)
    return f"{linesep} ".join(parts) + linesep


def _line(text: str) -> str:
    """Without line ends and other control characters: a name or subject cannot begin a header of its own."""
    return UNSAFE.sub(" ", text).strip()


def _fix_boundaries(body: EmailMessage, seed: str) -> None:
    """The library would draw them by chance."""
    for place, part in enumerate(body.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{sha256(f'{seed} {place}'.encode()).hexdigest()[:32]}")
