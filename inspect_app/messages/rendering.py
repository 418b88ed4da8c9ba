"""How a message looks as mail: text and HTML of the same blocks, its due days as .ics, its attachments.

The same row gives the same bytes, so that a mail sent twice is one mail. Nothing in it is fetched from anywhere and
nothing tells that it was read.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from inspect_app.core.settings import current_settings
from inspect_app.messages import calendars, content, declining, terminal
from inspect_app.messages.envelope import blank
from inspect_app.messages.kinds import KINDS
from inspect_app.messages.models import MessageAttachment, OutboxMessage

CHOICES = "/settings/notifications"
MEDIA_TYPE = re.compile(r"([a-z]+)/([a-z0-9][a-z0-9.+-]*)")


@dataclass(frozen=True, slots=True)
class Foot:
    """Who sends, why one receives it, in Chinese and English, and where one chooses (path, empty where one cannot)."""

    team: str
    why: str
    why_english: str
    choices: str


def mail(row: OutboxMessage, attachments: Sequence[MessageAttachment], public_url: str) -> EmailMessage:
    """The mail of a row without the headers of its delivery (From, To, Subject, Date, Message-ID).

    Needs the application's settings. `public_url` is the base of links, without a slash at its end; with an empty one
    links are their words alone.
    """
    blocks, foot = content.blocks(row.content), _foot(row)
    days = content.due_days(row.content)
    message = blank()
    message.set_content(_text(row, blocks, foot, public_url), cte="base64")
    message.add_alternative(_html(row, blocks, foot, public_url), subtype="html", cte="base64")
    if days:
        _attach_calendar(message, calendars.attached(days, row.created_at, public_url))
    for each in attachments:
        _attach(message, each)
    _set_boundaries(message, row.message_id)
    _add_declining(message, row, public_url)
    return message


def _text(row: OutboxMessage, blocks: list[Any], foot: Foot, public_url: str) -> str:
    choices = f"\n選擇要不要寄信 Choices: {public_url}{foot.choices}" if foot.choices and public_url else ""
    end = f"-- \n{foot.team}\n{foot.why}\n{foot.why_english}{choices}\n"
    return f"{content.line(row.subject)}\n\n{terminal.text(blocks, public_url)}\n\n{end}"


def _html(row: OutboxMessage, blocks: list[Any], foot: Foot, public_url: str) -> str:
    subject = content.line(row.subject)
    return _template().render(subject=subject, blocks=blocks, foot=foot, public_url=public_url)


@cache
def _template() -> Template:
    loader = PackageLoader("inspect_app.messages")
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["share"] = terminal.share
    return made.get_template("messages/mail.html")


def _foot(row: OutboxMessage) -> Foot:
    team = content.line(current_settings().team_name)
    known = KINDS.get(row.kind)
    title = f"「{known.title}」" if known else "這類訊息"
    who = row.recipient.partition(":")[0]
    if who == "user":
        why = f"您在{team}的查核系統有帳號，{title}屬於您的工作，所以收到這封信。"
        english = "You receive this mail because you have an account in the inspection system and it is part of your duty."
        return Foot(team, why, english, CHOICES)
    if who == "contact":
        why = f"您登錄為機關或廠商的聯絡人，所以收到{title}。要更改聯絡人，請洽查核小組工作人員。"
        return Foot(
            team, why, "You receive this mail as a registered contact; the team's staff can change that.", ""
        )
    why = "有人在查核系統登記了這個信箱，所以收到這封信；與您無關時請不予理會。"
    return Foot(
        team,
        why,
        "Somebody gave this address in the inspection system; ignore this mail if it was not you.",
        "",
    )


def _attach_calendar(message: EmailMessage, calendar: bytes) -> None:
    message.add_attachment(calendar, "text", "calendar", cte="base64", filename="due-days.ics")
    part = _parts(message)[-1]
    part.set_param("method", "PUBLISH")
    part.set_param("charset", "utf-8")


def _attach(message: EmailMessage, each: MessageAttachment) -> None:
    found = MEDIA_TYPE.fullmatch(each.media_type)
    main, sub = found.groups() if found else ("application", "octet-stream")
    if main in {"message", "multipart"}:
        main, sub = "application", "octet-stream"
    message.add_attachment(each.content, main, sub, cte="base64", filename=content.line(each.name) or "file")


def _parts(message: EmailMessage) -> list[MIMEPart]:
    return list(message.iter_parts())


def _set_boundaries(message: EmailMessage, message_id: str) -> None:
    """Boundaries of the mail's own, never found in its text: every part is base64."""
    for place, part in enumerate(message.walk()):
        if part.is_multipart():
            digest = hashlib.sha256(f"{message_id} {place}".encode()).hexdigest()
            part.set_boundary(f"=_{digest[:40]}")


def _add_declining(message: EmailMessage, row: OutboxMessage, public_url: str) -> None:
    kind = KINDS.get(row.kind)
    if row.user_id is None or kind is None or not kind.optional or not public_url.startswith("https://"):
        return
    message["List-Unsubscribe"] = f"<{public_url}{declining.path(row.user_id, row.kind)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
