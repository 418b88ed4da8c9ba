"""The envelope of a mail: its headers and its bytes, the same ones however often it is sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256

from inspect_app.core.clock import TAIPEI
from inspect_app.messages.models import OutboxMessage

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
POLICY = policy.SMTP.clone(cte_type="7bit")
OURS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress")


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
    content = body.as_bytes(policy=POLICY.clone(utf8=True) if utf8 else POLICY)
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


def _headers(row: OutboxMessage, sender: Address, to: Address) -> Iterator[tuple[str, object]]:
    """`Date` is when it was written, not when it is tried: a second delivery is the same to the byte."""
    yield "From", sender
    yield "To", to
    yield "Subject", _line(row.subject)
    yield "Date", format_datetime(row.created_at.astimezone(TAIPEI))
    yield "Message-ID", row.message_id
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"


def _line(text: str) -> str:
    """Without line ends and other control characters: a name or subject cannot begin a header of its own."""
    return UNSAFE.sub(" ", text).strip()


def _fix_boundaries(body: EmailMessage, seed: str) -> None:
    """The library would draw them by chance."""
    for place, part in enumerate(body.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{sha256(f'{seed} {place}'.encode()).hexdigest()[:32]}")
