"""The call of the command line: which command, by lines or not, in which words, under which drafts of the law.

`--law` tries a draft amendment (a law file under a line `group: NAME`) in place of the group it names; `--explain`
adds sentences.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from scoring import lawbook, lawlist, strict_json
from scoring.commands import COMMANDS, Command, find
from scoring.errors import InvalidInput, LawError
from scoring.fields import day, shown
from scoring.lawfile import Group
from scoring.sources import Parameters

USAGE = (
    "Usage: python -m scoring COMMAND [--lines] [--explain zh|en] [--law DRAFT.yaml], COMMAND one of "
    f"{', '.join(COMMANDS)}; or: python -m scoring law --on DATE | --diff DATE DATE [--group NAME]."
)
_LANGUAGES = {"zh": "zh-Hant", "zh-Hant": "zh-Hant", "en": "en"}


class Call(NamedTuple):
    """A command, whether it works by lines, the files of draft law, and the language of its sentences, if any."""

    command: Command
    by_lines: bool
    drafts: Sequence[str]
    lang: str | None


def parse(args: Sequence[str]) -> Call:
    """Return the call that the words of a command line make; InvalidInput says what is wrong with them."""
    words: list[str] = []
    given: dict[str, list[str]] = {"--law": [], "--explain": []}
    waiting = iter(args)
    for word in waiting:
        if word in given:
            given[word].append(next(waiting, ""))
        else:
            words.append(word)
    names = [word for word in words if word != "--lines"]
    if not names:
        raise InvalidInput(f"Name a command. {USAGE}")
    if names[0] not in COMMANDS:
        raise InvalidInput(f"There is no command {shown(names[0])}. {USAGE}")
    if len(names) > 1 or len(words) - len(names) > 1:
        raise InvalidInput(f"{_surplus(words)} {USAGE}")
    return Call(find(names[0]), len(words) > len(names), given["--law"], _language(given["--explain"]))


def _surplus(words: Sequence[str]) -> str:
    """What is one too many of the words: an option there is not, one given twice, or an argument."""
    if odd := next((word for word in words if word.startswith("-") and word != "--lines"), None):
        return f"There is no option {shown(odd)}."
    if words.count("--lines") > 1:
        return "Say --lines once."
    return "Too many arguments; send a file with < FILE."


def _language(given: Sequence[str]) -> str | None:
    if not given:
        return None
    if len(given) > 1 or given[0] not in _LANGUAGES:
        raise InvalidInput(f"Say --explain zh or --explain en, once. {USAGE}")
    return _LANGUAGES[given[0]]


def drafts(names: Sequence[str]) -> list[Group[Parameters]]:
    """Return the draft groups of the files; InvalidInput when two of them are of one group."""
    found = [_draft(name) for name in names]
    if len({draft.name for draft in found}) < len(found):
        raise InvalidInput("Give one draft of each group, in one file.")
    return found


def _draft(name: str) -> Group[Parameters]:
    """Return the draft group of a file; InvalidInput when it cannot be read or is not right."""
    try:
        return lawbook.draft(strict_json.text(Path(name).read_bytes()), name)
    except (OSError, ValueError, LawError, InvalidInput) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else wrong
        raise InvalidInput(f"--law {name or 'FILE'}: {reason}") from wrong


def law(args: Sequence[str]) -> dict[str, object]:
    """Answer `law`: what is in force on a day, or what differs between two; of one group, if it is named."""
    match args:
        case [*rest, "--group", group]:
            return _listed(rest, group)
    return _listed(args)


def _listed(args: Sequence[str], group: str | None = None) -> dict[str, object]:
    match args:
        case ["--on", on]:
            return lawlist.on(day(on, "--on"), group)
        case ["--diff", before, after]:
            return lawlist.diff(day(before, "--diff"), day(after, "--diff"), group)
    raise InvalidInput(f"Say --on DATE, or --diff DATE DATE, then --group NAME if you like. {USAGE}")
