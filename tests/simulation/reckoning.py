"""The year's table: what was expected, written, received; doubled, missed, early or late; and whether kills explain it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select

from inspect_app.accounts.models import User
from inspect_app.core.database import session
from inspect_app.messages.models import SENT, OutboxMessage
from inspect_app.messages.outbox import message_id
from tests.simulation import oracle
from tests.simulation.conductor import MOMENT, Year
from tests.simulation.mail import Received
from tests.simulation.oracle import Expected

Key = tuple[str, str, str]
ON_THE_WAY_S = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One kind's figures. `again`: received a second time where a kill fell between «250» and our commit."""

    kind: str
    expected: int
    sent: int
    doubled: int
    missed: int
    unexpected: int
    early: int
    late: int
    again: int

    @property
    def is_right(self) -> bool:
        return self.expected == self.sent and not any(
            (self.doubled, self.missed, self.unexpected, self.early, self.late)
        )


def rows(year: Year) -> list[Row]:
    """The table, a row a kind."""
    keys = _keys(year)
    wanted = {(each.kind, each.period, each.to): each for each in oracle.expected(year.script)}
    kinds = sorted({kind for kind, *_ in [*keys, *wanted]})
    return [_row(year, kind, wanted, keys) for kind in kinds]


def _keys(year: Year) -> Counter[Key]:
    """The outbox by (kind, period, username), sent or not."""
    with year.app.app_context():
        query = select(OutboxMessage.kind, OutboxMessage.period, User.username, OutboxMessage.state)
        found = session().execute(query.join(User, User.id == OutboxMessage.user_id)).all()
    assert {state for *_, state in found} <= {SENT}, "a message was not sent"
    return Counter((kind, period, username) for kind, period, username, _ in found)


def _row(year: Year, kind: str, wanted: dict[Key, Expected], keys: Counter[Key]) -> Row:
    mine = [each for each in wanted.values() if each.kind == kind]
    names = _message_ids(year, mine)
    came: dict[str, list[Received]] = {name: [] for name in names}
    for mail in year.mails.received:
        if mail.message_id in came:
            came[mail.message_id].append(mail)
    firsts = [(names[name], mails[0]) for name, mails in came.items() if mails]
    twice = [pair for mails in came.values() for pair in pairwise(mails)]
    excused = [pair for pair in twice if _killed_between(year, *pair)]
    return Row(
        kind,
        expected=len(mine),
        sent=len(firsts),
        doubled=len(twice) - len(excused) + sum(n - 1 for key, n in keys.items() if key[0] == kind),
        missed=sum(not mails for mails in came.values()),
        unexpected=sum(key[0] == kind and key not in wanted for key in keys),
        early=sum(mail.at < each.earliest for each, mail in firsts),
        late=sum(mail.at > _latest(year, each, mail) + MOMENT for each, mail in firsts),
        again=len(excused),
    )


def _message_ids(year: Year, those: Sequence[Expected]) -> dict[str, Expected]:
    """What each message's Message-ID must be, made from its key."""
    with year.app.app_context():
        ids = dict(session().execute(select(User.username, User.id)).all())  # type: ignore[arg-type]
    return {message_id(each.kind, each.period, f"user:{ids[each.to]}"): each for each in those}


def _latest(year: Year, each: Expected, mail: Received) -> datetime:
    """One lease after the last worker was born in the place of a dead one, if one was since it fell due."""
    reborn = [born for born in year.born if each.earliest <= born <= mail.at]
    return max([each.latest, *(born + oracle.LEASE for born in reborn)])


def _killed_between(year: Year, first: Received, second: Received) -> bool:
    """Whether a worker died before it could write down the first; its mail may still have been on the way."""
    return any(first.moment - ON_THE_WAY_S <= killed <= second.moment for killed in year.killed)


def strangers(year: Year) -> int:
    """Mails received whose Message-ID nobody expected."""
    known = _message_ids(year, oracle.expected(year.script))
    return sum(mail.message_id not in known for mail in year.mails.received)


def table(year: Year, found: Sequence[Row], seconds: float) -> str:
    """The figures as text."""
    names = ("expected", "sent", "doubled", "missed", "unexpected", "early", "late", "again")
    lines = [f"{'kind':<14}" + "".join(f"{name:>11}" for name in names)]
    lines += [f"{row.kind:<14}" + "".join(f"{getattr(row, name):>11}" for name in names) for row in found]
    sums = "".join(f"{sum(getattr(row, name) for row in found):>11}" for name in names)
    lines += [f"{'all':<14}{sums}", f"{year.script.year}: {len(year.killed)} kills, {seconds:.0f} s"]
    return "\n".join(lines)
