"""How a message looks as mail: text and HTML of the same blocks, its due days as .ics, its attachments.

The same row gives the same bytes, so that a mail sent twice is one mail. Nothing in it is fetched from anywhere and
nothing tells that it was read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from inspect_app.core.settings import current_settings
from inspect_app.messages import calendars, content, declining, mime, terminal
from inspect_app.messages.kinds import KINDS
from inspect_app.messages.models import MessageAttachment, OutboxMessage

CHOICES = "/settings/notifications"
CALENDAR = 'text/calendar; charset="utf-8"; method="PUBLISH"'
MEDIA_TYPE = re.compile(r"(?!message/|multipart/)[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}")
"""A file's kind that may be told as it is: no mail in a mail."""


@dataclass(frozen=True, slots=True)
class Foot:
    """Who sends, why one receives it, in Chinese and English, and where one chooses (path, empty where one cannot)."""

    team: str
    why: str
    why_english: str
    choices: str


def mail(row: OutboxMessage, attachments: Sequence[MessageAttachment], public_url: str) -> mime.Part:
    """The mail of a row without the headers of its delivery (From, To, Subject, Date, Message-ID).

    Needs the application's settings. `public_url` is the base of links, without a slash at its end; with an empty one
    links are their words alone.
    """
    blocks, foot = content.blocks(row.content), _foot(row)
    said = [
        mime.text(_text(row, blocks, foot, public_url), "plain"),
        mime.text(_html(row, blocks, foot, public_url), "html"),
    ]
    body = mime.multipart("alternative", said, row.message_id)
    if files := list(_files(row, attachments, public_url)):
        body = mime.multipart("mixed", [body, *files], row.message_id)
    return mime.Part(mime.headers(_declining(row, public_url)) + body.headers, body.content)


def _files(
    row: OutboxMessage, attachments: Sequence[MessageAttachment], public_url: str
) -> Iterator[mime.Part]:
    if days := content.due_days(row.content):
        yield mime.file(calendars.attached(days, row.created_at, public_url), CALENDAR, "due-days.ics")
    for each in attachments:
        kind = each.media_type if MEDIA_TYPE.fullmatch(each.media_type) else "application/octet-stream"
        yield mime.file(each.content, kind, content.line(each.name) or "file")


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


def _declining(row: OutboxMessage, public_url: str) -> Iterator[tuple[str, str]]:
    kind = KINDS.get(row.kind)
    if row.user_id is None or kind is None or not kind.optional or not public_url.startswith("https://"):
        return
    yield "List-Unsubscribe", f"<{public_url}{declining.path(row.user_id, row.kind)}>"
    yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
