"""What a photo tells of itself (EXIF): when, where, with what. Evidence for the team; hostile until bounded.

A photo does not fail by its notes: what cannot be read, is no number or out of range is left out.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from PIL import ExifTags, Image

UPRIGHT = 1
LONGEST = 80
"""Characters kept of a camera's or a program's name."""

_TIME = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})")
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")
_DAY = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_BELOW_SEA = 1

T = TypeVar("T")
Ifd = Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84 degrees; metres above the sea; metres of error; when the satellites were asked (UTC, ISO)."""

    lat: float
    lon: float
    altitude_m: float | None
    accuracy_m: float | None
    at: str | None


@dataclass(frozen=True, slots=True)
class Notes:
    """`taken_at`: the camera's local time; `offset`: that time's zone (`+08:00`) where the camera wrote one.

    `orientation`: how the decoded picture must be turned, 1 to 8.
    """

    taken_at: datetime | None
    offset: str | None
    make: str | None
    model: str | None
    software: str | None
    position: Position | None
    orientation: int

    def told(self) -> dict[str, Any]:
        """As JSON for keeping, without what is not known and without `taken_at`, which has a column of its own."""
        texts = {name: getattr(self, name) for name in ("offset", "make", "model", "software")}
        place = asdict(self.position) if self.position else None
        turned = self.orientation if self.orientation != UPRIGHT else None
        found = texts | {"position": _without_none(place) if place else None, "orientation": turned}
        return _without_none(found)


def read(exif: Image.Exif, *, turned: bool = False) -> Notes:
    """The notes of a picture's EXIF; `turned`: its decoder has made it upright already."""
    main: Ifd = exif
    camera, place = _ifd(exif, ExifTags.IFD.Exif), _ifd(exif, ExifTags.IFD.GPSInfo)
    tags = (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized)
    times = (_local_time(_tag(camera, tag)) for tag in tags)
    return Notes(
        taken_at=next((time for time in times if time), None),
        offset=_offset(_tag(camera, ExifTags.Base.OffsetTimeOriginal)),
        make=_text(_tag(main, ExifTags.Base.Make)),
        model=_text(_tag(main, ExifTags.Base.Model)),
        software=_text(_tag(main, ExifTags.Base.Software)),
        position=_position(place),
        orientation=UPRIGHT if turned else _orientation(main),
    )


def tolerant(work: Callable[[], T], otherwise: T) -> T:
    """What `work` gives; `otherwise` for whatever a reader of hostile notes raises."""
    try:
        return work()
    except MemoryError:
        raise
    except Exception:  # many kinds, all meaning that it cannot be read
        return otherwise


def _ifd(exif: Image.Exif, which: int) -> Ifd:
    nothing: Ifd = {}
    return tolerant(lambda: exif.get_ifd(which), nothing)


def _tag(ifd: Ifd, tag: int) -> Any:
    return tolerant(lambda: ifd.get(tag), None)


def _text(value: Any) -> str | None:
    """Pillow reads EXIF's texts as Latin-1; cameras that write more write UTF-8."""
    raw = value[: 4 * LONGEST] if isinstance(value, str | bytes) else b""
    if isinstance(raw, str):
        raw = raw.encode("latin-1", "replace")
    text = tolerant(lambda: raw.decode("utf-8"), raw.decode("latin-1"))
    return _CONTROL.sub(" ", text).strip()[:LONGEST].strip() or None


def _local_time(value: Any) -> datetime | None:
    found = _TIME.match(str(value)[:40])
    return (
        tolerant(lambda: datetime.fromisoformat("{}-{}-{}T{}".format(*found.groups())), None)
        if found
        else None
    )


def _orientation(main: Ifd) -> int:
    found = _tag(main, ExifTags.Base.Orientation)
    return found if isinstance(found, int) and UPRIGHT <= found <= 8 else UPRIGHT


def _offset(value: Any) -> str | None:
    text = _text(value)
    return text if text and _OFFSET.fullmatch(text) else None


def _position(place: Ifd) -> Position | None:
    lat = _degrees(place, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, {"N": 1, "S": -1}, 90)
    lon = _degrees(place, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, {"E": 1, "W": -1}, 180)
    if lat is None or lon is None:
        return None
    accuracy = _number(_tag(place, ExifTags.GPS.GPSHPositioningError), 0, 1e6)
    return Position(lat, lon, _altitude(place), _rounded(accuracy, 1), _asked_at(place))


def _degrees(place: Ifd, tag: int, side_tag: int, sides: Mapping[str, int], limit: int) -> float | None:
    parts, side = _tag(place, tag), _text(_tag(place, side_tag))
    if side is None or side not in sides or not isinstance(parts, tuple) or len(parts) != 3:
        return None
    numbers = [_number(part, 0, most) for part, most in zip(parts, (limit, 60, 60), strict=True)]
    if any(number is None for number in numbers):
        return None
    degrees = sum(number / 60**power for power, number in enumerate(numbers) if number is not None)
    return round(sides[side] * degrees, 7) if degrees <= limit else None


def _altitude(place: Ifd) -> float | None:
    metres = _number(_tag(place, ExifTags.GPS.GPSAltitude), 0, 100_000)
    below = _tag(place, ExifTags.GPS.GPSAltitudeRef) in (_BELOW_SEA, bytes([_BELOW_SEA]))
    return _rounded(None if metres is None else -metres if below else metres, 1)


def _asked_at(place: Ifd) -> str | None:
    day = _DAY.fullmatch(_text(_tag(place, ExifTags.GPS.GPSDateStamp)) or "")
    clock = _tag(place, ExifTags.GPS.GPSTimeStamp)
    if day is None or not isinstance(clock, tuple) or len(clock) != 3:
        return None
    hours, minutes, seconds = (_number(part, 0, 60) for part in clock)
    if hours is None or minutes is None or seconds is None:
        return None
    parts = [int(part) for part in (*day.groups(), hours, minutes, seconds)]
    return tolerant(lambda: datetime(*parts, tzinfo=UTC).isoformat(), None)  # type: ignore[arg-type, misc]


def _number(value: Any, least: float, most: float) -> float | None:
    """A finite number within bounds; EXIF's fractions may be of zero, their parts of any sign."""
    found = tolerant(lambda: float(value), math.nan)
    return found if least <= found <= most else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _without_none(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}
