"""A clock that all processes of a simulated year read from one file."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileClock:
    """The instant that stands in a file; whoever sets it replaces the file, so that none reads half an instant."""

    path: Path

    def now(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text(encoding="ascii"))

    def set(self, instant: datetime) -> None:
        new = self.path.with_suffix(".new")
        new.write_text(instant.astimezone(UTC).isoformat(), encoding="ascii")
        os.replace(new, self.path)
