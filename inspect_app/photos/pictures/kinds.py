"""Which kind of picture a file is, by its first bytes alone, and what decoding that kind may cost."""

from dataclasses import dataclass

from inspect_app.photos.pictures.errors import NotAPicture

MAX_SCALED_PIXELS = 50_000_000
"""Of a JPEG that decodes at a fraction of its size."""

MAX_WHOLE_PIXELS = 24_000_000
"""Of every other picture, which is in memory whole while it is decoded."""

HEAD = 64
"""How many first bytes tell the kind."""

ACCEPTED = "JPEG、PNG、WebP 或 HEIC"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_SEQUENCE_BRANDS = frozenset({b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"})
_ANIMATED = 0x02


@dataclass(frozen=True, slots=True)
class Kind:
    """`opener` is what Pillow calls the format."""

    mime: str
    opener: str


JPEG = Kind("image/jpeg", "JPEG")
PNG = Kind("image/png", "PNG")
WEBP = Kind("image/webp", "WEBP")
HEIC = Kind("image/heic", "HEIF")


def kind_of(head: bytes) -> Kind:
    """The kind a file begins like; NotAPicture for others, and for films and animations."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _still_webp(head)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS | _SEQUENCE_BRANDS:
        return _still_heic(head)
    if not head:
        raise NotAPicture("檔案是空的；請確認照片已存好，再傳一次。")
    raise NotAPicture(f"不是 {ACCEPTED} 照片；請改傳 {ACCEPTED} 檔。")


def _still_webp(head: bytes) -> Kind:
    if head[12:16] == b"VP8X" and len(head) > 20 and head[20] & _ANIMATED:
        raise _moving()
    return WEBP


def _still_heic(head: bytes) -> Kind:
    """`mif1` is any still in this container: it is ours when it also says that HEVC is inside."""
    if head[8:12] in _SEQUENCE_BRANDS:
        raise _moving()
    if head[8:12] == b"mif1" and not {head[at : at + 4] for at in range(16, len(head), 4)} & _HEIC_BRANDS - {
        b"mif1"
    }:
        raise NotAPicture(f"這個 HEIF 檔不是 HEIC 照片（例如 AVIF）；請改傳 {ACCEPTED} 檔。")
    return HEIC


def _moving() -> NotAPicture:
    return NotAPicture("這是動態圖或連續影像，不是一張照片；請改傳其中一張靜態照片。")
