"""The command line: `python -m scoring COMMAND [--lines] [--law DRAFT.yaml]`, JSON in and out, always UTF-8.

    python -m scoring law --on DATE          what is in force, with its articles
    python -m scoring law --diff DATE DATE   what changed between two days

`--law` tries a draft amendment (a law file under a line `group: NAME`) in place of the group it names.

Exit 0, or 2 when an input was not right (its error object is on standard error); 1 when standard output
could not be written.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import BinaryIO, TextIO

from scoring import lawbook, lawlist, strict_json, usage
from scoring.commands import COMMANDS, Command, find
from scoring.errors import InvalidInput, LawError, ScoringError
from scoring.fields import day, shown
from scoring.lawfile import Group
from scoring.sources import Parameters

_USAGE = (
    f"Usage: python -m scoring COMMAND [--lines] [--law DRAFT.yaml], COMMAND one of {', '.join(COMMANDS)}; "
    "or: python -m scoring law --on DATE | --diff DATE DATE."
)

_BLOCK = 64 * 1024
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False)  # no answer holds itself


def main(args: Sequence[str], stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO) -> int:
    """Answer what standard input asks and return the exit code: 0, or 2 for any bad input."""
    if args and args[-1] in ("-h", "--help"):
        stdout.write(usage.text(args[0]).encode())
        stdout.flush()
        return 0
    try:
        if args and args[0] == "law":
            _write(stdout, _law(args[1:]))
            return 0
        command, by_lines, drafts = _parse(args)
        with lawbook.trying(_drafts(drafts)):
            if by_lines:
                return _answer_lines(command, stdin, stdout, stderr)
            _write(stdout, _answer(command, stdin.read(strict_json.MAX_BYTES + 1)))
    except ScoringError as wrong:
        _complain(stderr, dict(wrong.as_dict()))
        return 2
    return 0


def _parse(args: Sequence[str]) -> tuple[Command, bool, list[str]]:
    """Return the command, whether it works by lines, and the files of draft law."""
    words, drafts = [], []
    waiting = iter(args)
    for word in waiting:
        if word == "--law":
            drafts.append(next(waiting, ""))
        else:
            words.append(word)
    names = [word for word in words if word != "--lines"]
    if not names:
        raise InvalidInput(f"Name a command. {_USAGE}")
    if names[0] not in COMMANDS:
        raise InvalidInput(f"There is no command {shown(names[0])}. {_USAGE}")
    command = find(names[0])
    if len(names) > 1 or len(words) - len(names) > 1:
        odd = next((word for word in words if word.startswith("-") and word != "--lines"), None)
        what = f"There is no option {shown(odd)}." if odd else "Too many arguments; send a file with < FILE."
        raise InvalidInput(f"{what} {_USAGE}")
    return command, len(words) > len(names), drafts


def _drafts(names: Sequence[str]) -> list[Group[Parameters]]:
    """Return the draft groups of the files; InvalidInput when two of them are of one group."""
    drafts = [_draft(name) for name in names]
    if len({draft.name for draft in drafts}) < len(drafts):
        raise InvalidInput("Give one draft of each group, in one file.")
    return drafts


def _draft(name: str) -> Group[Parameters]:
    """Return the draft group of a file; InvalidInput when it cannot be read or is not right."""
    try:
        return lawbook.draft(Path(name).read_text("utf-8"), name)
    except (OSError, ValueError, LawError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else wrong
        raise InvalidInput(f"--law {name or 'FILE'}: {reason}") from wrong


def _law(args: Sequence[str]) -> dict[str, object]:
    match args:
        case ["--on", on]:
            return lawlist.on(day(on, "--on"))
        case ["--diff", before, after]:
            return lawlist.diff(day(before, "--diff"), day(after, "--diff"))
    raise InvalidInput(f"Say --on DATE, or --diff DATE DATE. {_USAGE}")


def _answer(command: Command, raw: bytes) -> dict[str, object]:
    """Return the answer; what was reckoned with drafts says so."""
    if not raw.strip():
        raise InvalidInput("Nothing came on standard input; give one JSON object: COMMAND < request.json.")
    request = strict_json.loads(raw)
    if not isinstance(request, dict):
        raise InvalidInput("Give one JSON object, in braces.")
    answer = command(request)
    return answer | {"drafts": drafts} if (drafts := lawbook.tried()) else answer


def _answer_lines(command: Command, stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO) -> int:
    """Answer each line in its place; an error stands there too and makes the exit code 2.

    What was answered is sent before more is waited for, so that a program may ask line by line.
    """
    code = 0
    for number, line in enumerate(_lines(stdin, stdout.flush), 1):
        if _is_blank(line):
            continue
        try:
            answer = _answer(command, line)
        except ScoringError as wrong:
            answer = dict(wrong.as_dict())
            _complain(stderr, answer | {"line": number})
            code = 2
        stdout.write(_written(answer))
    stdout.flush()
    return code


def _lines(stdin: BinaryIO, before_waiting: Callable[[], None]) -> Iterator[bytes]:
    """Yield each line, without its end; of one that is too long, only the beginning, still too long."""
    begun = bytearray()
    while block := _block(stdin, before_waiting):
        *ended, rest = block.split(b"\n")
        for part in ended:
            yield (bytes(begun) + part if begun else part).removesuffix(b"\r")
            begun.clear()
        begun += rest[: strict_json.MAX_BYTES + 1 - len(begun)]
    if begun:
        yield bytes(begun).removesuffix(b"\r")


def _block(stdin: BinaryIO, before_waiting: Callable[[], None]) -> bytes:
    """Return what has come by now, waiting only when that is nothing; empty at the end."""
    before_waiting()
    return stdin.read1(_BLOCK) if isinstance(stdin, BufferedIOBase) else stdin.readline(_BLOCK)


def _is_blank(line: bytes) -> bool:
    return not line or (line[0] != 0x7B and not line.decode(errors="replace").strip())


def _write(stream: BinaryIO, value: dict[str, object]) -> None:
    stream.write(_written(value))
    stream.flush()


def _written(value: dict[str, object]) -> bytes:
    return _ENCODER.encode(value).encode(errors="backslashreplace") + b"\n"


def _complain(stderr: BinaryIO, error: dict[str, object]) -> None:
    """Write an error object; a reader who has gone away changes nothing."""
    with contextlib.suppress(OSError):
        _write(stderr, error)


def _entry() -> int:
    """Run on the process's own streams; a reader who went away ends the work without a traceback."""
    stdin = sys.stdin.buffer if sys.stdin else BytesIO()
    if sys.stdout is None:
        return 1
    stderr = sys.stderr.buffer if sys.stderr else BytesIO()
    try:
        return main(sys.argv[1:], stdin, sys.stdout.buffer, stderr)
    except OSError as wrong:
        _drop(sys.stdout)
        detail = f"Standard output could not be written: {wrong.strerror}."
        if not isinstance(wrong, BrokenPipeError):
            _complain(stderr, {"error": "output", "detail": detail, "field": ""})
        return 1
    except KeyboardInterrupt:
        _drop(sys.stdout)
        return 130


def _drop(stream: TextIO) -> None:
    """Send what a stream still holds nowhere, so that the interpreter's last flush cannot fail."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(_entry())
