"""What jobs would send: rehearsed runs told as messages, for the preview page and the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from inspect_app.core import clock, rehearsing
from inspect_app.core.clock import TAIPEI
from inspect_app.core.jobs import Outcome
from inspect_app.core.rehearsing import Rehearsed
from inspect_app.messages.kinds import KINDS
from inspect_app.messages.letters import Letter


@dataclass(frozen=True, slots=True)
class Message:
    """A message that would be posted; `key` is its recipient's, `title` its kind in words."""

    key: str
    kind: str
    title: str
    period: str
    recipient: str
    email: str | None
    subject: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A run that would be: when it is due, its outcome or error, and its messages."""

    job: str
    title: str
    period: str
    due_at: datetime
    outcome: Outcome
    error: str | None
    messages: Sequence[Message]


def tomorrow(session: Session) -> list[Preview]:
    """Every run of jobs that write messages, from now to the end of tomorrow."""
    end = datetime.combine(clock.today() + timedelta(days=2), time(0), TAIPEI) - timedelta(microseconds=1)
    return [told(each) for each in rehearsing.rehearse(rehearsing.until(session, end))]


def told(run: Rehearsed) -> Preview:
    """A rehearsed run in words."""
    letters = [each for each in run.noted if isinstance(each, Letter)]
    return Preview(
        run.job.name,
        run.job.title,
        run.slot.period,
        run.slot.due_at,
        run.outcome,
        run.error,
        [_message(letter) for letter in letters],
    )


def _message(letter: Letter) -> Message:
    to = letter.recipient
    title = KINDS[letter.kind].title
    return Message(to.key, letter.kind, title, letter.period, to.name, to.email, letter.subject)
