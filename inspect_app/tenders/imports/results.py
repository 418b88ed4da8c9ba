"""What an import came to: a short report in its row, and the whole lists of rejections and changes as files."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from inspect_app.core.storage import storage
from inspect_app.tenders.importer import ImportReport, Plan
from inspect_app.tenders.reading import ParsedFile

KIND = "tender-imports"
"""The kind of stored objects that belong to imports."""
REJECTED, CHANGED = "rejected", "changed"
SHOWN = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report(parsed: ParsedFile, told: ImportReport, changed: int) -> dict[str, Any]:
    """What a row keeps for ever: counts, columns, the first 500 rejections. `changed` counts tenders known before."""
    refused = told.read - told.created - told.updated - told.unchanged
    return {
        "read": told.read,
        "created": told.created,
        "updated": told.updated,
        "unchanged": told.unchanged,
        "refused": refused,
        "problems": len(told.rejected),
        "rejected": list(map(_rejection, told.rejected[:SHOWN])),
        "ignored_columns": list(told.ignored_columns),
        "columns": [list(pair) for pair in parsed.columns],
        "counted": parsed.counted,
        "unit": parsed.unit.value,
        "changed": changed,
        "written": told.written,
    }


def keep(import_id: UUID, parsed: ParsedFile, plan: Plan) -> int:
    """Lay down the whole lists; returns how many tenders known before are changed."""
    _put(import_id, REJECTED, map(_rejection, parsed.rejected))
    return _put(import_id, CHANGED, (each._asdict() for each in plan.differences()))


def page(import_id: UUID, name: str, start: int, length: int) -> list[dict[str, Any]]:
    """Some lines of a whole list; none when it is not kept any more."""
    return list(islice(_lines(import_id, name), start, start + length))


def rejections_csv(import_id: UUID, report: dict[str, Any]) -> bytes:
    """The rejections as CSV for a spreadsheet: of the whole list, or of what the row kept when that is gone."""
    whole = file(import_id, REJECTED).is_file()
    rows = _lines(import_id, REJECTED) if whole else iter(report["rejected"])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([report["counted"], "欄位", "原因"])
    for row in rows:
        writer.writerow([row["line"], _harmless(row["place"] or row["field"]), row["reason"]])
    return out.getvalue().encode("utf-8-sig", "replace")


def file(import_id: UUID, name: str = "") -> Path:
    """Where an import's file lies, or with a name one of its lists."""
    return storage().path(KIND, f"{import_id.hex}.{name}" if name else import_id.hex)


def _rejection(each: Any) -> dict[str, Any]:
    return {"line": each.line, "field": each.field, "reason": each.reason, "place": each.place}


def _put(import_id: UUID, name: str, rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    with storage().incoming() as (part, target):
        for row in rows:
            count += 1
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
            target.write(text.encode("utf-8", "replace"))
        storage().keep(part, target, KIND, f"{import_id.hex}.{name}")
    return count


def _lines(import_id: UUID, name: str) -> Iterator[dict[str, Any]]:
    try:
        with file(import_id, name).open("rb") as lines:
            yield from map(json.loads, lines)
    except FileNotFoundError:
        return


def _harmless(text: str) -> str:
    """A spreadsheet takes no cell for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
