"""Searching the catalogue for a reader, and the index that a tablet carries along."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

from forms import search
from forms.catalogue import CURRENT, Catalogue, revisions
from forms.search import Narrowed
from inspect_app.catalogue import favour, service
from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session
from inspect_app.core.problems import FieldError, InvalidFields


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A revision made ready: `lines` as JSON without the closing brace, `offline` likewise, the same for everybody."""

    index: search.Index
    lines: Mapping[str, str]
    offline: str

    @property
    def catalogue(self) -> Catalogue:
        return self.index.catalogue

    def find(self, actor: Actor, typed: str, narrowed: Narrowed) -> list[search.Found]:
        """Every line that fits, in this reader's order."""
        return self.index.find(typed, narrowed, favour.of(actor))


_imported: WeakKeyDictionary[Any, dict[str, Prepared]] = WeakKeyDictionary()
"""By the database they are in; a stored revision never changes."""
_making = Lock()
"""Whoever comes while an index is made waits for it, instead of making his own."""


def current() -> Prepared:
    """The revision that counts today: the one place that chooses it."""
    lines = service.current(session(), clock.today())
    with _making:
        return _ready(lines)


def warm(app: Flask) -> None:
    """Make the indexes before the first request needs them; without its tables at hand only the published one."""
    _published(CURRENT)
    with app.app_context(), suppress(SQLAlchemyError):
        current()


def answer(actor: Actor, q: str, limit: int, **narrowed: Any) -> Response:
    """The first `limit` lines as the API gives them, put together from lines written beforehand."""
    ready = current()
    if narrowed["trade"] not in (None, *ready.catalogue.trades):
        wrong = FieldError("trade", "沒有這個工項；請用 index 所列的 trades。")
        raise InvalidFields("請更正工項。", errors=[wrong])
    found = ready.find(actor, q, Narrowed(**narrowed))
    items = ",".join(
        f'{ready.lines[each.line.code]},"matched":{json.dumps(each.matched)}}}' for each in found[:limit]
    )
    head = f'"total":{len(found)},"revision":{json.dumps(ready.catalogue.revision)}'
    return Response(f'{{"items":[{items}],{head}}}', mimetype="application/json")


def offline(actor: Actor) -> Response:
    """The index with the reader's favours, or 304 when the reader has it."""
    body = f'{current().offline},"favour":{_json(dict(favour.of(actor)))}}}'
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Cookie"
    response.add_etag()
    response.make_conditional(request)
    return response


def _ready(lines: Catalogue) -> Prepared:
    if any(lines is each for each in revisions()):
        return _published(lines.revision)
    known = _imported.setdefault(session().get_bind(), {})
    if lines.revision not in known:
        known[lines.revision] = _prepared(search.Index(lines))
    return known[lines.revision]


@cache
def _published(revision: str) -> Prepared:
    return _prepared(search.index(revision))


def _prepared(index: search.Index) -> Prepared:
    lines = {line.code: _json(search.told(line))[:-1] for line in index.catalogue.codes}
    return Prepared(index, lines, _json(index.offline())[:-1])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
