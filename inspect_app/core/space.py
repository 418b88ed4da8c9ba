"""Whether the disk that takes uploads has room for new ones."""

import shutil

from inspect_app.core.settings import current_settings


def is_short(awaited: int = 0) -> bool:
    """Whether less than `MIN_FREE_BYTES` is free beside the `awaited` bytes, those of what was begun already."""
    settings = current_settings()
    folder = settings.uploads_dir
    there = next(each for each in (folder, *folder.parents) if each.is_dir())
    return shutil.disk_usage(there).free - awaited < settings.min_free_bytes
