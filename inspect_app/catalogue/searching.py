"""Searching the catalogue for a reader, and the index that a tablet carries along."""

import json
from functools import cache
from typing import Any

from flask import Response, request

from forms import search
from forms.search import Narrowed
from inspect_app.catalogue import favour
from inspect_app.core.auth import Actor


def index() -> search.Index:
    """The index of the catalogue that counts: the one place that chooses it."""
    return search.index()


def find(actor: Actor, typed: str, narrowed: Narrowed) -> list[search.Found]:
    """Every line that fits, in this reader's order."""
    return index().find(typed, narrowed, favour.of(actor))


def answer(actor: Actor, q: str, limit: int, **narrowed: Any) -> Response:
    """The first `limit` lines as the API gives them, put together from lines written beforehand."""
    revision = index().catalogue.revision
    found, written = find(actor, q, Narrowed(**narrowed)), _written(revision)
    items = ",".join(
        f'{written[each.line.code]},"matched":{json.dumps(each.matched)}}}' for each in found[:limit]
    )
    head = f'"total":{len(found)},"revision":{json.dumps(revision)}'
    return Response(f'{{"items":[{items}],{head}}}', mimetype="application/json")


@cache
def _written(revision: str) -> dict[str, str]:
    """Each line as JSON, without the closing brace."""
    lines = search.index(revision).catalogue.codes
    return {line.code: _json(search.told(line))[:-1] for line in lines}


def offline(actor: Actor) -> Response:
    """The index with the reader's favours, or 304 when the reader has it."""
    body = f'{_offline(index().catalogue.revision)},"favour":{_json(dict(favour.of(actor)))}}}'
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Cookie"
    response.add_etag()
    response.make_conditional(request)
    return response


@cache
def _offline(revision: str) -> str:
    """What is the same for everybody, without the closing brace."""
    return _json(search.index(revision).offline())[:-1]


def warm() -> None:
    """Make the index before the first request needs it."""
    revision = index().catalogue.revision
    _offline(revision)
    _written(revision)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
