"""Sizes of disks and files, told so coarsely that no single visit's rows or photos move them."""

from dataclasses import dataclass
from pathlib import Path

import psutil

STEP_PERCENT = 5
FREE_WARN, FREE_BAD = 20, 10
"""Below these percents of free space people are told."""

STEP_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Disk:
    """A volume: what lies on it, its size in bytes, and the free space in percent, rounded down to steps of 5."""

    name: str
    title: str
    total_bytes: int
    free_percent: int

    @property
    def state(self) -> str:
        if self.free_percent < FREE_BAD:
            return "bad"
        return "warn" if self.free_percent < FREE_WARN else "good"

    @property
    def used_percent(self) -> int:
        return 100 - self.free_percent


def disk(name: str, title: str, folder: Path) -> Disk:
    """The volume a folder lies on, or will lie on."""
    there = next(each for each in (folder, *folder.parents) if each.is_dir())
    usage = psutil.disk_usage(str(there))
    usable = usage.used + usage.free
    percent = usage.free * 100 // usable if usable else 0
    return Disk(name, title, usage.total, percent // STEP_PERCENT * STEP_PERCENT)


def below(size_bytes: int) -> int:
    """The next multiple of 64 MiB above a size, in MiB."""
    return (size_bytes // STEP_BYTES + 1) * (STEP_BYTES >> 20)


def file_size(path: Path) -> int:
    """A file's bytes; 0 when it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
