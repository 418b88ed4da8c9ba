"""JSON of the command line: what is not clean is refused, never guessed."""

import pytest

from scoring import strict_json
from scoring.errors import InvalidInput
from scoring.strict_json import MAX_BYTES, MAX_DEPTH


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" \n",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b'{"a": 01}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": 1, "a": 1}',
        b'{"b": {"a": 1, "\\u0061": 2}}',
        b'{"a": "\x01"}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
    ],
    ids=range(19),
)
def test_what_is_not_clean_json_is_refused_without_a_field(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        strict_json.loads(raw)

    assert refused.value.field == ""


def test_the_depth_is_bounded() -> None:
    assert strict_json.loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(InvalidInput, match="levels"):
        strict_json.loads(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


def test_many_values_on_one_level_are_not_deep() -> None:
    assert strict_json.loads(b"[" + b"[]," * 500 + b"[]]") == [[]] * 501


def test_the_size_is_bounded() -> None:
    with pytest.raises(InvalidInput, match="bytes"):
        strict_json.loads(b" " * (MAX_BYTES + 1))


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert strict_json.loads(b'{"a": "\\ud842\\udfb7"}') == {"a": "\U00020bb7"}


@pytest.mark.parametrize("number", ["1.0", "1e2", "-0.0", "1e999999", "9" * 5000])
def test_a_number_that_is_not_whole_or_far_too_long_is_never_read(number: str) -> None:
    value = strict_json.loads(number.encode())

    assert not isinstance(value, int | float)
    assert str(value) == number


def test_whole_numbers_stay_exact() -> None:
    assert strict_json.loads(b"[1000000000000000000, -0]") == [10**18, 0]
