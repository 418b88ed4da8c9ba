"""How a message looks as mail."""

from collections.abc import Sequence
from email.message import EmailMessage

from inspect_app.messages.envelope import blank
from inspect_app.messages.models import MessageAttachment, OutboxMessage


def mail(row: OutboxMessage, attachments: Sequence[MessageAttachment], public_url: str) -> EmailMessage:
    """The message's body: its paragraphs as text, and the files that go with it."""
    made = blank()
    texts = [block for block in row.content["blocks"] if isinstance(block, str)]
    made.set_content("\n\n".join([*texts, f"{public_url}/"]))
    for each in attachments:
        main, _, sub = each.media_type.partition("/")
        made.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
    return made
