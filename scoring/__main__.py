"""The command line: `python -m scoring COMMAND [--lines] [--explain zh|en] [--law DRAFT.yaml]`, JSON in and out.

    python -m scoring law --on DATE          what is in force, with its articles
    python -m scoring law --diff DATE DATE   what changed between two days

It speaks UTF-8 whatever the locale; `arguments` reads the call.

Exit 0, or 2 when an input was not right (its error object is on standard error); 1 when standard output
could not be written.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase, BytesIO
from typing import BinaryIO, TextIO

from scoring import arguments, lawbook, strict_json, usage
from scoring.arguments import Call
from scoring.errors import InvalidInput, ScoringError
from scoring.explain import explain_answer, explain_error

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
            _write(stdout, arguments.law(args[1:]))
            return 0
        call = arguments.parse(args)
    except ScoringError as wrong:
        _complain(stderr, dict(wrong.as_dict()))
        return 2
    try:
        with lawbook.trying(arguments.drafts(call.drafts)):
            if call.by_lines:
                return _answer_lines(call, stdin, stdout, stderr)
            _write(stdout, _answer(call, stdin.read(strict_json.MAX_BYTES + 1)))
    except ScoringError as wrong:
        _complain(stderr, _error(wrong, call.lang))
        return 2
    return 0


def _answer(call: Call, raw: bytes) -> dict[str, object]:
    """Return the answer, with its sentences if asked for; what was reckoned with drafts says so."""
    if not raw.strip():
        raise InvalidInput("Nothing came on standard input; give one JSON object: COMMAND < request.json.")
    request = strict_json.loads(raw)
    if not isinstance(request, dict):
        raise InvalidInput("Give one JSON object, in braces.")
    answer = call.command(request)
    if drafts := lawbook.tried():
        answer["drafts"] = drafts
    if call.lang:
        answer["sentences"] = explain_answer(answer, call.lang)
    return answer


def _error(wrong: ScoringError, lang: str | None) -> dict[str, object]:
    """Return the error object; its detail is in English, and a sentence in Chinese is added if asked for."""
    error: dict[str, object] = dict(wrong.as_dict())
    return error | {"sentence": explain_error(wrong)} if lang == "zh-Hant" else error


def _answer_lines(call: Call, stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO) -> int:
    """Answer each line in its place; an error stands there too and makes the exit code 2.

    What was answered is sent before more is waited for, so that a program may ask line by line.
    """
    code = 0
    for number, line in enumerate(_lines(stdin, stdout.flush), 1):
        if _is_blank(line):
            continue
        try:
            answer = _answer(call, line)
        except ScoringError as wrong:
            answer = _error(wrong, call.lang)
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
