"""Rounding half up, exactly: no binary float is involved."""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple


def half_up(value: Fraction) -> int:
    """Return the nearest whole number, a half upwards (四捨五入 for values >= 0)."""
    return half_up_of(value.numerator, value.denominator)


def half_up_of(part: int, whole: int) -> int:
    """Return `part` / `whole` as the nearest whole number, a half upwards (`part` >= 0, `whole` > 0)."""
    return (2 * part + whole) // (2 * whole)


def plain(value: Fraction) -> str:
    """Return a value as a decimal string with at most two places, rounded half up, without needless zeros."""
    sign = "-" if value < 0 else ""
    return sign + fixed(abs(value), 2).rstrip("0").rstrip(".")


def fixed(value: Fraction, places: int) -> str:
    """Return a value >= 0 as a decimal string with `places` (>= 1) places, rounded half up."""
    return fixed_of(value.numerator, value.denominator, places)


def fixed_of(part: int, whole: int, places: int) -> str:
    """Return `part` / `whole` (>= 0) as a decimal string with `places` (>= 1) places, rounded half up."""
    digits = str(half_up_of(part * 10**places, whole)).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}"


class Mean(NamedTuple):
    """The exact mean of whole numbers, as it is rounded and as it is written.

    `fixed` has two places, rounded half up; `exact` is the same where they suffice, else a fraction in lowest terms.
    """

    sum: int
    of: int
    half_up: int
    fixed: str
    exact: str


@lru_cache(maxsize=4096)
def mean_of(total: int, count: int) -> Mean:
    """Return the mean of `count` (> 0) whole numbers with a sum >= 0: a panel's few marks have few means."""
    fixed_mean = fixed_of(total, count, 2)
    exact = str(Fraction(total, count)) if 100 * total % count else fixed_mean
    return Mean(total, count, half_up_of(total, count), fixed_mean, exact)
