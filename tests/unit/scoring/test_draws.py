"""A draw: anyone can run it again, it is fair, and who published the hash cannot change it."""

import hashlib
import json
from collections import Counter
from fractions import Fraction
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_builders import SEED, Json, ask, refused

from scoring.draws import Lot
from scoring.draws import draw as each_draw

weights = st.dictionaries(st.text("ABCDEé甲", min_size=1, max_size=3), st.integers(0, 9), max_size=8)


def draw(weights: dict[str, int], count: int = 3, seed: str = SEED) -> Json:
    return ask("draw", seed=seed, count=count, tenders=[{"id": k, "weight": w} for k, w in weights.items()])


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def drawn_by_hand(weights: dict[str, int], count: int, seed: str) -> list[str]:
    """The method as a stranger would write it down: tickets, and stretches laid end to end."""
    snapshot = sha256(
        json.dumps(sorted(map(list, weights.items())), ensure_ascii=False, separators=(",", ":"))
    )
    left, found = sorted(key for key, weight in weights.items() if weight), []
    while left and len(found) < count:
        line = [key for key in left for _ in range(weights[key])]
        attempt = 1
        while (ticket := int(sha256(f"{seed}\n{snapshot}\n{len(found) + 1}\n{attempt}"), 16)) >= (
            2**256 - 2**256 % len(line)
        ):
            attempt += 1
        found.append(line[ticket % len(line)])
        left.remove(found[-1])
    return found


@settings(max_examples=200, deadline=None)
@given(weights, st.integers(1, 9), st.text(min_size=16, max_size=20).filter(str.strip))
def test_anyone_can_run_a_draw_again(given_weights: dict[str, int], count: int, seed: str) -> None:
    assert draw(given_weights, count, seed)["drawn"] == drawn_by_hand(given_weights, count, seed)


def test_the_order_of_the_list_says_nothing() -> None:
    rows = [{"id": key, "weight": 2} for key in "ABC"]
    answers = [ask("draw", seed=SEED, count=3, tenders=list(order)) for order in permutations(rows)]

    assert all(answer == answers[0] for answer in answers)


def test_each_tender_is_drawn_once_and_those_without_weight_never() -> None:
    for n in range(50):
        drawn = draw({"A": 1, "B": 0, "C": 5}, 9, f"{SEED} {n}")["drawn"]
        assert sorted(drawn) == ["A", "C"]


def test_the_first_ticket_is_fair_by_weight() -> None:
    given_weights, times = {"A": 1, "B": 2, "C": 3, "D": 4}, 3000
    first = Counter(draw(given_weights, 1, f"{SEED} {n}")["drawn"][0] for n in range(times))
    expected = {key: Fraction(times * weight, 10) for key, weight in given_weights.items()}
    chi_square = sum((first[key] - expected[key]) ** 2 / expected[key] for key in given_weights)

    assert chi_square < 25  # three degrees of freedom: a fair draw exceeds it once in 60,000 times


def test_every_order_of_equal_tenders_is_as_likely() -> None:
    times = 3000
    orders = Counter("".join(draw(dict.fromkeys("ABC", 7), 3, f"{SEED} {n}")["drawn"]) for n in range(times))
    expected = Fraction(times, 6)

    assert len(orders) == 6
    assert sum((each - expected) ** 2 / expected for each in orders.values()) < 30


def test_one_weight_changed_gives_another_snapshot_even_of_a_tender_never_drawn() -> None:
    before, after = draw({"A": 1, "B": 0}), draw({"A": 1, "B": 1})

    assert before["snapshot_sha256"] != after["snapshot_sha256"]
    assert before["snapshot_sha256"] != draw({"A": 1})["snapshot_sha256"]


def test_only_the_seed_whose_hash_was_published_is_taken() -> None:
    rows: list[Json] = [{"id": "A"}]
    answer = ask("draw", seed=SEED, seed_sha256=sha256(SEED), count=1, tenders=rows)

    assert (answer["seed_sha256"], answer["drawn"]) == (sha256(SEED), ["A"])
    asked = {"seed": f"{SEED}!", "seed_sha256": sha256(SEED), "count": 1, "tenders": rows}
    assert refused("draw", asked).field == "seed"


def test_the_steps_tell_each_ticket() -> None:
    steps = draw({"A": 3, "B": 1}, 2)["steps"]

    assert [step["inputs"]["place"] for step in steps[1:]] == [1, 2]
    assert steps[1]["inputs"]["left"] == 4
    assert len(steps[1]["inputs"]["ticket"]) == 64


def test_very_heavy_tenders_stay_exact() -> None:
    assert len(draw(dict.fromkeys("ABC", 10**18), 3)["drawn"]) == 3


def test_nobody_in_the_draw_draws_nobody() -> None:
    assert draw({})["drawn"] == draw({"A": 0})["drawn"] == []


def test_a_ticket_of_the_incomplete_last_round_is_thrown_away() -> None:
    lots = [Lot("A", 2**255), Lot("B", 1)]
    tickets = [next(each_draw(f"{SEED} {n}", "0" * 64, 1, lots)).ticket for n in range(40)]

    assert max(int(ticket, 16) for ticket in tickets) <= 2**255


def test_a_draw_of_more_than_there_are_says_so() -> None:
    (warning,) = draw({"A": 3, "B": 1, "C": 0}, count=5)["warnings"]

    assert (warning["rule"], warning["inputs"], warning["value"]) == ("warning.few_lots", {"count": 5}, 2)
    assert draw({"A": 3, "B": 1, "C": 0}, count=2)["warnings"] == []
