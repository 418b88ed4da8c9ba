"""The command line: `python -m scoring COMMAND [--lines]`, JSON in and JSON out, always UTF-8.

Exit 0, or 2 when an input was not right (its error object is on standard error); 1 when standard output
could not be written.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import BinaryIO, TextIO

from scoring import strict_json
from scoring.commands import COMMANDS, Command, find
from scoring.errors import InvalidInput, ScoringError

_USAGE = f"Usage: python -m scoring COMMAND [--lines], COMMAND one of {', '.join(COMMANDS)}."


def main(args: Sequence[str], stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO) -> int:
    """Answer what standard input asks and return the exit code: 0, or 2 for any bad input."""
    try:
        command, by_lines = _parse(args)
        if by_lines:
            return _answer_lines(command, stdin, stdout, stderr)
        _write(stdout, _answer(command, stdin.read(strict_json.MAX_BYTES + 1)))
    except ScoringError as wrong:
        _complain(stderr, dict(wrong.as_dict()))
        return 2
    return 0


def _parse(args: Sequence[str]) -> tuple[Command, bool]:
    words = [word for word in args if word != "--lines"]
    if not words:
        raise InvalidInput(f"Name a command. {_USAGE}")
    command = find(words[0])
    if len(words) > 1 or len(args) - len(words) > 1:
        raise InvalidInput(f"Too many arguments. {_USAGE}")
    return command, len(args) > len(words)


def _answer(command: Command, raw: bytes) -> dict[str, object]:
    request = strict_json.loads(raw)
    if not isinstance(request, dict):
        raise InvalidInput("Give one JSON object, in braces.")
    return command(request)


def _answer_lines(command: Command, stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO) -> int:
    """Answer each line in its place; an error stands there too and makes the exit code 2."""
    code = 0
    for number, raw in _lines(stdin):
        try:
            answer = _answer(command, raw)
        except ScoringError as wrong:
            answer = dict(wrong.as_dict())
            _complain(stderr, answer | {"line": number})
            code = 2
        _write(stdout, answer)
    return code


def _lines(stdin: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield each line that is not blank with its number; of one that is too long, only the beginning."""
    number = 0
    while raw := stdin.readline(strict_json.MAX_BYTES + 1):
        number += 1
        rest = raw
        while len(rest) > strict_json.MAX_BYTES and not rest.endswith(b"\n"):
            rest = stdin.readline(strict_json.MAX_BYTES + 1)
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        if not _is_blank(line):
            yield number, line


def _is_blank(line: bytes) -> bool:
    return not line or (line[0] != 0x7B and not line.decode(errors="replace").strip())


def _write(stream: BinaryIO, value: dict[str, object]) -> None:
    stream.write(json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace") + b"\n")
    stream.flush()


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
    finally:
        if sys.stderr:
            _drop_if_broken(sys.stderr)


def _drop_if_broken(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError:
        _drop(stream)


def _drop(stream: TextIO) -> None:
    """Send what a stream still holds nowhere, so that the interpreter's last flush cannot fail."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(_entry())
