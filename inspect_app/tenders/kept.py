"""Uploaded lists kept between the trial import and the real one, each for its sender alone."""

import re
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict
from inspect_app.core.storage import storage

KIND = "incoming-lists"
LIFE_S = 3600


def keep(stream: BinaryIO, by: Actor) -> str:
    """Keep an uploaded file for an hour; returns the word by which its sender finds it again."""
    _forget_old()
    word = f"{by.id.hex}-{uuid4().hex}"
    storage().put(KIND, word, stream.read())
    return word


def find(word: str, by: Actor) -> Path:
    """The kept file; Conflict when it is gone or another's."""
    path = storage().path(KIND, word)
    if not re.fullmatch(rf"{by.id.hex}-[0-9a-f]{{32}}", word) or not path.is_file():
        raise Conflict("試匯入的檔案已逾時（保留一小時）或已匯入；請重新選擇檔案。")
    return path


def _forget_old() -> None:
    for path in (storage().root / KIND).glob("*/*"):
        if path.stat().st_mtime < clock.now().timestamp() - LIFE_S:
            path.unlink(missing_ok=True)
