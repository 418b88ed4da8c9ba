"""Half up, exactly."""

from fractions import Fraction

import pytest

from scoring.rounding import fixed, half_up


@pytest.mark.parametrize(
    ("value", "whole"), [("79.5", 80), ("88.5", 89), ("79.4999999", 79), ("0.5", 1), ("0", 0), ("100", 100)]
)
def test_a_half_goes_up(value: str, whole: int) -> None:
    assert half_up(Fraction(value)) == whole


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("2.675", 2, "2.68"),
        ("0.005", 2, "0.01"),
        ("99.995", 2, "100.00"),
        ("7", 1, "7.0"),
        ("1/3", 2, "0.33"),
    ],
)
def test_a_decimal_string_keeps_its_places(value: str, places: int, text: str) -> None:
    assert fixed(Fraction(value), places) == text
