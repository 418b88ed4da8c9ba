"""How long a server takes to be there on an existing database, beside the smallest Flask application."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import city as cities
from bench.harness import Line, paired, seconds
from bench.load import ROOT

OURS = "import wsgi; assert wsgi.app.test_client().get('/healthz').status_code == 200"
BARE = (
    "import flask; app = flask.Flask('bare'); app.add_url_rule('/healthz', view_func=lambda: 'ok', endpoint='h'); "
    "assert app.test_client().get('/healthz').status_code == 200"
)


def lines() -> Iterator[Line]:
    """From nothing to the first answer, each in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        environ = os.environ | cities.environment(cities.found(Path(folder)).folder)
        ours, bare = paired(lambda: _run(OURS, environ), lambda: _run(BARE, environ))
    yield Line("server start", ours, bare + 3, "s", "at most", 1, f"bare Flask app ({bare:.2f} s) + 3 s")


def _run(code: str, environ: dict[str, str]) -> float:
    command = [sys.executable, "-c", code]
    return seconds(lambda: subprocess.run(command, cwd=ROOT, env=environ, check=True))
