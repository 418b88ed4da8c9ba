"""Room on the disks, asked before the first byte is written."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from inspect_app.backups.errors import NoSpace

Probe = Callable[[Path], int]
"""The free bytes where a path lies, or will lie."""


def free_bytes(path: Path) -> int:
    """Free bytes for us on the disk of a path."""
    return shutil.disk_usage(_nearest(path)).free


def check(wanted: Iterable[tuple[Path, int]], free: Probe) -> None:
    """NoSpace unless every disk has room for what its paths want together, in bytes."""
    needed, asked = Counter[int](), dict[int, Path]()
    for path, size in wanted:
        disk = _nearest(path).stat().st_dev
        needed[disk] += size
        asked.setdefault(disk, path)
    for disk, path in asked.items():
        if (there := free(path)) < needed[disk]:
            raise NoSpace(
                f"磁碟空間不足：{_nearest(path)} 所在磁碟需要 {in_words(needed[disk])}，"
                f"目前可用 {in_words(there)}。請清出空間或改用另一個磁碟後再執行。"
            )


def in_words(size: int) -> str:
    """Bytes for people."""
    units = ("bytes", "KiB", "MiB", "GiB")
    power = min(max(size.bit_length() - 1, 0) // 10, len(units) - 1)
    whole, tenths = divmod(size * 10 // 2 ** (10 * power), 10)
    return f"{whole}.{tenths} {units[power]}" if power else f"{size:,} bytes"


def _nearest(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(each for each in (path, *path.parents) if each.exists())
