"""Rounding half up, exactly: no binary float is involved."""

from fractions import Fraction


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
    scale = 10**places
    units, rest = divmod(half_up_of(part * scale, whole), scale)
    return f"{units}.{rest:0{places}d}"
