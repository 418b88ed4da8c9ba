"""How pictures look: what is done to a file leaves it alike, other places do not, and blank photos have no look."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bench import likeness as measuring
from bench import scenes
from inspect_app.plausibility import index as indexing
from inspect_app.plausibility import likeness
from inspect_app.plausibility.index import Index
from inspect_app.plausibility.likeness import BITS, METHOD, VIEWS, WORDS
from inspect_app.plausibility.rules import rules

ALIKE = rules().reuse.bits

bits = st.lists(
    st.lists(st.integers(0, 2**64 - 1), min_size=WORDS, max_size=WORDS),
    min_size=len(VIEWS),
    max_size=len(VIEWS),
).map(lambda rows: np.array(rows, dtype=np.uint64))


@given(bits, bits)
def test_distance_is_the_same_both_ways_and_none_to_itself(
    one: likeness.Views, other: likeness.Views
) -> None:
    assert likeness.distance(one, other) == likeness.distance(other, one)
    assert likeness.distance(one, one) == 0
    assert 0 <= likeness.distance(one, other) <= WORDS * 64


@given(bits)
def test_what_is_written_is_read_back(views: likeness.Views) -> None:
    assert (likeness.read(likeness.written(views)) == views).all()


def test_the_limit_finds_what_is_done_to_files_and_keeps_places_apart() -> None:
    """The set of docs/evidence.md at a smaller size."""
    figures = measuring.measure(places=10, strangers=60)

    for name, (from_first, from_changed, of) in figures.found.items():
        if name not in ("crop 5 % on each side", "crop 5 %, one side"):
            assert min(from_first, from_changed) / of >= 0.99, name
    assert figures.strangers[0] == 0  # of 1,770 pairs, at 1 in 100,000
    assert figures.blanks[0] == 0


@pytest.mark.parametrize("colour", [0, 12, 128, 255])
def test_a_photo_with_nothing_on_it_has_no_look(colour: int) -> None:
    out = io.BytesIO()
    Image.new("L", (320, 240), colour).save(out, "JPEG")

    assert likeness.look(out.getvalue()) is None


def test_half_a_black_photo_is_not_like_another_half_black_one() -> None:
    looks = []
    for seed in (3, 13):
        picture = scenes.photo(seed)
        picture.paste((0, 0, 0), (0, 0, picture.width, picture.height // 2))
        looks.append(measuring.look(scenes.coded(picture)))

    one, other = looks
    assert one is None or other is None or likeness.distance(one, other) > ALIKE


def test_bits_stay_the_same_as_long_as_the_method_does() -> None:
    """Other bits of the same grey need another METHOD, or kept looks and new ones no longer meet."""
    down, across = np.mgrid[0:96, 0:96].astype(np.float32)
    views = likeness.views(127 + 60 * np.sin(across / 7) + 60 * np.cos(down / 5 + across / 31))

    assert METHOD == 1
    assert views is not None
    known = np.frombuffer(bytes.fromhex("6c7248de3c9c323d6d9ded872f535943"), dtype=">u8").astype(np.uint64)
    assert np.bitwise_count(views[0, :2] ^ known).sum() <= 3  # a rounding at most


def test_an_index_finds_the_near_and_only_them() -> None:
    rng = np.random.default_rng(5)
    kept = rng.integers(0, 2**64, (5000, len(VIEWS), WORDS), dtype=np.uint64)
    kept[:, :, -1] &= np.uint64(2**64 - 2 ** (WORDS * 64 - BITS))
    index = Index()
    index.put(range(3000), kept[:3000])
    index.put(range(3000, 5000), kept[3000:])
    asked = rng.integers(0, 2**64, (len(VIEWS), WORDS), dtype=np.uint64)
    asked[1] = kept[4321, 0]
    asked[1, 2] ^= np.uint64(0b1011)

    assert index.search(asked, ALIKE) == {4321: 3}
    assert index.search(asked, 2) == {}


def test_of_two_photos_each_finds_the_other_by_whichever_view_they_share() -> None:
    """A bar added below is in the fourth view of the changed photo; the original's page must find it too."""
    rng = np.random.default_rng(7)
    original, changed = rng.integers(0, 2**64, (2, len(VIEWS), WORDS), dtype=np.uint64)
    changed[3] = original[0]
    for asking, kept in ((original, changed), (changed, original)):
        index = Index()
        index.put([1], kept[None])

        assert index.search(asking, ALIKE) == {1: 0}


def test_an_index_of_several_blocks_searches_any_part_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BLOCK", 8)
    kept = np.random.default_rng(8).integers(0, 2**64, (30, len(VIEWS), WORDS), dtype=np.uint64)
    index, numbers = Index(), range(100, 160, 2)
    for start in range(0, 30, 7):
        index.put(numbers[start : start + 7], kept[start : start + 7])

    assert [index.search(views, 0) for views in kept] == [{number: 0} for number in numbers]
    assert index.search(kept[11], 0, 11, 12) == {122: 0}
    assert index.search(kept[11], 0, 12) == index.search(kept[11], 0, 0, 11) == {}
    held = index.of(122)
    assert held is not None
    assert (held == kept[11]).all()
    assert index.of(99) is index.of(123) is index.of(160) is None


def test_an_index_misses_next_to_nothing_at_the_limit() -> None:
    """The first word rules out all but a few; what it wrongly rules out must stay rare."""
    rng, found = np.random.default_rng(6), 0
    kept = rng.integers(0, 2, (400, BITS), dtype=np.uint8)
    index = Index()
    index.put(range(400), np.repeat(_words(kept)[:, None], len(VIEWS), axis=1))
    for number in range(400):
        changed = kept[number].copy()
        changed[rng.choice(BITS, ALIKE, replace=False)] ^= 1
        found += number in index.search(_words(changed[None]), ALIKE)

    assert found >= 0.99 * 400


def _words(bits: np.ndarray) -> likeness.Views:
    padded = np.zeros((len(bits), WORDS * 64), dtype=np.uint8)
    padded[:, :BITS] = bits
    return np.packbits(padded, axis=1).view(">u8").astype(np.uint64)
