"""Whether a HEIC file is one whole photo of known cost, before a decoder sees it."""

from pathlib import Path

from inspect_app.photos.pictures.boxes import BoxError, Items, items
from inspect_app.photos.pictures.errors import NotAPicture, PictureDamaged, too_large
from inspect_app.photos.pictures.kinds import ACCEPTED, MAX_WHOLE_PIXELS

_CODED, _GRID = b"hvc1", b"grid"
_LAYERED = frozenset({b"iovl", b"iden"})
"""Pictures derived from others any number of times over; no camera writes them."""
_WASTE = 2
"""A grid's tiles reach over its edges; twice its pixels is more than any camera's do."""


def check(path: Path) -> None:
    """PictureDamaged when a part is missing, PictureTooLarge, NotAPicture when it is put together as no camera does."""
    try:
        found = items(path.read_bytes())
    except BoxError as error:
        raise PictureDamaged("照片損壞或不完整，無法讀取；請重新傳送或重新拍攝。") from error
    if any(width * height > MAX_WHOLE_PIXELS for width, height in found.sizes.values()):
        raise too_large(MAX_WHOLE_PIXELS)
    if not _is_plain(found):
        raise NotAPicture(f"這個 HEIF 檔的組成不是相機照片；請另存為 {ACCEPTED} 後再傳。")


def _is_plain(found: Items) -> bool:
    """A coded picture or a grid of such, and whatever else is put together (a mask) is a thrifty grid too."""
    if found.primary not in found.sizes or not _LAYERED.isdisjoint(found.kinds.values()):
        return False
    grids = [item for item, kind in found.kinds.items() if kind == _GRID]
    return (_is_coded(found, found.primary) or found.primary in grids) and all(
        _is_thrifty(found, grid) for grid in grids
    )


def _is_coded(found: Items, item: int) -> bool:
    return found.kinds.get(item) == _CODED and item in found.places and item in found.sizes


def _is_thrifty(found: Items, grid: int) -> bool:
    """Of coded tiles that together are not much larger than their picture."""
    tiles = found.made_of.get(grid, [])
    if grid not in found.sizes or not tiles or not all(_is_coded(found, tile) for tile in tiles):
        return False
    decoded = sum(_area(found, tile) for tile in tiles)
    # Four tiles of 512 pixels for a small picture are fair, however much reaches over its edges.
    return decoded <= max(_WASTE * _area(found, grid), 4 * 512 * 512)


def _area(found: Items, item: int) -> int:
    width, height = found.sizes[item]
    return width * height
