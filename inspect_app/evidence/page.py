"""The verifier page: one file that needs nothing else and asks nobody; the city's keys are written into it."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from inspect_app.core import sealing
from inspect_app.evidence import verifying

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_KEY = ("id", "public", "withdrawn_at")


@cache
def _parts() -> tuple[str, str]:
    """The page with its policy, and the policy."""
    script = _read("verifier_checks.js") + "\n" + _read("verifier_page.js")
    for name, value in (("format", verifying.FORMAT), ("digits", sealing.ID_DIGITS)):
        script = script.replace(f"{{{{ {name} }}}}", str(value))
    text = _read("verifier.html").replace("{{ script }}", script)
    policy = (
        f"default-src 'none'; script-src {_hash(_SCRIPT, text)}; style-src {_hash(_STYLE, text)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return text.replace("{{ policy }}", policy), policy


def _read(name: str) -> str:
    return files("inspect_app.evidence").joinpath(name).read_text(encoding="utf-8")


def _hash(tag: re.Pattern[str], text: str) -> str:
    found = tag.search(text)
    digest = hashlib.sha256(found[1].encode() if found else b"").digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def html(keys: Sequence[dict[str, Any]]) -> str:
    """The page; `keys` as they are published, the one in use last."""
    told = json.dumps([{name: each.get(name) for name in _KEY} for each in keys])
    return _parts()[0].replace("{{ keys }}", escape(told))


def policy() -> str:
    """The Content-Security-Policy under which the page works."""
    return f"{_parts()[1]}; frame-ancestors 'none'"
