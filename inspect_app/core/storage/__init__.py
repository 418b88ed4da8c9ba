"""Bytes at rest: content-addressed files, written whole or not at all."""

from typing import cast

from flask import current_app

from inspect_app.core.storage.local import Storage, copy_hashed, make_folder, sync_folder

__all__ = ["Storage", "copy_hashed", "make_folder", "storage", "sync_folder"]


def storage() -> Storage:
    """The application's storage."""
    return cast(Storage, current_app.extensions["chahe.storage"])
