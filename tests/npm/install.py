"""The clients from npm that the tests speak to the server with: `python -m tests.npm.install` puts them in place.

Exactly the locked versions; run again, it returns at once. Node is found, or fetched, as for the assets.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from assets.build import BuildError, find_npm

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
STAMP = MODULES / ".stamp"
SECONDS = 150


def main() -> int:
    try:
        install()
    except (BuildError, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"tests/npm: {error}; check the network (or npm's registry setting) and repeat\n")
        return 1
    return 0


def install() -> None:
    """`npm ci` unless what is there is what is locked."""
    wanted = _wanted()
    if _installed() == wanted:
        return
    shutil.rmtree(MODULES, ignore_errors=True)
    command = (find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run(command, cwd=HERE, timeout=SECONDS, check=True)
    STAMP.write_text(wanted, encoding="ascii")


def node() -> str:
    """The node to run them with; AssertionError that says what to do while they are not installed."""
    told = "the npm clients of the tests are not installed: run `.venv/bin/python -m tests.npm.install`"
    assert _installed() == _wanted(), told
    return str(Path(find_npm()).with_name("node"))


def _wanted() -> str:
    return hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()


def _installed() -> str:
    return STAMP.read_text(encoding="ascii") if STAMP.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
