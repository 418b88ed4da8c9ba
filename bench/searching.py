"""A search over the whole catalogue, against the answer that only says the server is alive; same server, same load."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from bench import city as cities
from bench.harness import Line, middle
from bench.load import Load, hammer, served

SECONDS, ROUNDS, REQUESTS = 2, 5, 8000
TYPED = (
    "5.01",
    "501",
    "5-1-1",
    "5",
    "混凝土",
    "蜂窩",
    "漏水",
    "鋼筋 間距",
    "ㄏㄋㄊ",
    "hnt",
    "h",
    "gj",
    "hnt fw",
    "concrete",
)
ALIVE = "/healthz"


def lines() -> Iterator[Line]:
    """The tail of the waiting time, with a code, a word, a sound, and a single key."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        city = cities.found(folder)
        searches = _requests(folder / "searches.tsv", [_search(number) for number in range(REQUESTS)])
        alive = _requests(folder / "alive.tsv", [ALIVE] * 4 * REQUESTS)
        with served("bench.servers.ours", cities.environment(folder)) as server:
            ours, floor = middle(
                (lambda: _load(city, server, searches), lambda: _load(city, server, alive)),
                lambda load: load.p99_ms,
                ROUNDS,
            )
    yield Line(
        "search p99, 579 codes", ours.p99_ms, floor.p99_ms, "ms", "at most", 4, "/healthz, same server"
    )


def _search(number: int) -> str:
    """Every way of typing, with another length of list each time, so that few requests are alike."""
    word = quote(TYPED[number % len(TYPED)])
    return f"/api/v1/defect-codes/search?q={word}&limit={10 + number % 21}"


def _load(city: cities.City, server: str, requests: Path) -> Load:
    return hammer(server, requests, city.token, SECONDS)


def _requests(path: Path, addresses: list[str]) -> Path:
    """One line a request, the address and no body, for the load generator."""
    path.write_text("".join(f"{address}\t\n" for address in addresses), encoding="utf-8")
    return path
