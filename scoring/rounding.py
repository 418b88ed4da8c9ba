"""Rounding half up, exactly: no binary float is involved."""

from fractions import Fraction


def half_up(value: Fraction) -> int:
    """Return the nearest whole number, a half upwards (四捨五入 for values >= 0)."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def plain(value: Fraction) -> str:
    """Return a value as a decimal string with at most two places, rounded half up, without needless zeros."""
    sign = "-" if value < 0 else ""
    return sign + fixed(abs(value), 2).rstrip("0").rstrip(".")


def fixed(value: Fraction, places: int) -> str:
    """Return a value >= 0 as a decimal string with `places` (>= 1) places, rounded half up."""
    whole, rest = divmod(half_up(value * 10**places), 10**places)
    return f"{whole}.{rest:0{places}d}"
