"""Everything one person can read, address by address, to be compared with the same at another stage."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.access import matrix, sending
from tests.access.matrix import Line
from tests.access.stages import Stages
from tests.access.world import Ids
from tests.inspections_builders import ON, TODAY

Seen = dict[str, tuple[Any, ...]]

QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "GET /api/v1/inspections": (
        {"limit": "1"},
        *({"state": state} for state in ("planned", "started", "submitted", "cancelled")),
        {"since": ON, "until": TODAY},
        {"tender": "TENDER"},
    ),
    "GET /api/v1/defects": (
        {"limit": "1"},
        {"inspection": "SECRET"},
        {"state": "found"},
        {"code": "5.01.01"},
        {"open": "false"},
    ),
    "GET /api/v1/tenders": ({"limit": "1"}, {"q": "護岸"}, {"status": "施工中"}),
    "GET /api/v1/people": ({"limit": "1"}, {"role": "member"}),
    "GET /api/v1/defect-codes/search": ({"q": "h"}, {"q": "5.01"}, {"limit": "200"}),
    "GET /catalogue": ({"q": "h"}, {"trade": "concrete"}),
    "GET /inspections": (
        {"state": "planned"},
        {"tender": "TENDER"},
        {"since": "115/11/01", "until": "115/12/31"},
    ),
    "GET /defects": ({"state": "found"}, {"inspection": "SECRET"}),
    "GET /tenders": ({"q": "護岸"}, {"status": "施工中"}),
    f"GET {sending.PHOTO}": ({"size": "thumb"},),
}
"""How lists are narrowed, besides not at all; TENDER and SECRET stand for ids."""

TIMES = re.compile(r"chahe_request_seconds_(?:sum|bucket)\{[^}]*\} \S+")


def crawl(stages: Stages, who: str, stage: str) -> Seen:
    """Every answer to one person at one stage, by address; all lists are followed to their end."""
    stages.world.restore(stage)
    stages.world.forget_counters()
    return {url: answer for line in _readable(who) for url, answer in _answers(stages, who, line)}


def _readable(who: str) -> Iterator[Line]:
    """The reading routes that the table does not refuse to a person altogether, one line each."""
    seen = set()
    for line in matrix.lines():
        refused = line.status(who) in (401, 403) or (who == "anonymous" and line.status(who) == 302)
        if line.route.startswith("GET ") and line.route not in seen and not refused:
            seen.add(line.route)
            yield line


def _answers(stages: Stages, who: str, line: Line) -> Iterator[tuple[str, tuple[Any, ...]]]:
    kind = sending.kind_of(line.route)
    for ids in stages.pool[kind] if kind else [{}]:
        for query in ({}, *QUERIES.get(line.route, ())):
            yield from _pages(stages, who, line.route, ids, _filled(query, stages))


def _filled(query: dict[str, str], stages: Stages) -> dict[str, str]:
    known = {"TENDER": stages.tender, "SECRET": stages.pool["inspection"][-1]["inspection_id"]}
    return {name: known.get(value, value) for name, value in query.items()}


def _pages(
    stages: Stages, who: str, route: str, ids: Ids, query: dict[str, str]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """One address, and the pages that its `next` leads to."""
    cursor: str | None = None
    while True:
        asked = query | ({"cursor": cursor} if cursor else {})
        answer = sending.ask(stages.world, who, route, ids, query_string=asked)
        yield (
            f"{sending.path_of(stages.world, who, route, ids)}?{urlencode(asked)}",
            _timeless(answer.plain()),
        )
        following = answer.response.get_json() if answer.response.mimetype == "application/json" else {}
        cursor = following.get("next") if isinstance(following, dict) else None
        if cursor is None:
            return


def _timeless(plain: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without how long requests took."""
    status, headers, body, statements = plain
    measured = "chahe_request_seconds" in body
    kept = [pair for pair in headers if not (measured and pair[0] == "Content-Length")]
    return status, kept, TIMES.sub("", body), statements


def difference(before: Seen, after: Seen) -> dict[str, tuple[Any, Any]]:
    """The addresses that answer differently, with both answers."""
    return {
        url: (before.get(url), after.get(url))
        for url in before.keys() | after.keys()
        if before.get(url) != after.get(url)
    }
