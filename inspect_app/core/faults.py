"""Exceptions told without values: of which kind, where in the code, and words only where they cannot hold data."""

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError, ProgrammingError

from inspect_app.core.settings import ROOT

MAX_FRAMES = 40
MAX_WORDS = 300
SPEAK_OF_CODE = (AttributeError, ImportError, NameError, NotImplementedError, RecursionError, TypeError)
"""Kinds whose words are about the program's own names."""

SPEAK_OF_SCHEMA = (OperationalError, ProgrammingError)
"""Kinds whose first line is about tables, locks and connections; further lines may quote a statement."""


def described(error: BaseException, *, words: bool) -> list[dict[str, Any]]:
    """The exception and what caused it, outermost first: `kind`, `at` (file:line function), perhaps `words`."""
    return [_one(each, words=words) for each in _linked(error)]


def _linked(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        yield following
        seen.add(id(following))
        hidden = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or hidden


def _one(error: BaseException, *, words: bool) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    at = [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    told = {"kind": _kind(error), "at": at}
    said = _words(error) if words else ""
    return told | {"words": said[:MAX_WORDS]} if said else told


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _place(filename: str) -> str:
    """A file below the project, else below the packages."""
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def _words(error: BaseException) -> str:
    if isinstance(error, OSError):
        return error.strerror or ""
    if isinstance(error, SPEAK_OF_SCHEMA):
        return str(error.orig).partition("\n")[0]
    return str(error).partition("\n")[0] if isinstance(error, SPEAK_OF_CODE) else ""
