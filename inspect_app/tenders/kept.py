"""Uploaded lists kept between the trial import and the real one, and what came of them, each for its sender alone."""

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict
from inspect_app.core.storage import storage
from inspect_app.tenders.importer import ImportReport
from inspect_app.tenders.reading import Rejection

KIND = "incoming-lists"
OUTCOME = ".json"
LIFE_S = 3600
OUTCOME_LIFE_S = 7 * 24 * 3600
SHOWN_REJECTIONS = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial or an import came to; of its rejections the first 500 are kept, `problems` counts all."""

    filename: str
    unit: str | None
    strict: bool
    trial: bool
    problems: int
    report: ImportReport

    @property
    def refused(self) -> int:
        """Rows that cannot be imported; one row may have several problems."""
        known = self.report
        return known.read - known.created - known.updated - known.unchanged

    @property
    def more(self) -> int:
        """Problems beyond those kept."""
        return self.problems - len(self.report.rejected)


def keep(stream: BinaryIO, by: Actor) -> str:
    """Keep an uploaded file for an hour; returns the word by which its sender finds it again."""
    _forget_old()
    word = f"{by.id.hex}-{uuid4().hex}"
    _stamp(storage().put(KIND, word, stream.read()))
    return word


def find(word: str, by: Actor) -> Path:
    """The kept file; Conflict when it is gone or another's."""
    _forget_old()
    path = _path(word, by)
    if path is None or not path.is_file():
        raise Conflict("試匯入的檔案已逾時（保留一小時）或已匯入；請重新選擇檔案。")
    return path


def drop(word: str, by: Actor) -> None:
    """Forget a file of the sender's that cannot be read."""
    if path := _path(word, by):
        path.unlink(missing_ok=True)


def note(word: str, outcome: Outcome) -> None:
    """Keep what came of a file, so that its page can be loaded again; the file itself goes once it is written."""
    content = asdict(outcome)
    content["report"]["rejected"] = content["report"]["rejected"][:SHOWN_REJECTIONS]
    text = json.dumps(content, ensure_ascii=False)
    _stamp(storage().put(KIND, word + OUTCOME, text.encode("utf-8", "surrogatepass")))
    if outcome.report.written:
        storage().path(KIND, word).unlink(missing_ok=True)


def outcome(word: str, by: Actor) -> Outcome | None:
    """What came of a file, or None when that is not known (any more) or not the reader's."""
    _forget_old()
    path = _path(word, by)
    try:
        text = path.with_name(word + OUTCOME).read_bytes() if path else b""
    except FileNotFoundError:
        return None
    return _outcome(json.loads(text)) if text else None


def _outcome(content: dict[str, Any]) -> Outcome:
    report = content.pop("report")
    rejected = tuple(Rejection(**each) for each in report.pop("rejected"))
    ignored = tuple(report.pop("ignored_columns"))
    return Outcome(**content, report=ImportReport(**report, rejected=rejected, ignored_columns=ignored))


def _path(word: str, by: Actor) -> Path | None:
    """Where the sender's file lies; None for a word that is not one of his."""
    own = re.fullmatch(rf"{by.id.hex}-[0-9a-f]{{32}}", word)
    return storage().path(KIND, word) if own else None


def _stamp(path: Path) -> None:
    """A file's age is counted by the application's clock."""
    instant = clock.now().timestamp()
    os.utime(path, (instant, instant))


def _forget_old() -> None:
    present = clock.now().timestamp()
    for path in (storage().root / KIND).glob("*/*"):
        life = OUTCOME_LIFE_S if path.suffix == OUTCOME else LIFE_S
        if path.exists() and path.stat().st_mtime < present - life:
            path.unlink(missing_ok=True)
