"""Notes on an inspection's photos, told from facts. Pure: values to values; what they mean is for people to judge."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import asin, ceil, cos, radians, sin, sqrt
from statistics import median
from uuid import NAMESPACE_OID, UUID, uuid5

from inspect_app.core import roc
from inspect_app.core.clock import TAIPEI
from inspect_app.plausibility.exif import Taken
from inspect_app.plausibility.likeness import BITS
from inspect_app.plausibility.rules import Rules, Words

VISIT, BEFORE = "visit", "before"
STAGES = {
    VISIT: ("查核", "inspection"),
    BEFORE: ("改善前", "before"),
    "during": ("改善中", "during"),
    "after": ("改善後", "after"),
}
REUSE, TIME, PLACE, SOFTWARE = "reuse", "time", "place", "software"
EARTH_M = 6_371_009
Spot = tuple[float, float]
Figures = Mapping[str, int | float | str]

HOUR, DAY = 60, 24 * 60
"""In minutes."""


@dataclass(frozen=True, slots=True)
class Use:
    """Where a photo stands. `stage` is one of `STAGES`, `defect` its id and `code`; `answered_at` for corrections."""

    inspection: UUID
    tender: str
    on: date
    stage: str
    sha256: str
    defect: UUID | None = None
    code: str | None = None
    answered_at: datetime | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return (str(self.inspection), self.stage, self.sha256, str(self.defect))

    def told(self) -> tuple[str, str]:
        """The place in words, zh-Hant and English."""
        zh, en = STAGES[self.stage]
        zh = f"{self.tender} {roc.format_slash(self.on)} 查核" + (f" 缺失 {self.code}" if self.code else "")
        zh += f" {STAGES[self.stage][0]}" if self.stage != VISIT else ""
        code = f", defect {self.code}" if self.code else ""
        return zh, f"{self.tender}, {self.on}{code}, {en}"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to look at. `figures` are exact: bits, metres, minutes; `other` is the second picture of a reuse."""

    id: UUID
    kind: str
    use: Use
    other: Use | None
    figures: Figures
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit's times and places are measured by; instants aware, None where not known.

    `clock_offset_s` is how far the tablet's clock was off, in seconds, either way.
    """

    started_at: datetime | None = None
    finished_at: datetime | None = None
    issued_at: datetime | None = None
    clock_offset_s: float = 0
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Of how many photos there is nothing to tell from, and of how many in all."""

    photos: int
    time: int
    place: int
    look: int


# -- the same picture ----------------------------------------------------------------------------------------


def reuses(
    uses: Sequence[Use],
    elsewhere: Mapping[str, Sequence[Use]],
    bits: Mapping[str, Mapping[str, int]],
    rules: Rules,
) -> Iterator[Note]:
    """A note for each pair of a use here and one of a picture alike; `bits` differ between them, 0 for the same file.

    `elsewhere` is every use of each picture, those of this inspection too: of such a pair one note is enough.
    """
    told: set[frozenset[tuple[str, ...]]] = set()
    for use in uses:
        alike = sorted(bits.get(use.sha256, {}).items(), key=lambda pair: (pair[1], pair[0]))
        pairs = [(other, differ) for sha256, differ in alike for other in elsewhere.get(sha256, ())]
        wanted = [(other, differ) for other, differ in pairs if not _is_ordinary(use, other)]
        for other, differ in wanted[: rules.reuse.most]:
            pair = frozenset((use.key, other.key))
            if pair not in told:
                told.add(pair)
                yield _reuse(use, other, differ, rules)


def _is_ordinary(use: Use, other: Use) -> bool:
    """Whether a picture may well stand in both places: what was found at the visit, once more as «before»."""
    if use.key == other.key and use.answered_at == other.answered_at:
        return True
    found = {VISIT, BEFORE}
    return use.inspection == other.inspection and use.stage in found and other.stage in found


def _reuse(use: Use, other: Use, differ: int, rules: Rules) -> Note:
    words = rules.reuse.words.same if use.sha256 == other.sha256 else rules.reuse.words.alike
    where, where_en = other.told()
    zh, en = words.told(where=where, where_en=where_en, of=BITS, equal=BITS - differ)
    return Note(_id(REUSE, use, other), REUSE, use, other, {"bits": differ, "of": BITS}, zh, en)


# -- time ----------------------------------------------------------------------------------------------------


def times(uses: Iterable[Use], taken: Mapping[str, Taken], visit: Visit, rules: Rules) -> Iterator[Note]:
    """Photos of the visit taken outside it, corrections taken before the issue or after their own answer."""
    for use in uses:
        at = taken.get(use.sha256, Taken()).at
        if at is not None:
            yield from _time(use, at, visit, rules)


def _time(use: Use, at: datetime, visit: Visit, rules: Rules) -> Iterator[Note]:
    aware = at if at.tzinfo else at.replace(tzinfo=TAIPEI)
    words, zoned = rules.time.words, at.tzinfo is not None
    if use.stage == VISIT:
        slack = abs(visit.clock_offset_s)
        limits = ((visit.started_at, words.before_visit, 1), (visit.finished_at, words.after_visit, -1))
    else:
        slack = 0.0
        begin = None if use.stage == BEFORE else visit.issued_at
        limits = ((begin, words.before_issue, 1), (use.answered_at, words.after_answer, -1))
    for limit, sentence, sign in limits:
        outside = (limit - aware) * sign - timedelta(seconds=slack) if limit else timedelta(0)
        if outside > timedelta(minutes=rules.time.margin_minutes):
            yield _outside(use, aware, outside, sentence, slack, zoned=zoned)


