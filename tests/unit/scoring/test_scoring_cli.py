"""`python -m scoring`: what programs send and get, byte for byte."""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from scoring_builders import GOOD as GOOD_REQUESTS

from scoring import strict_json
from scoring.__main__ import main
from scoring.commands import COMMANDS

ROOT = Path(__file__).parents[3]
GOOD = {"inspected_on": "2024-05-01", "marks": [{"member": "王委員", "total": 84}]}
LINE = json.dumps(GOOD, ensure_ascii=False).encode()


def run(*args: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    out, err = BytesIO(), BytesIO()
    return main(args, BytesIO(stdin), out, err), out.getvalue(), err.getvalue()


def process(*args: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "scoring", *args],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=30,
        check=False,
    )


def objects(raw: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in raw.splitlines()]


def test_a_good_request_prints_one_object() -> None:
    code, out, err = run("grade", stdin=LINE)

    assert (code, err) == (0, b"")
    assert objects(out)[0]["grade"] == "A"


@pytest.mark.parametrize(
    ("args", "stdin"),
    [
        ((), LINE),
        (("--lines",), LINE),
        (("gradе",), LINE),
        (("\udcff",), LINE),
        (("grade", "more"), LINE),
        (("grade", "--lines", "--lines"), LINE),
        (("grade",), b""),
        (("grade",), b"\n"),
        (("grade",), b"[]"),
        (("grade",), LINE + LINE),
    ],
)
def test_a_wrong_call_is_an_error_object_and_exit_2(args: tuple[str, ...], stdin: bytes) -> None:
    code, out, err = run(*args, stdin=stdin)
    (error,) = objects(err)

    assert (code, out) == (2, b"")
    assert set(error) == {"error", "detail", "field"}
    assert (error["error"], error["field"]) == ("invalid_input", "")


def test_an_error_names_its_field() -> None:
    code, _, err = run("grade", stdin=LINE.replace(b"84", b"84.5"))

    assert (code, objects(err)[0]["field"]) == (2, "marks[0].total")


@pytest.mark.parametrize("number", [b"84.0", b"8e1", b"9" * 5000, b"1" * 19, b'"84"', b"true"])
def test_a_number_that_is_not_whole_is_reported_at_its_place(number: bytes) -> None:
    code, _, err = run("grade", stdin=LINE.replace(b"84", number))

    assert (code, objects(err)[0]["field"]) == (2, "marks[0].total")


def test_lines_are_answered_in_order_and_an_error_stands_in_its_place() -> None:
    code, out, err = run("grade", "--lines", stdin=b"\n".join([LINE, b"{", LINE]))
    first, wrong, last = objects(out)

    assert code == 2
    assert first == last
    assert first["score"] == 84
    assert set(wrong) == {"error", "detail", "field"}
    assert objects(err) == [wrong | {"line": 2}]


def test_blank_lines_are_skipped_but_counted() -> None:
    code, out, err = run("grade", "--lines", stdin=b"\n \t\r\n" + LINE + b"\r\n\r\n\xe3\x80\x80\n[]\n")

    assert code == 2
    assert len(objects(out)) == 2
    assert objects(err)[0]["line"] == 6


def test_a_last_line_needs_no_line_feed_and_no_lines_are_no_error() -> None:
    assert run("--lines", "grade", stdin=LINE)[0] == 0
    assert run("grade", "--lines", stdin=b"") == (0, b"", b"")
    assert run("grade", "--lines", stdin=b"\n\n") == (0, b"", b"")


def test_work_goes_on_after_rubbish_of_every_kind() -> None:
    rubbish = [
        b"\xff\xfe",
        b"\xef\xbb\xbf" + LINE,
        b"NaN",
        b"[" * 100_000,
        b'{"a":1,"a":2}',
        b'{"\\ud800":1}',
    ]
    code, out, err = run("grade", "--lines", stdin=b"\n".join([*rubbish, LINE]))

    assert code == 2
    assert [error["line"] for error in objects(err)] == [1, 2, 3, 4, 5, 6]
    assert [answer.get("error", "none") for answer in objects(out)] == ["invalid_input"] * 6 + ["none"]


