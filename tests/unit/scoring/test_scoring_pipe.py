"""`--lines` in a conversation: each answer is there before the next question is asked."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from scoring import __main__ as cli
from scoring import strict_json

ROOT = Path(__file__).parents[3]
PATIENCE_S = 20


def line(total: int) -> bytes:
    return json.dumps({"inspected_on": "2024-05-01", "marks": [{"member": "a", "total": total}]}).encode()


@contextmanager
def conversation() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "scoring", "grade", "--lines"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[bytes], lines: int) -> list[int]:
    """The scores of the next lines; of fewer, when nothing comes any more: a hung conversation fails."""
    assert process.stdout is not None
    raw = b""
    while raw.count(b"\n") < lines and select.select([process.stdout], [], [], PATIENCE_S)[0]:
        raw += os.read(process.stdout.fileno(), 65_536)
    return [json.loads(each)["score"] for each in raw.splitlines()]


def said(process: subprocess.Popen[bytes], raw: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(raw)
    process.stdin.flush()


def test_an_answer_does_not_wait_for_the_next_question() -> None:
    with conversation() as process:
        answers = []
        for total in (84, 70, 91):
            said(process, line(total) + b"\n")
            answers += heard(process, 1)

    assert answers == [84, 70, 91]


def test_a_line_may_come_in_pieces_and_several_at_once() -> None:
    with conversation() as process:
        said(process, line(84)[:20])
        said(process, line(84)[20:] + b"\n" + line(70) + b"\n" + line(91)[:9])
        first = heard(process, 2)
        said(process, line(91)[9:] + b"\n")
        last = heard(process, 1)

    assert (first, last) == ([84, 70], [91])


@pytest.mark.parametrize("block", [1, 7, 64, 100_000])
def test_the_size_of_a_block_changes_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_BLOCK", block)
    monkeypatch.setattr(strict_json, "MAX_BYTES", 100)
    raw = b"\n".join([line(84) + b"\r", b"", b" \r", b"x" * 300, line(70), line(91).ljust(101), line(65)])
    out = BytesIO()
    code = cli.main(("grade", "--lines"), BytesIO(raw), out, BytesIO())

    assert code == 2
    assert [json.loads(each).get("score") for each in out.getvalue().splitlines()] == [84, None, 70, None, 65]