def _outside(use: Use, at: datetime, outside: timedelta, words: Words, slack: float, *, zoned: bool) -> Note:
    minutes = ceil(outside / timedelta(minutes=1))
    local, (span, span_en) = at.astimezone(TAIPEI), _span(minutes)
    stage, stage_en = STAGES[use.stage]
    zh, en = words.told(
        taken=f"{roc.format_slash(local.date())} {local:%H:%M}",
        taken_en=f"{local:%Y-%m-%d %H:%M}",
        span=span,
        span_en=span_en,
        stage=stage,
        stage_en=stage_en,
        zone="" if zoned else "相機未記時區，以臺北時間計。",
        zone_en="" if zoned else " The camera names no time zone; taken as Taipei time.",
        clock=f"已扣除平板時鐘誤差 {slack:.0f} 秒。" if slack else "",
        clock_en=f" The tablet's clock error of {slack:.0f} s is allowed for." if slack else "",
    )
    figures: Figures = {
        "minutes": minutes,
        "taken_at": at.isoformat(timespec="seconds"),
        "zone_known": str(zoned).lower(),
    }
    return Note(_id(TIME, use, None, at.isoformat()), TIME, use, None, figures, zh, en)


def _span(minutes: int) -> tuple[str, str]:
    """How long, as people say it; the figures hold the minutes."""
    if minutes < 2 * HOUR:
        return f"{minutes} 分鐘", f"{minutes} minutes"
    if minutes < 2 * DAY:
        return f"約 {minutes // HOUR} 小時", f"about {minutes // HOUR} hours"
    return f"約 {minutes // DAY} 天", f"about {minutes // DAY} days"


# -- place ---------------------------------------------------------------------------------------------------


def places(uses: Sequence[Use], taken: Mapping[str, Taken], visit: Visit, rules: Rules) -> Iterator[Note]:
    """Photos taken farther from the site than the limit; without a site, or a position, nothing is told.

    Only the team's own photos say where the site is: those of corrections come from the inspected.
    """
    words = rules.place.words
    spots = {use.sha256: spot for use in uses if (spot := taken.get(use.sha256, Taken()).spot)}
    of_visit = {use.sha256 for use in uses if use.stage == VISIT}
    for use in uses:
        here = spots.get(use.sha256)
        others = [spots[sha256] for sha256 in spots.keys() & (of_visit - {use.sha256})]
        site = visit.spot or _middle(others, rules.place.least_photos)
        if here and site and (metres := distance_m(here, site)) > rules.place.limit_m:
            sentence = words.of_submission if visit.spot else words.of_photos
            zh, en = sentence.told(metres=ceil(metres), limit=rules.place.limit_m)
            figures: Figures = {"metres": round(metres, 1), "limit_m": rules.place.limit_m}
            yield Note(_id(PLACE, use, None), PLACE, use, None, figures, zh, en)


def _middle(spots: Sequence[Spot], least: int) -> Spot | None:
    if len(spots) < least:
        return None
    return median(lat for lat, _ in spots), median(lon for _, lon in spots)


def distance_m(one: Spot, other: Spot) -> float:
    """Metres between two places on the round earth: right to half a percent."""
    lat, lat2 = radians(one[0]), radians(other[0])
    half = sin((lat2 - lat) / 2) ** 2
    half += cos(lat) * cos(lat2) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


# -- software ------------------------------------------------------------------------------------------------


def edited(uses: Iterable[Use], taken: Mapping[str, Taken], rules: Rules) -> Iterator[Note]:
    """Photos whose file names a program that edits pictures."""
    for use in uses:
        software = taken.get(use.sha256, Taken()).software
        if software and any(name.casefold() in software.casefold() for name in rules.software.editors):
            zh, en = rules.software.words.edited.told(software=software)
            yield Note(_id(SOFTWARE, use, None), SOFTWARE, use, None, {"software": software}, zh, en)


# -- all -----------------------------------------------------------------------------------------------------


def unknown(uses: Iterable[Use], taken: Mapping[str, Taken], shown: Iterable[str]) -> Unknown:
    """Of how many of the photos neither time nor place nor look is known."""
    shas, looked = {use.sha256 for use in uses}, set(shown)
    known = [taken.get(sha256, Taken()) for sha256 in shas]
    return Unknown(
        len(shas),
        sum(each.at is None for each in known),
        sum(each.spot is None for each in known),
        len(shas - looked),
    )


def _id(kind: str, use: Use, other: Use | None, *more: str) -> UUID:
    """The same note has the same id whenever and for whomever it is told."""
    parts = (kind, *use.key, str(use.answered_at), *(other.key if other else ()), *more)
    return uuid5(NAMESPACE_OID, "photo-note/" + "/".join(parts))
