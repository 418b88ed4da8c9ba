"""The operator's guide names every setting there is, and nothing that is not."""

import ast
import re
from collections.abc import Iterator

from inspect_app.core.settings import ROOT
from tests.clients import Api

SOURCES = ("inspect_app/core/settings.py", "deploy/gunicorn.conf.py")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| (\S.*?) \| (\S.*?) \|$", re.MULTILINE)
METRIC = re.compile(r"\bchahe_[a-z_]+")


def guide() -> str:
    return (ROOT / "docs/operations.md").read_text(encoding="utf-8")


def read_settings() -> Iterator[str]:
    """The first argument of every call `reader.kind("NAME", …)` and `environ.get("NAME", …)`."""
    for source in SOURCES:
        for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and VARIABLE.fullmatch(str(first.value)):
                yield str(first.value)


def test_the_table_of_settings_holds_each_once_and_nothing_else() -> None:
    told = [name for name, _, _ in ROW.findall(guide())]

    assert sorted(told) == sorted(set(read_settings()))
    assert len(told) >= 15


def test_every_metric_served_is_explained(client: Api) -> None:
    served = re.findall(r"^# TYPE (chahe_[a-z_]+)", client.get("//metrics").text, re.MULTILINE)
    explained = set(METRIC.findall(guide()))

    assert set(served) - explained == set()
    assert explained - set(served) == set()


def test_every_check_of_readyz_has_its_remedy(client: Api) -> None:
    checks = client.get("//readyz").get_json()["checks"]

    assert [name for name in checks if f"| `{name}` |" not in guide()] == []


def test_the_files_it_names_are_there() -> None:
    named = re.findall(r"`?\b((?:inspect_app|deploy)/[\w/.]+\.py)", guide())

    assert "inspect_app/core/withheld.py" in named
    assert [path for path in named if not (ROOT / path).is_file()] == []
