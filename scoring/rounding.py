"""Rounding half up, exactly: no binary float is involved."""

from fractions import Fraction


def half_up(value: Fraction) -> int:
    """Return the nearest whole number, a half upwards (四捨五入 for values >= 0)."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def plain(value: Fraction) -> str:
    """Return a value that has at most two places as a decimal string without needless zeros."""
    return fixed(value, 2).rstrip("0").rstrip(".")


def fixed(value: Fraction, places: int) -> str:
    """Return a value >= 0 as a decimal string with `places` (>= 1) places, rounded half up."""
    whole, rest = divmod(half_up(value * 10**places), 10**places)
    return f"{whole}.{rest:0{places}d}"
