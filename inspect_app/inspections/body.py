"""What a tablet sends: typed, every unknown field an error (decoded by msgspec, the hot route)."""

import hashlib
import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from inspect_app.core.problems import FieldError, InvalidFields

# The length too: `$` also fits before a line end.
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
Instant = Annotated[datetime, Meta(tz=True)]
Note = Annotated[str, Meta(max_length=2000)]
Word = Annotated[str, Meta(min_length=1, max_length=120)]
Code = Annotated[str, Meta(min_length=1, max_length=20)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Party = Literal["contractor", "supervisor", "pcm", "agency"]
Finding = Literal[
    "concrete_core", "asphalt_core", "subgrade_compaction", "main_structure", "main_material", "safety"
]
Test = Literal["concrete_core", "asphalt_core", "subgrade_compaction"]
Photos = Annotated[list[Sha256], Meta(max_length=100)]


class Base(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class FormRef(Base, frozen=True):
    code: Annotated[str, Meta(min_length=1, max_length=60)]
    version: Annotated[int, Meta(ge=1, le=10_000)]


class DeviceRef(Base, frozen=True):
    id: Word
    clock_offset_s: Annotated[float, Meta(ge=-1e9, le=1e9)] = 0


class Location(Base, frozen=True):
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, Meta(ge=0, le=1e7)] | None = None


class Answer(Base, frozen=True):
    """`result` may be absent where the item is no check: the checklist tells which (`forms.validation`)."""

    result: Literal["pass", "fail", "na"] | None = None
    value: Annotated[str, Meta(max_length=200)] | None = None
    note: Note | None = None
    photos: Photos = []


class FoundDefect(Base, frozen=True):
    id: UUID
    code: Code
    severity: Literal["L", "M", "S"]
    party: Party
    points: Annotated[int, Meta(ge=0, le=100)]
    also: Annotated[list[Party], Meta(max_length=3)] = []
    note: Note | None = None
    place: Annotated[str, Meta(max_length=200)] | None = None
    photos: Photos = []


class GivenMark(Base, frozen=True):
    """A member's mark; ranges and completeness are the scoring engine's to judge."""

    member: UUID
    total: int | None = None
    quality_system: int | None = None
    workmanship: int | None = None
    progress: int | None = None

    @property
    def points(self) -> dict[str, int]:
        """The parts that were given, as the scoring engine takes them."""
        names = ("total", "quality_system", "workmanship", "progress")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class Indicators(Base, frozen=True):
    environment: Percent | None = None
    safety: Percent | None = None
    strength: Percent | None = None
    aesthetics: Percent | None = None
    function: Percent | None = None


class Remark(Base, frozen=True):
    code: Code
    note: Note | None = None


class GivenPhoto(Base, frozen=True):
    sha256: Sha256
    bytes: Annotated[int, Meta(ge=1, le=10**12)] | None = None
    taken_at: Instant | None = None
    caption: Annotated[str, Meta(max_length=200)] | None = None


class Signature(Base, frozen=True):
    role: Annotated[str, Meta(min_length=1, max_length=24)]
    sha256: Sha256


class SubmissionBody(Base, frozen=True):
    """One inspection as the tablet recorded it (contract: a submission body)."""

    id: UUID
    form: FormRef
    started_at: Instant
    finished_at: Instant
    answers: dict[str, Answer]
    marks: Annotated[list[GivenMark], Meta(min_length=1, max_length=50)]
    device: DeviceRef | None = None
    location: Location | None = None
    defects: Annotated[list[FoundDefect], Meta(max_length=500)] = []
    findings: Annotated[list[Finding], Meta(max_length=20)] = []
    pending_tests: Annotated[list[Test], Meta(max_length=20)] = []
    indicators: Indicators | None = None
    merits: Annotated[list[Remark], Meta(max_length=100)] = []
    advice: Annotated[list[Remark], Meta(max_length=100)] = []
    photos: Annotated[list[GivenPhoto], Meta(max_length=500)] = []
    signatures: Annotated[list[Signature], Meta(max_length=50)] = []


class MarkBody(Base, frozen=True):
    """A member's own mark before the submission."""

    total: int | None = None
    quality_system: int | None = None
    workmanship: int | None = None
    progress: int | None = None


class Amendment(Base, frozen=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
    submission: dict[str, Any]


T = SubmissionBody | MarkBody | Amendment
PATH = re.compile(r" - at `(?:key in )?\$(.*)`$")
ANY_ANSWER = ".answers[...]"
SHOWN = re.compile(r"(value '.{40}).+(?=')", re.DOTALL)
"""As much of a wrong word as is told back."""
REASONS = (
    (re.compile(r"missing required field `(.+?)`"), "必填。"),
    (re.compile(r"contains unknown field `(.+?)`"), "沒有這個欄位。"),
)
PHRASES = (
    (re.compile(r"Expected `(.+?)`, got `(.+?)`"), r"應為 \1，收到 \2。"),
    (re.compile(r"Invalid enum value '?(.+?)'?$"), r"「\1」不在可選的值之中。"),
    (re.compile(r"Expected `(.+?)` (>=|<=|>|<) (.+)"), r"應 \2 \3。"),
    (re.compile(r"Expected `(.+?)` of length (>=|<=) (.+)"), r"長度應 \2 \3。"),
    (re.compile(r"Expected `str` matching regex '\\+S'"), "不可只有空白。"),
    (re.compile(r"Expected `str` matching regex .*"), "應為 64 個小寫十六進位字元（SHA-256）。"),
    (
        re.compile(r"Expected `datetime` with a timezone component"),
        "時間要帶時區，例：2026-11-23T09:00:00+08:00。",
    ),
    (re.compile(r"Invalid RFC3339 encoded datetime"), "不是有效的時間，例：2026-11-23T09:00:00+08:00。"),
    (re.compile(r"Invalid UUID"), "不是有效的識別碼（UUID）。"),
)


def decode(value: Any, kind: type[Any], prefix: str = "") -> Any:
    """JSON values as a typed body; InvalidFields naming the path of what does not fit."""
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidFields(
            "請依欄位的說明更正後再送；平板上的資料仍在。", errors=[_field_error(str(error), value, prefix)]
        ) from error


def _field_error(message: str, value: Any, prefix: str) -> FieldError:
    found = PATH.search(message)
    path = _named_item(found.group(1), value) if found else ""
    said = PATH.sub("", message)
    for pattern, reason in REASONS:
        if match := pattern.search(said):
            return FieldError(_joined(prefix, f"{path}.{match.group(1)}"), reason)
    for pattern, phrase in PHRASES:
        if pattern.search(said):
            said = pattern.sub(phrase, SHOWN.sub(r"\1…", said))
            break
    return FieldError(_joined(prefix, path), said)


def _named_item(path: str, value: Any) -> str:
    """The path with its item: msgspec does not say which key it means, so it is the first that does not fit."""
    if not path.startswith(ANY_ANSWER):
        return path
    item = next(key for key, answer in value["answers"].items() if not _fits(answer))
    return f".answers.{item}{path.removeprefix(ANY_ANSWER)}"


def _fits(answer: Any) -> bool:
    try:
        msgspec.convert(answer, Answer)
    except msgspec.ValidationError:
        return False
    return True


def _joined(prefix: str, path: str) -> str:
    return f"{prefix}{path}" if prefix else path.removeprefix(".")


def canonical(value: Any) -> str:
    """JSON with sorted keys: equal for bodies that are equal as JSON."""
    return msgspec.json.encode(value, order="sorted").decode()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
