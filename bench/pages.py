"""SQL statements of the pages people open most, whatever the number of rows."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import city as cities
from bench.harness import Line
from inspect_app.core.auth import COOKIE_KEY
from tests.databases import counted

MOST, FEW, MANY = 15, 3, 3000


def lines() -> Iterator[Line]:
    """With few rows and with many; the higher count is shown."""
    with tempfile.TemporaryDirectory() as folder:
        city = cities.found(Path(folder))
        visit = cities.start_visits(city, FEW)[0]
        paths = {
            "sign-in page": "/sign-in",
            "tender list": "/tenders",
            "inspection page": f"/inspections/{visit}",
        }
        few = {name: _statements(city, path) for name, path in paths.items()}
        cities.start_visits(city, MANY)
        for name, path in paths.items():
            most = max(few[name], _statements(city, path))
            yield Line(f"SQL, {name}", most, MOST, "count", "at most", 1, f"{MOST} statements")


def _statements(city: cities.City, path: str) -> int:
    app = city.app
    client = app.test_client()
    if path != "/sign-in":
        with client.session_transaction() as cookie:
            cookie[COOKIE_KEY] = city.staff
    with counted(app) as seen:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return sum(not statement.startswith("BEGIN") for statement in seen)
