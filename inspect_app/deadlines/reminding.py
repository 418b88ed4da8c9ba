"""The daily digest: one letter a person, of all that he is to be reminded of on a day; none when there is nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from inspect_app.core import roc
from inspect_app.deadlines import clocks, quarterly
from inspect_app.deadlines.addressees import Addressees
from inspect_app.deadlines.clocks import CLOCKS, Duty
from inspect_app.deadlines.workdays import Calendar
from inspect_app.messages.kinds import Kind
from inspect_app.messages.letters import Block, Letter, Link, Recipient, Section, Table

DAILY = "deadlines.daily"
KINDS = (Kind(DAILY, "每日期限提醒", optional=False, withheld=True),)
HEAD = ("應辦事項", "對象", "由", "期限", "剩餘")


@dataclass(slots=True)
class Digest:
    """What one person is told: what is his to do, and what others do of which he is told in copy."""

    recipient: Recipient
    own: list[Duty] = field(default_factory=list)
    copies: list[Duty] = field(default_factory=list)

    @property
    def tells_of_secrets(self) -> bool:
        return any(duty.secret for duty in (*self.own, *self.copies))


def build_return(session: Session, today: date) -> str | None:
    """Build the quarterly return on a day that reminds of it; the path of its page. The caller owns the transaction."""
    calendar = Calendar.of(session)
    return quarterly.build(session, today) if _is_quarter_due(session, today, calendar) else None


def letters(session: Session, today: date, due_at: datetime, page: str | None = None) -> Iterator[Letter]:
    """The letters of a day, in an order that does not change; `page` has the quarterly return's file."""
    calendar = Calendar.of(session)
    for digest in digests(session, today, calendar):
        yield _letter(digest, today, due_at, calendar, page)


def digests(session: Session, today: date, calendar: Calendar) -> list[Digest]:
    """Who is reminded of what on a day."""
    known, found = Addressees(session), dict[str, Digest]()
    for duty in clocks.reminded(session, today, calendar):
        for recipient in known.of(duty.who):
            _add(found.setdefault(recipient.key, Digest(recipient)).own, duty)
        for recipient in known.of(duty.informed):
            _add(found.setdefault(recipient.key, Digest(recipient)).copies, duty)
    return [found[key] for key in sorted(found)]


def _add(duties: list[Duty], duty: Duty) -> None:
    if duty not in duties[-1:]:
        duties.append(duty)


def _is_quarter_due(session: Session, today: date, calendar: Calendar) -> bool:
    return any(
        quarterly.CLOCK.reminds(duty, today, calendar) for duty in quarterly.duties(session, today, calendar)
    )


def _letter(digest: Digest, today: date, due_at: datetime, calendar: Calendar, page: str | None) -> Letter:
    """The subject tells no number: whoever keeps the outbox is not of the team."""
    own = {duty.uid for duty in digest.own}
    copies = [duty for duty in digest.copies if duty.uid not in own]
    blocks: list[Block] = ["以下事項今天應提醒您。期限依登錄的停止上班日計算，請以系統所示為準。"]
    blocks += sections(digest.own, today, calendar)
    if copies:
        blocks.append(Section("副知：由其他單位辦理", (table(copies, today, calendar),)))
    if page and any(duty.clock == quarterly.NAME for duty in digest.own):
        blocks.append(Link("下載季報檔案", page))
    blocks.append(Link("查看所有期限", "/deadlines"))
    due_days = tuple(day for duty in digest.own if (day := clocks.due_day(duty)))
    subject = f"期限提醒　{roc.format_weekday(today)}"
    return Letter(DAILY, today.isoformat(), digest.recipient, due_at, subject, tuple(blocks), due_days)


def sections(duties: Sequence[Duty], today: date, calendar: Calendar) -> list[Section]:
    """A section with a table for each clock, in the order of the table of clocks."""
    order = list(CLOCKS)
    ordered = sorted(duties, key=lambda duty: order.index(duty.clock))
    return [
        Section(f"{CLOCKS[name].title}（{CLOCKS[name].article}）", (table(list(group), today, calendar),))
        for name, group in groupby(ordered, key=lambda duty: duty.clock)
    ]


def table(duties: Sequence[Duty], today: date, calendar: Calendar) -> Table:
    """Duties as rows, the earliest first."""
    ordered = sorted(duties, key=lambda duty: (duty.due_on or date.max, duty.uid))
    rows = tuple(
        (
            duty.what,
            duty.subject.title,
            duty.by,
            roc.format_weekday(duty.due_on) if duty.due_on else "未定",
            left_in_words(duty.due_on, today, calendar),
        )
        for duty in ordered
    )
    return Table("應辦事項", HEAD, rows)


def left_in_words(due_on: date | None, today: date, calendar: Calendar) -> str:
    """How long there is: 還有 5 個工作天, 今天到期, 逾期 2 個工作天; nothing where the day is not known."""
    left = calendar.left(today, due_on) if due_on else None
    if due_on is None or left is None:
        return "－"
    if due_on == today:
        return "今天到期"
    if left == 0:
        return f"還有 {(due_on - today).days} 天，沒有工作天"
    return f"逾期 {-left} 個工作天" if left < 0 else f"還有 {left} 個工作天"
