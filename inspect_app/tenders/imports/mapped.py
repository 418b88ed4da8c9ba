"""A CSV file some of whose columns people have named: its header is written anew before it is read."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace

from inspect_app.core.delimited import UnreadableFile, encoding_of, records
from inspect_app.tenders.import_cells import clean
from inspect_app.tenders.import_columns import _FIELD_OF, MONEY, NAMES, _split
from inspect_app.tenders.importing import ParsedFile, Rejection, Unit, parse

LEFT_OUT = "（不用）"
Progress = Callable[[int, int, int], None]


def read(data: bytes, unit: Unit | None, mapping: Mapping[str, str], progress: Progress | None) -> ParsedFile:
    """The rows of a file; what is said of a column names it as the file does."""
    known = titles(data, mapping)
    _refuse_twice(known)
    try:
        parsed = parse(_renamed(data, mapping) if mapping else data, unit, progress)
    except UnreadableFile as error:
        raise UnreadableFile(_told(error.reason, mapping), error.field) from error
    back = {_name(title, mapping): title for title, _ in known}
    rejected = tuple(
        Rejection(each.line, back.get(each.field, each.field), each.reason) for each in parsed.rejected
    )
    ignored = tuple(back.get(name, name) for name in parsed.ignored_columns)
    return replace(parsed, rejected=rejected, ignored_columns=ignored, columns=tuple(known))


def _refuse_twice(known: list[tuple[str, str]]) -> None:
    taken: dict[str, str] = {}
    for title, field in known:
        if field and (other := taken.setdefault(field, title)) != title:
            raise UnreadableFile(f"「{other}」與「{title}」是同一欄（{NAMES[field][0]}）；請只留一欄。")


def titles(data: bytes, mapping: Mapping[str, str]) -> list[tuple[str, str]]:
    """The header's titles, each with its field; none when the file has no header."""
    try:
        cells = _header(data)
    except UnreadableFile:
        return []
    return [(title, _field(title, mapping)) for title in map(clean, cells) if title]


def _field(title: str, mapping: Mapping[str, str]) -> str:
    return mapping[title] if title in mapping else _FIELD_OF.get(_split(title)[0], "")


def _header(data: bytes) -> list[str]:
    first = next(records(data, encoding_of(data)), None)
    return first.cells if first and not first.problem and len(first.cells) > 1 else []


def _name(title: str, mapping: Mapping[str, str]) -> str:
    """What a column is called while it is read."""
    if title not in mapping:
        return title
    field = mapping[title]
    if not field:
        return f"{LEFT_OUT}{title}"
    unit = _split(title)[1]
    return f"{NAMES[field][0]}({unit})" if unit and field in MONEY else NAMES[field][0]


def _renamed(data: bytes, mapping: Mapping[str, str]) -> bytes:
    encoding = encoding_of(data)
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    first = next(iter(io.StringIO(data.decode(codec), newline="")), "")
    cells = next(csv.reader([first]), [])
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(_name(clean(cell), mapping) for cell in cells)
    rest = data.decode(codec)[len(first) :]
    return (out.getvalue() + rest).encode("utf-8")


def _told(reason: str, mapping: Mapping[str, str]) -> str:
    for title in mapping:
        reason = reason.replace(f"「{_name(title, mapping)}」", f"「{title}」")
    return reason
