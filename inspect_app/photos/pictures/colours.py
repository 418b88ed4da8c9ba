"""Colours as a screen shows them: a picture with a profile of its own is brought to sRGB."""

import hashlib
import io
from collections import OrderedDict
from threading import Lock

from PIL import Image, ImageCms

MAX_PROFILE = 4 * 2**20
"""Bytes of a profile that is looked at; printers' large ones have 2 to 3 MB."""

_KEPT = 8
"""Transforms are kept for the next photo of the same camera; a printer's takes a megabyte or two."""

_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SRGB = ImageCms.createProfile("sRGB")
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION

_known: OrderedDict[bytes, ImageCms.ImageCmsTransform | None] = OrderedDict()
_lock = Lock()


def as_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The picture (RGB, L or CMYK) in RGB as sRGB; a missing, broken or foreign profile is passed over."""
    transform = _transform(profile, image.mode) if isinstance(profile, bytes) and profile else None
    if transform is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    shown = ImageCms.applyTransform(image, transform)
    return image.convert("RGB") if shown is None else shown


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    if len(profile) > MAX_PROFILE:
        return None
    key = hashlib.sha256(profile).digest() + mode.encode()
    with _lock:
        if key not in _known:
            _known[key] = _built(profile, mode)
        _known.move_to_end(key)
        while len(_known) > _KEPT:
            _known.popitem(last=False)
        return _known[key]


def _built(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None where there is nothing to change: sRGB itself, and whatever cannot be used."""
    try:
        opened = ImageCms.getOpenProfile(io.BytesIO(profile))
        if _MODES.get(opened.profile.xcolor_space) != mode or _is_srgb(opened):
            return None
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        return ImageCms.buildTransform(opened, _SRGB, mode, "RGB", intent, _FLAGS)
    except MemoryError:
        raise
    except Exception:  # whatever the library raises on hostile bytes means the same
        return None


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return ImageCms.getProfileDescription(profile).strip().startswith("sRGB")
