"""The commands of the engine: to add one, write its module and its line here."""

from collections.abc import Callable, Mapping

from scoring import deadlines, draws, filings, grades, penalties, priorities, progress, quotas, replays
from scoring.errors import InvalidInput
from scoring.fields import shown

Command = Callable[[Mapping[str, object]], dict[str, object]]


def replay(stored: Mapping[str, object]) -> dict[str, object]:
    """Recompute a stored result: `holds`, and each key that differs; ScoringError when it cannot be answered."""
    return replays.replay(stored, find)


COMMANDS: dict[str, Command] = {
    "grade": grades.run,
    "quota": quotas.run,
    "penalty": penalties.run,
    "deadline": deadlines.run,
    "filing": filings.run,
    "progress": progress.run,
    "priorities": priorities.run,
    "draw": draws.run,
    "replay": replay,
}


def find(name: str) -> Command:
    """Return a command by name; InvalidInput names those there are."""
    if name not in COMMANDS:
        detail = f"There is no command {shown(name)}; choose out of {', '.join(COMMANDS)}."
        raise InvalidInput(detail, "", "words", {"allowed": tuple(COMMANDS)})
    return COMMANDS[name]


def run(command: str, request: Mapping[str, object]) -> dict[str, object]:
    """Answer a request, checked as on the command line, with plain JSON values.

    ScoringError (its `code`, `detail` and `field`) when the request is not right.
    """
    return find(command)(request)
