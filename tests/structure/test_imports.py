"""Who may import whom: the contracts of setup.cfg hold, and would fail if they were broken."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from inspect_app.core.settings import ROOT

PACKAGES = ("scoring", "forms", "inspect_app")
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
OUTWARD = {"asyncio", "http", "multiprocessing", "socket", "sqlite3", "ssl", "subprocess", "urllib"}
"""Modules of the standard library that reach outside the process."""

ALLOWED = {"scoring": {"yaml", "holidays"}, "forms": {"yaml", "pypinyin"}}
"""What a pure package may use besides the standard library and itself."""

OPTIONAL = {"scoring/vectorised.py": {"numpy"}}
CLOCK_READS = {"now", "today", "utcnow", "time", "monotonic", "localtime", "gmtime"}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder), "NO_COLOR": "1"}
    command = [str(LINT_IMPORTS), "--config", "setup.cfg", "--no-cache"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


BREACHES = {
    "apart": ("scoring/grades.py", "import forms.schema"),
    "pure": ("scoring/grades.py", "import flask"),
    "rooms": ("inspect_app/core/clock.py", "import inspect_app.accounts.service"),
    "inside": ("inspect_app/tenders/queries.py", "import inspect_app.tenders.service"),
    "private": ("inspect_app/tenders/service.py", "import inspect_app.accounts.models"),
    "verifying": ("inspect_app/evidence/verifying.py", "import sqlalchemy"),
    "looking": ("inspect_app/scrutiny/months.py", "import flask"),
    "parsing": ("inspect_app/tenders/reading/cells.py", "import flask"),
}
"""One deliberate breach of each contract, by its name in setup.cfg."""


def copy_of_the_sources(folder: Path) -> Path:
    """The packages' modules and setup.cfg, to be broken."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    shutil.copy(ROOT / "setup.cfg", folder)
    return folder


def contracts() -> dict[str, str]:
    """Every contract's sentence, by its name in setup.cfg."""
    setup, start = ConfigParser(), "importlinter:contract:"
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return {
        section.removeprefix(start): setup[section]["name"]
        for section in setup.sections()
        if section.startswith(start)
    }


def test_the_contracts_hold() -> None:
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_breach_to_try() -> None:
    assert contracts().keys() == BREACHES.keys()


def test_a_breach_of_any_contract_is_seen(tmp_path: Path) -> None:
    folder = copy_of_the_sources(tmp_path)
    for path, line in BREACHES.values():
        source = folder / path
        source.write_text(f"{source.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")

    result = lint_imports(folder)

    assert result.returncode == 1, result.stdout + result.stderr
    said = " ".join(result.stdout.split())
    assert [name for name, text in contracts().items() if f"{text} BROKEN" not in said] == [], result.stdout


def imported(path: Path) -> Iterator[str]:
    """The top-level packages a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("package", ["scoring", "forms"])
def test_a_pure_package_uses_only_the_standard_library_and_its_data_readers(package: str) -> None:
    inward = sys.stdlib_module_names - OUTWARD
    foreign = set()
    for path in (ROOT / package).rglob("*.py"):
        name = str(path.relative_to(ROOT))
        allowed = inward | ALLOWED[package] | OPTIONAL.get(name, set()) | {package}
        foreign |= {(name, each) for each in imported(path) if each not in allowed}

    assert foreign == set()


def clock_reads(path: Path) -> Iterator[str]:
    """Calls such as `datetime.now(…)`, `date.today()`, `time.time()`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        if (
            node.func.attr in CLOCK_READS
            and isinstance(owner, ast.Name)
            and owner.id in {"datetime", "date", "time"}
        ):
            yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_only_the_clock_reads_the_clock() -> None:
    reads = [
        each for package in PACKAGES for path in (ROOT / package).rglob("*.py") for each in clock_reads(path)
    ]

    assert [each for each in reads if not each.startswith("inspect_app/core/clock.py:")] == []
