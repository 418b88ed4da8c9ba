"""The rows of a JSON body, read by the same cells as a file's."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from inspect_app.core.delimited import UnreadableFile
from inspect_app.tenders.import_columns import NAMES
from inspect_app.tenders.importing import ParsedFile, Rejection, Unit, parse

FIELDS = tuple(name for name in NAMES if name != "year")
Progress = Callable[[int, int, int], None]


def read(data: bytes, progress: Progress | None) -> ParsedFile:
    """`{"rows": [{"number": …}]}`; a row that is no object, or has other fields, is rejected by its place from 1."""
    found, strange = _rows(data), []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    used = [name for name in FIELDS if any(isinstance(row, dict) and name in row for row in found)]
    writer.writerow(NAMES[name][0] for name in used)
    for place, row in enumerate(found, 1):
        if reason := _strange(row):
            strange.append(Rejection(place, "", reason))
        else:
            writer.writerow(_cell(row.get(name)) for name in used)
    refused = {each.line for each in strange}
    places = [place for place in range(1, len(found) + 1) if place not in refused]
    return _placed(parse(out.getvalue().encode(), Unit.TWD, progress), places, strange)


def _rows(data: bytes) -> list[Any]:
    rows = json.loads(data).get("rows")
    if not isinstance(rows, list):
        raise UnreadableFile("應有 rows，為標案的清單。", "rows")
    return rows


def _strange(row: Any) -> str:
    if not isinstance(row, dict) or not any(map(_cell, row.values())):
        return "應為 JSON 物件，且不可空白。"
    if unknown := sorted(row.keys() - set(FIELDS)):
        return f"沒有這個欄位：{'、'.join(unknown)[:100]}。"
    texts = all(value is None or isinstance(value, (str, int)) for value in row.values())
    return (
        "" if texts and not any("\n" in str(value) for value in row.values()) else "欄位應為單行文字或整數。"
    )


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _placed(parsed: ParsedFile, places: list[int], strange: list[Rejection]) -> ParsedFile:
    names = {names[0]: field for field, names in NAMES.items()}
    said = [
        Rejection(places[each.line - 2], names.get(each.field, each.field), each.reason)
        for each in parsed.rejected
    ]
    rejected = tuple(sorted(strange + said, key=lambda each: each.line))
    rows = tuple(replace(row, line=places[row.line - 2]) for row in parsed.rows)
    read = parsed.read + len(strange)
    return replace(parsed, read=read, rows=rows, rejected=rejected, ignored_columns=(), counted="筆")
