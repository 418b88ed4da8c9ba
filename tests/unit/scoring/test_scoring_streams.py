"""The process's own streams: full, closed, or left by their reader. No traceback, and an exit code that says so."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

LINE = '{"inspected_on": "2024-05-01", "marks": [{"member": "甲", "total": 84}]}'
SCORING = f"{sys.executable} -m scoring grade"


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """A shell's command line; `$LINE` is a good request."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "LINE": LINE, "PYTHONUTF8": "1"},
    )


def test_a_full_disk_is_told_on_standard_error() -> None:
    done = shell(f'echo "$LINE" | {SCORING} > /dev/full')

    assert done.returncode == 1
    assert json.loads(done.stderr)["error"] == "output"
    assert "No space left" in json.loads(done.stderr)["detail"]


@pytest.mark.parametrize(
    ("streams", "code"),
    [
        (">&-", 1),
        ("2>&-", 0),
        ("<&-", 2),
        ("2>/dev/full", 0),
        (">/dev/full 2>/dev/full", 1),
        (">/dev/full 2>&-", 1),
    ],
)
def test_streams_that_are_closed_or_full_end_it_without_a_traceback(streams: str, code: int) -> None:
    done = shell(f'exec 3<<< "$LINE"; {SCORING} <&3 {streams}')

    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_a_reader_who_goes_away_is_no_error_worth_words() -> None:
    done = shell(
        f'for i in $(seq 2000); do echo "$LINE"; done | {SCORING} --lines | head -n 1; echo "${{PIPESTATUS[1]}}"'
    )

    answer, code = done.stdout.splitlines()
    assert (json.loads(answer)["score"], code, done.stderr) == (84, "1", "")


def test_ctrl_c_ends_it_quietly() -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "scoring", "grade", "--lines"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdin
    assert running.stdout
    running.stdin.write(f"{LINE}\n")
    running.stdin.flush()
    assert json.loads(running.stdout.readline())["score"] == 84  # it waits for the next line now
    time.sleep(0.1)
    running.send_signal(signal.SIGINT)

    _, said = running.communicate(timeout=30)

    assert (running.returncode, said) == (130, "")


def test_bad_input_says_so_by_its_code_even_where_nobody_hears_it() -> None:
    assert shell(f"echo '{{}}' | {SCORING} 2>/dev/full").returncode == 2
    assert shell(f"echo '{{}}' | {SCORING} 2>&-").returncode == 2
