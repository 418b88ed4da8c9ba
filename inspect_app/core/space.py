"""Whether the disk that takes uploads has room for new ones."""

import shutil

from inspect_app.core.settings import current_settings


def is_short() -> bool:
    """Whether less is free than `MIN_FREE_BYTES`, which what was begun may still use."""
    settings = current_settings()
    settings.uploads_dir.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(settings.uploads_dir).free < settings.min_free_bytes
