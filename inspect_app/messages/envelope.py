"""The envelope of a mail: the headers of its delivery, the same ones however often it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime

from inspect_app.core.clock import TAIPEI
from inspect_app.messages import mime
from inspect_app.messages.models import OutboxMessage


class WrongRecipient(ValueError):  # noqa: N818 - says what it is
    """The address is none that a mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What is handed to the server; `utf8`: only one that offers SMTPUTF8 can take it."""

    sender: str
    recipient: str
    utf8: bool
    content: bytes


def sealed(body: mime.Part, row: OutboxMessage, sender: Address) -> Mail:
    """The body under its headers; WrongRecipient for an address that is none."""
    to = recipient(row.name, row.email or "")
    content = mime.headers(_headers(row, sender, to)) + bytes(body)
    return Mail(sender.addr_spec, to.addr_spec, not to.addr_spec.isascii(), content)


def recipient(name: str, email: str) -> Address:
    """A name and an address; a domain of other letters is written as mail servers know it."""
    local, _, domain = email.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        if not local or not domain or mime.UNSAFE.search(email) or " " in email.strip():
            raise WrongRecipient(email)
        if local.isascii():
            return Address(mime.line(name), addr_spec=f"{local}@{ascii_domain}")
        return Address(mime.line(name), local, ascii_domain)
    except (MessageError, ValueError, IndexError) as error:
        raise WrongRecipient(email) from error


def _headers(row: OutboxMessage, sender: Address, to: Address) -> Iterator[tuple[str, str]]:
    """`Date` is when it was written, not when it is tried: a second delivery is the same to the byte."""
    yield "From", _told(sender, "From")
    yield "To", _told(to, "To")
    yield "Subject", mime.words(row.subject, "Subject")
    yield "Date", format_datetime(row.created_at.astimezone(TAIPEI))
    yield "Message-ID", row.message_id
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    yield "MIME-Version", "1.0"


def _told(address: Address, name: str) -> str:
    """A name in encoded words where it is not ASCII, then the address as it is."""
    if address.display_name.isascii():
        return str(address)
    return f"{mime.words(address.display_name, name)}\r\n <{address.addr_spec}>"
