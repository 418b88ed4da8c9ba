"""An original without notes: the very same pixels, colours and turn, and nothing else that it carried."""

import io
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, PngImagePlugin

from inspect_app.photos.pictures.examining import examine
from inspect_app.photos.pictures.kinds import kind_of
from inspect_app.photos.pictures.stripping import stripped
from tests.hostile.webp_heic import added, box
from tests.unit.photos import profiles
from tests.unit.photos.test_pictures_notes import exif

Store = Callable[[bytes], Path]
Encode = Callable[..., bytes]
noisy = Image.effect_noise((200, 120), 60).convert("RGB")
KINDS = ["JPEG", "progressive", "PNG", "WEBP", "lossless", "HEIF"]
SECRETS = (b"SecretModel", b"SecretComment", b"SecretXmp", b"SecretBehind", b"SecretText")


def carrying(encoded: Encode, kind: str, orientation: int) -> bytes:
    """A picture with everything that its kind can carry."""
    notes = exif(model="SecretModel")
    notes[0x0112] = orientation
    told = {"exif": notes.tobytes(), "icc_profile": profiles.profile(profiles.DISPLAY_P3, 2.2)}
    if kind in ("JPEG", "progressive"):
        told |= {"comment": b"SecretComment", "progressive": kind == "progressive"}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("k", "SecretText")
        text.add_itxt("k", "SecretText", zip=False)
        return encoded(noisy, kind, pnginfo=text, **told) + b"SecretBehind"
    told |= {"xmp": b"<x>SecretXmp</x>"} | ({"lossless": True} if kind == "lossless" else {})
    data = encoded(noisy, {"progressive": "JPEG", "lossless": "WEBP"}.get(kind, kind), **told)
    return data + b"\0\0\0\x14skipSecretBehind" * (kind == "HEIF") + b"SecretBehind"


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("kind", KINDS)
def test_the_picture_stays_and_everything_else_goes(
    stored: Store, encoded: Encode, kind: str, orientation: int
) -> None:
    data = carrying(encoded, kind, orientation)
    before = examine(stored(data))
    assert before.notes.position is not None

    bare = stripped(data, kind_of(data[:64]).mime, before.notes.orientation)
    after = examine(stored(bare))

    assert [secret for secret in SECRETS if secret in bare] == []
    assert (after.width, after.height, after.web, after.thumb) == (
        before.width,
        before.height,
        before.web,
        before.thumb,
    )
    kept = {"orientation": 6} if orientation == 6 and kind != "HEIF" else {}
    assert (after.notes.told(), after.taken_at) == (kept, None)
    with Image.open(io.BytesIO(data)) as one, Image.open(io.BytesIO(bare)) as other:
        assert ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None
        assert other.info["icc_profile"] == one.info["icc_profile"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_bare_already_stays_so(stored: Store, encoded: Encode, kind: str) -> None:
    bare = stripped(data := carrying(encoded, kind, 6), kind_of(data[:64]).mime, 6)

    assert stripped(bare, kind_of(bare[:64]).mime, 6) == bare


def test_a_heic_says_nothing_among_its_boxes_either(stored: Store, encoded: Encode) -> None:
    data = encoded(noisy, "HEIF", exif=exif(model="SecretModel").tobytes())
    words = box(b"udes", bytes(4) + b"zh\0SecretName\0SecretPlace\0\0")
    told = added(data, words + box(b"crtt", bytes(4) + b"SecretAt"), b"meta", b"iprp", b"ipco")
    told = added(told, box(b"uuid", b"0123456789abcdefSecretText") + box(b"xml ", b"SecretXmp"), b"meta")
    told = added(told, box(b"idat", b"SecretBehind"), b"meta")
    told = added(told, b"SecretHandler\0", b"meta", b"hdlr")
    told = added(told, b"SecretItem\0", b"meta", b"iinf", b"infe")
    before = examine(stored(told))

    bare = stripped(told, "image/heic", 1)

    assert (told.count(b"Secret"), bare.count(b"Secret")) == (9, 0)
    assert examine(stored(bare)) == replace(before, notes=examine(stored(bare)).notes)
    assert stripped(bare, "image/heic", 1) == bare


def test_a_jfif_preview_goes(stored: Store, encoded: Encode) -> None:
    data = encoded(noisy)
    preview = (
        b"\xff\xe0" + struct.pack(">H", 16 + 30) + data[6:18] + b"\x02\x05SecretPreviewOfTenPixelsInRed!"
    )
    told = data[:2] + preview + data[20:]

    bare = stripped(told, "image/jpeg", 1)

    assert (bare, examine(stored(bare))) == (data, examine(stored(told)))


def test_a_second_picture_behind_the_first_goes(encoded: Encode) -> None:
    data = encoded(noisy, "MPO", save_all=True, append_images=[noisy.rotate(90)])

    bare = stripped(data, "image/jpeg", 1)

    assert bare.count(b"\xff\xd8\xff") == 1
    assert bare.endswith(b"\xff\xd9")


def test_adobes_four_colours_stay_inverted(stored: Store, encoded: Encode) -> None:
    data = encoded(Image.new("CMYK", (64, 64), (0, 255, 255, 0)))

    assert examine(stored(stripped(data, "image/jpeg", 1))).web == examine(stored(data)).web
