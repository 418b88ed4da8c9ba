"""A draw that anyone can run again: weighted, without replacement, from a seed whose hash was published before.

    run("draw", {"seed": "…", "count": 2, "tenders": [{"id": "A", "weight": 3}, {"id": "B", "weight": 1}]})

Who cannot know the seed cannot foretell the draw; who published its SHA-256 cannot change it afterwards. The n-th
ticket is the SHA-256 of `seed`, the snapshot's SHA-256, n and a try, joined by line ends; as a whole number, it picks
by its remainder among the weights of the tenders left, laid end to end by id. A ticket in the incomplete last round
below 2^256 is thrown away, so that no tender is favoured.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from scoring.errors import InvalidInput
from scoring.fields import Fields, check_ids
from scoring.types import Step, step

MIN_SEED = 16
ARTICLE = "公開抽籤方法"
"""No text orders a draw: the method is the one above."""
_KEYS = frozenset({"seed", "seed_sha256", "count", "tenders"})
_TENDER_KEYS = frozenset({"id", "weight"})
_SPACE = 1 << 256


@dataclass(frozen=True, slots=True)
class Lot:
    """A tender in the draw; a weight of 0 is never drawn."""

    id: str
    weight: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tender drawn: its place, its ticket in hex, and the weights that were left, its own included."""

    place: int
    lot: Lot
    ticket: str
    left: int


def run(request: Mapping[str, object]) -> dict[str, object]:
    """Answer the command `draw`; ScoringError when the request is not right."""
    seed, count, lots = read(request)
    snapshot = snapshot_sha256(lots)
    drawn = list(draw(seed, snapshot, count, lots))
    return {
        "seed_sha256": sha256(seed),
        "snapshot_sha256": snapshot,
        "drawn": [each.lot.id for each in drawn],
        "warnings": _warnings(count, len(drawn)),
        "steps": list(_steps(seed, snapshot, drawn)),
    }


def draw(seed: str, snapshot: str, count: int, lots: Sequence[Lot]) -> Iterator[Drawn]:
    """Yield at most `count` tenders in the order drawn; fewer when no weight is left."""
    left = sorted((lot for lot in lots if lot.weight), key=lambda lot: lot.id)
    for place in range(1, min(count, len(left)) + 1):
        ends = list(accumulate(lot.weight for lot in left))
        ticket, number = _ticket(seed, snapshot, place, ends[-1])
        yield Drawn(place, left.pop(bisect_right(ends, number)), ticket, ends[-1])


def sha256(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot_sha256(lots: Sequence[Lot]) -> str:
    """Return the SHA-256 of who is in the draw: [[id, weight], …] by id, as JSON without spaces."""
    rows = sorted([lot.id, lot.weight] for lot in lots)
    return sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))


def _ticket(seed: str, snapshot: str, place: int, total: int) -> tuple[str, int]:
    """Return the ticket in hex, and its remainder, a number below `total`."""
    fair = _SPACE - _SPACE % total
    attempt = 1
    while (number := int(ticket := sha256(f"{seed}\n{snapshot}\n{place}\n{attempt}"), 16)) >= fair:
        attempt += 1
    return ticket, number % total


def _steps(seed: str, snapshot: str, drawn: Sequence[Drawn]) -> Iterator[Step]:
    yield step("draw.seed", ARTICLE, {"seed": seed, "snapshot_sha256": snapshot}, sha256(seed))
    for each in drawn:
        inputs: dict[str, object] = {
            "place": each.place,
            "ticket": each.ticket,
            "weight": each.lot.weight,
            "left": each.left,
        }
        yield step("draw.ticket", ARTICLE, inputs, each.lot.id)


def _warnings(count: int, drawn: int) -> list[Step]:
    """Return what those present should know: fewer were drawn than were asked for, for no weight is left."""
    return [step("warning.few_lots", ARTICLE, {"count": count}, drawn)] if drawn < count else []


def read(request: Mapping[str, object]) -> tuple[str, int, tuple[Lot, ...]]:
    """Return seed, count and tenders; InvalidInput when the seed is short or not the one whose hash is given."""
    fields = Fields.of(request, "", _KEYS)
    seed, count = fields.name("seed"), fields.whole("count", 1)
    rows = list(fields.objects("tenders", _TENDER_KEYS))
    lots = tuple(Lot(row.name("id"), row.whole_or("weight", 1)) for row in rows)
    committed = fields.name("seed_sha256") if "seed_sha256" in fields else sha256(seed)
    if len(seed) < MIN_SEED:
        least = {"least": MIN_SEED}
        raise InvalidInput(
            f"Give a seed of at least {MIN_SEED} characters.", "seed", "draw.short_seed", least
        )
    if committed != sha256(seed):
        raise InvalidInput("This is not the seed whose hash was published.", "seed", "draw.other_seed")
    check_ids(rows, [lot.id for lot in lots])
    return seed, count, lots
