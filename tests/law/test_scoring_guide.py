"""The guide to the engine: every command in it is run, and gives what the guide shows."""

import doctest
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from article_cases import differences
from scoring_builders import GOOD, ask, good, refused

from scoring.commands import COMMANDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "scoring.md").read_text("utf-8")
EXAMPLES = re.findall(r"```sh\n(.*?)```\n```json\n(.*?)```", GUIDE, re.DOTALL)
DECODER = json.JSONDecoder()
MODULES = {
    "grade": "grade_request",
    "quota": "quota_request",
    "penalty": "penalties",
    "deadline": "deadlines",
    "filing": "filings",
    "progress": "progress",
    "priorities": "priorities",
    "draw": "draws",
    "replay": "replays",
}
"""Where each command's keys stand."""


def shell(script: str, folder: Path) -> str:
    """What a script prints in a folder of its own, `python` being the one that runs the tests."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        cwd=folder,
        env=environment,
        timeout=60,
        check=True,
    )
    return done.stdout.decode()


def objects(text: str) -> list[object]:
    """Every JSON object of a text, over however many lines each is written."""
    found, rest = [], text.strip()
    while rest:
        value, end = DECODER.raw_decode(rest)
        found.append(value)
        rest = rest[end:].strip()
    return found


@pytest.mark.parametrize(
    ("script", "shown"),
    EXAMPLES,
    ids=[script.split("scoring ")[-1].splitlines()[0] for script, _ in EXAMPLES],
)
def test_an_example_gives_what_the_guide_shows(script: str, shown: str, tmp_path: Path) -> None:
    assert list(differences(objects(shown), objects(shell(script, tmp_path)))) == []


def test_every_block_of_commands_stands_before_its_result() -> None:
    assert len(EXAMPLES) == GUIDE.count("```sh\n") == GUIDE.count("```json\n")


def test_every_command_and_the_law_have_an_example() -> None:
    scripts = "\n".join(script for script, _ in EXAMPLES)

    for name in (*COMMANDS, "law --on", "law --diff", "quota --law"):
        assert f"python -m scoring {name}" in scripts


def rows_of(command: str) -> dict[str, list[str]]:
    """The table of a command's fields: type, bounds and default by field."""
    section = GUIDE.split(f"\n### {command}\n")[1].split("\n#")[0]
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if "| `" in line
    ]
    return {name.strip("`"): rest for name, *rest in cells}


def keys_of(value: object, path: str = "") -> Iterator[str]:
    """Every key of a request, written like the tables write them."""
    if isinstance(value, list):
        for each in value:
            yield from keys_of(each, f"{path}[]")
    if isinstance(value, dict):
        for key, each in value.items():
            name = f"{path}.{key}" if path else key
            yield name
            yield from keys_of(each, name)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_fields_of_a_command_are_those_it_takes(command: str) -> None:
    listed = set(rows_of(command))
    module = importlib.import_module(f"scoring.{MODULES[command]}")
    known = {name: value for name, value in vars(module).items() if name.endswith("_KEYS")}
    taken = {
        key
        for keys in known.values()
        for each in (keys.values() if isinstance(keys, dict) else [keys])
        for key in each
    }

    assert {name.rpartition(".")[2] for name in listed} == taken
    if command != "replay":
        assert set(keys_of(GOOD[command])) <= listed


@pytest.mark.parametrize("command", COMMANDS)
def test_a_field_is_required_where_the_guide_has_a_dash(command: str) -> None:
    for name, (_, _, default) in rows_of(command).items():
        if name in GOOD[command] and default in ("—", ""):
            request = good(command, **{name: ...})
            missing = (
                refused(command, request).field == name if default == "—" else bool(ask(command, **request))
            )
            assert missing, name


def test_the_session_in_python_is_as_the_guide_shows() -> None:
    (session,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    examples = doctest.DocTestParser().get_doctest(session, {}, "scoring.md", "docs/scoring.md", 0)
    told: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(examples, out=told.append)

    assert (result.failed, "".join(told)) == (0, "")
    assert result.attempted == 4


def test_the_files_the_guide_names_are_there() -> None:
    names = set(re.findall(r"`((?:scoring|tests)/[\w/.-]+)`", GUIDE))
    linked = set(re.findall(r"\]\((adr/[\w.-]+)\)", GUIDE))

    assert len(names) >= 4
    assert [name for name in names if not (ROOT / name).exists()] == []
    assert [name for name in linked if not (ROOT / "docs" / name).exists()] == []


def test_the_engine_runs_with_nothing_but_the_two_packages_the_guide_installs(tmp_path: Path) -> None:
    (line,) = re.findall(r"pip install (.+)", GUIDE)
    for name in ("yaml", "holidays", "dateutil", "six"):  # the last two come with holidays
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        place = origin.parent if origin.name == "__init__.py" else origin
        for each in (place, *place.parent.glob("holidays-*.dist-info")):
            if not (tmp_path / each.name).exists():
                (tmp_path / each.name).symlink_to(each)
    code = f"import sys; sys.path[:0] = {[str(ROOT), str(tmp_path)]}; import runpy; sys.argv[1:] = ['deadline']\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code + "runpy.run_module('scoring', run_name='__main__')"],
        input=b'{"rule": "inspection_record", "from": "2024-05-06"}',
        capture_output=True,
        timeout=30,
        check=False,
    )

    assert line.split() == ["PyYAML", "holidays"]
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["due_on"] == "2024-05-15"