def test_a_line_that_is_too_long_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "MAX_BYTES", 200)
    code, out, err = run(
        "grade", "--lines", stdin=b"{" * 999 + b"\n" + LINE + b"\n" + LINE.ljust(200) + b"\n"
    )

    assert code == 2
    assert [("error" in answer) for answer in objects(out)] == [True, False, False]
    assert objects(err)[0]["line"] == 1


def test_input_that_is_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "MAX_BYTES", 200)

    assert run("grade", stdin=LINE.ljust(200))[0] == 0
    assert run("grade", stdin=LINE.ljust(201))[0] == 2


def test_the_process_speaks_utf_8_whatever_the_locale() -> None:
    done = process("grade", stdin=LINE, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, b"")
    assert "甲等".encode() in done.stdout
    assert "王委員".encode() in done.stdout


def test_the_process_ends_with_2_and_no_traceback_on_rubbish() -> None:
    done = process("grade", "--lines", stdin=b"\x00\xff\n" + LINE + b"\n" + b"[" * 50_000)

    assert (done.returncode, len(done.stdout.splitlines())) == (2, 3)
    assert b"Traceback" not in done.stderr


def test_a_reader_who_goes_away_causes_no_traceback() -> None:
    code = f"{sys.executable} -m scoring grade --lines | head -n 1 >&2; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", code],
        input=(LINE + b"\n") * 2000,
        capture_output=True,
        cwd=ROOT,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    assert len(objects(done.stderr)) == 1


def test_the_engine_needs_no_web_or_database_library() -> None:
    code = "import sys, scoring.__main__; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, timeout=30, check=True)
    loaded = set(done.stdout.decode().split())

    assert loaded.isdisjoint({"flask", "sqlalchemy", "requests", "PIL", "inspect_app", "forms"})
    assert "scoring" in loaded


# --- every command ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", GOOD_REQUESTS)
def test_every_command_answers_alone_and_by_lines_alike(command: str) -> None:
    raw = json.dumps(GOOD_REQUESTS[command]).encode()
    _, alone, _ = run(command, stdin=raw)
    code, lines, err = run(command, "--lines", stdin=raw + b"\n{}\n" + raw)

    assert code == 2
    assert objects(lines)[0] == objects(lines)[2] == objects(alone)[0]
    assert [error["line"] for error in objects(err)] == [2]


@pytest.mark.parametrize("args", [(), ("help",), ("--helpme",), ("grade", "quota")])
def test_the_usage_names_every_command(args: tuple[str, ...]) -> None:
    code, _, err = run(*args)

    assert code == 2
    for name in (*COMMANDS, "law", "--lines", "--law", "--explain", "--group"):
        assert name in objects(err)[0]["detail"]


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("odd", "--help"), ("law", "-h")])
def test_help_goes_to_standard_output_with_one_line_for_each_command(args: tuple[str, ...]) -> None:
    code, out, err = run(*args, stdin=b"not read")
    lines = out.decode().splitlines()

    assert (code, err) == (0, b"")
    for name in (*COMMANDS, "law --on", "law --diff", "--group", "--lines", "--explain", "--law"):
        (line,) = [line for line in lines if line.startswith(f"  {name} ")]
        assert " · " in line
    assert max(map(len, lines)) <= 110


def test_the_help_of_the_process_is_utf_8_whatever_the_locale() -> None:
    done = process("--help", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, b"")
    assert "成績".encode() in done.stdout


@pytest.mark.parametrize("args", [(), *((name,) for name in COMMANDS)])
def test_the_example_of_a_help_answers(args: tuple[str, ...]) -> None:
    _, out, _ = run(*args, "--help")
    (example,) = [line for line in out.decode().splitlines() if line.startswith("  echo")]
    _, request, command = example.split("'")

    code, answer, _ = run(command.split()[-1], stdin=request.encode())

    assert (code, command.split()[-1]) == (0, args[0] if args else "grade")
    assert objects(answer)[0].get("steps", True)


def test_a_stored_number_with_a_point_is_shown_as_it_was_written() -> None:
    stored = {"command": "grade", "request": GOOD, "result": {"score": 0}}
    code, out, _ = run("replay", stdin=json.dumps(stored).replace('"score": 0', '"score": 84.0').encode())

    assert code == 0
    assert objects(out)[0]["differences"] == [{"key": "score", "stored": "84.0", "now": 84}]


def test_a_line_of_50_megabytes_is_one_error_and_work_goes_on() -> None:
    long = b'{"inspected_on": "' + b"9" * (50 * 1024 * 1024) + b'"}\n'
    code, out, err = run("grade", "--lines", stdin=long + LINE)

    assert code == 2
    assert [answer.get("error") for answer in objects(out)] == ["invalid_input", None]
    assert objects(err)[0]["line"] == 1


def test_an_unknown_key_with_marks_from_right_to_left_is_told_as_it_was_written() -> None:
    code, _, err = run("progress", stdin='{"tenders": [], "\u202elimit\\u0000": 1}'.encode())

    assert code == 2
    assert objects(err)[0]["field"] == "\u202elimit\x00"


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        (("grade",), b"", "Nothing came on standard input"),
        (("grade",), b" \r\n", "Nothing came on standard input"),
        (("grade",), b"\xef\xbb\xbf{}", "without a byte order mark"),
        (("grade",), "{}".encode("utf-16-le") + b"\xff", "Save the input as UTF-8"),
        (("grade", "--line"), b"{}", 'There is no option "--line"'),
        (("grade", "request.json"), b"{}", "send a file with < FILE"),
        (("grade", "--lines", "--lines"), b"{}", "Say --lines once."),
    ],
)
def test_what_newcomers_get_wrong_is_told_as_what_to_do(
    args: tuple[str, ...], stdin: bytes, said: str
) -> None:
    code, _, err = run(*args, stdin=stdin)

    assert code == 2
    assert said in objects(err)[0]["detail"]


# --- sentences ----------------------------------------------------------------------------------------------

BAD = LINE.replace(b"84", b"101")
IN_CHINESE = "依工程施工查核小組作業辦法第7條第1項，成績 84 分，列甲等。"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", IN_CHINESE),
        ("zh-Hant", IN_CHINESE),
        ("en", "A score of 84 is grade A (工程施工查核小組作業辦法第7條第1項)."),
    ],
)
def test_an_answer_is_explained_when_asked_for(lang: str, said: str) -> None:
    _, plain, _ = run("grade", stdin=LINE)
    code, out, err = run("grade", "--explain", lang, stdin=LINE)
    (answer,) = objects(out)
    sentences = answer.pop("sentences")

    assert (code, err) == (0, b"")
    assert [answer] == objects(plain)
    assert said in sentences
    assert len(sentences) == len(answer["steps"]) + len(answer["warnings"])


@pytest.mark.parametrize("command", GOOD_REQUESTS)
def test_every_command_is_explained_by_lines_too(command: str) -> None:
    raw = json.dumps(GOOD_REQUESTS[command]).encode()
    code, out, _ = run(command, "--lines", "--explain", "zh", stdin=raw + b"\n" + raw)

    assert code == 0
    for answer in objects(out):
        assert len(answer["sentences"]) == len(answer["steps"]) + len(answer.get("warnings", []))


def test_an_error_is_said_in_chinese_when_asked_for() -> None:
    code, out, err = run("grade", "--explain", "zh", stdin=BAD)
    (error,) = objects(err)

    assert (code, out) == (2, b"")
    assert error["sentence"] == "應為 0 到 100 的整數。"
    assert error["detail"].startswith("Give a whole number")


def test_by_lines_the_sentence_stands_in_both_places() -> None:
    _, out, err = run("grade", "--lines", "--explain", "zh", stdin=BAD)

    assert objects(out)[0]["sentence"] == "應為 0 到 100 的整數。"
    assert objects(err) == [objects(out)[0] | {"line": 1}]


@pytest.mark.parametrize("args", [(), ("--explain", "en")])
def test_an_error_has_its_three_keys_otherwise(args: tuple[str, ...]) -> None:
    _, _, err = run("grade", *args, stdin=BAD)

    assert set(objects(err)[0]) == {"error", "detail", "field"}


@pytest.mark.parametrize("given", [(), ("de",), ("",), ("zh", "--explain", "en"), ("--lines",)])
def test_a_language_is_one_of_two_and_given_once(given: tuple[str, ...]) -> None:
    code, _, err = run("grade", "--explain", *given, stdin=LINE)

    assert code == 2
    assert objects(err)[0]["detail"].startswith("Say --explain zh or --explain en, once.")
