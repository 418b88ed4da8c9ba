"""What is not accepted as a photo, and what accepting it may cost."""

import struct
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from inspect_app.photos.pictures import copying, examining, kinds
from inspect_app.photos.pictures.errors import NotAPicture, PictureDamaged, PictureError, PictureTooLarge
from inspect_app.photos.pictures.examining import Picture, examine

Store = Callable[[bytes], Path]
Encode = Callable[..., bytes]
SCAN = b"\xff\xda"
KINDS = ["JPEG", "PNG", "WEBP", "HEIF"]
noisy = Image.effect_noise((600, 400), 60).convert("RGB")


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """The same file, its frame header saying another size."""
    place = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:place] + struct.pack(">HH", height, width) + jpeg[place + 4 :]


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"\xff\xd8",
        b"not a photo",
        b"GIF89a" + bytes(50),
        b"RIFF\0\0\0\0WAVEfmt ",
        b"\0\0\0\x1cftypavif\0\0\0\0mif1avif",
        b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif",
        b"\0\0\0\x1cftypmp42",
        b"<svg/>",
        b"%PDF-1.7",
        b" \xff\xd8\xff",
    ],
)
def test_what_does_not_begin_like_an_accepted_kind_is_no_picture(stored: Store, data: bytes) -> None:
    with pytest.raises(NotAPicture, match="JPEG、PNG、WebP 或 HEIC"):
        examine(stored(data))


def test_a_file_without_bytes_is_called_empty(stored: Store) -> None:
    with pytest.raises(NotAPicture, match="檔案是空的"):
        examine(stored(b""))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "AVIF", "JPEG2000"])
def test_other_pictures_are_refused_whatever_their_name(stored: Store, encoded: Encode, kind: str) -> None:
    with pytest.raises(NotAPicture):
        examine(stored(encoded(noisy, kind)))


@pytest.mark.parametrize("signature", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xd9"])
def test_a_signature_alone_is_a_damaged_picture(stored: Store, signature: bytes) -> None:
    with pytest.raises(PictureDamaged):
        examine(stored(signature + b"rest"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [0.05, 0.5, 0.9])
def test_a_truncated_picture_is_damaged(stored: Store, encoded: Encode, kind: str, kept: float) -> None:
    data = encoded(noisy, kind)

    with pytest.raises(PictureDamaged):
        examine(stored(data[: int(len(data) * kept)]))


def test_a_jpeg_cut_anywhere_before_its_scan_is_damaged(stored: Store, encoded: Encode) -> None:
    data = encoded(Image.new("RGB", (48, 32)))

    for kept in range(4, data.index(SCAN) + 16):
        with pytest.raises(PictureDamaged):
            examine(stored(data[:kept]))


def test_a_png_with_a_wrong_checksum_is_damaged(stored: Store, encoded: Encode) -> None:
    data = bytearray(encoded(noisy, "PNG"))
    data[data.index(b"IHDR") + 18] ^= 1

    with pytest.raises(PictureDamaged):
        examine(stored(bytes(data)))


def test_a_png_of_900_megapixels_is_too_large_before_it_is_decoded(
    stored: Store, png_header_saying: Callable[[int, int], bytes]
) -> None:
    data = png_header_saying(30_000, 30_000)
    assert len(data) < 1_000_000
    start = time.perf_counter()

    with pytest.raises(PictureTooLarge):
        examine(stored(data))

    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(("width", "height"), [(6001, 4000), (8000, 8000), (12_000, 12_000)])
def test_a_png_of_more_than_24_megapixels_is_too_large(
    stored: Store, png_header_saying: Callable[[int, int], bytes], width: int, height: int
) -> None:
    with pytest.raises(PictureTooLarge, match="24 百萬像素"):
        examine(stored(png_header_saying(width, height)))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_the_limit_does_not_hang_on_a_warning(
    stored: Store, png_header_saying: Callable[[int, int], bytes]
) -> None:
    with pytest.raises(PictureTooLarge):
        examine(stored(png_header_saying(8_000, 8_000)))


def test_a_photo_is_decoded_at_the_smallest_scale_that_serves(
    stored: Store, encoded: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[tuple[int, int]] = []
    whole = copying.eight_bit

    def watched(image: Image.Image) -> Image.Image:
        decoded.append(image.size)
        return whole(image)

    monkeypatch.setattr(copying, "eight_bit", watched)
    picture = examine(stored(encoded(Image.new("RGB", (4032, 3024)))))

    assert (picture.width, picture.height, decoded) == (4032, 3024, [(2016, 1512)])


def test_24_megapixels_are_accepted(stored: Store, png_header_saying: Callable[[int, int], bytes]) -> None:
    picture = examine(stored(png_header_saying(6_000, 4_000)))

    assert (picture.width, picture.height) == (6_000, 4_000)


def test_a_jpeg_that_decodes_at_scale_may_have_50_megapixels(stored: Store, encoded: Encode) -> None:
    data = encoded(noisy)

    assert examine(stored(with_size(data, 10_000, 5_000))).width == 10_000
    with pytest.raises(PictureTooLarge, match="50 百萬像素"):
        examine(stored(with_size(data, 10_000, 5_001)))


def test_a_jpeg_that_is_held_whole_may_have_24(stored: Store, encoded: Encode) -> None:
    data = encoded(noisy, progressive=True).replace(b"\xff\xc2", b"\xff\xc0", 1)
    place = data.index(b"\xff\xc0")
    lied = [with_size(data, *size) for size in ((6_000, 4_000), (6_001, 4_000))]
    whole, more = (each[:place] + b"\xff\xc2" + each[place + 2 :] for each in lied)

    assert examine(stored(whole)).width == 6_000
    with pytest.raises(PictureTooLarge, match="24 百萬像素"):
        examine(stored(more))


def test_a_jpeg_header_that_lies_beyond_the_limit_is_too_large(stored: Store, encoded: Encode) -> None:
    with pytest.raises(PictureTooLarge):
        examine(stored(with_size(encoded(noisy), 65_500, 65_500)))


def test_a_jpeg_header_that_lies_over_a_truncated_file_is_damaged(stored: Store, encoded: Encode) -> None:
    with pytest.raises(PictureDamaged):
        examine(stored(with_size(encoded(noisy)[:-2], 6_000, 4_000)))


def test_a_jpeg_header_that_lies_within_the_limit_costs_no_more_than_such_a_picture(
    stored: Store, encoded: Encode
) -> None:
    """The decoder fills what is missing before a proper end with grey, and does not say so."""
    picture = examine(stored(with_size(encoded(noisy), 6_000, 4_000)))

    assert (picture.width, picture.height) == (6_000, 4_000)


def test_a_png_of_missing_rows_is_damaged_though_its_checksums_are_right(
    stored: Store, encoded: Encode
) -> None:
    data = encoded(Image.new("L", (600, 400)), "PNG", compress_level=0)
    rows = b"IDAT" + data[data.index(b"IDAT") + 4 :][:20_000]
    cut = struct.pack(">I", len(rows) - 4) + rows + struct.pack(">I", zlib.crc32(rows))

    with pytest.raises(PictureDamaged):
        examine(stored(data[:33] + cut + data[-12:]))


def test_a_picture_of_no_size_is_damaged(stored: Store, encoded: Encode) -> None:
    with pytest.raises(PictureDamaged):
        examine(stored(with_size(encoded(noisy), 0, 0)))


def test_a_jpeg_of_endless_scans_is_refused(stored: Store, encoded: Encode) -> None:
    data = encoded(noisy, progressive=True)
    first = data.index(SCAN)
    header = data[first : first + 2 + int.from_bytes(data[first + 2 : first + 4], "big")]

    with pytest.raises(PictureDamaged, match="50 次"):
        examine(stored(data[:first] + header * 60 + data[first:]))


def test_a_progressive_jpeg_is_accepted(stored: Store, encoded: Encode) -> None:
    assert examine(stored(encoded(noisy, progressive=True))).width == 600


def test_scan_markers_inside_notes_or_behind_the_end_are_not_counted(stored: Store, encoded: Encode) -> None:
    scans = b"\x00\x02" + (SCAN + b"\x00\x02") * 60
    data = encoded(noisy, comment=scans)

    assert examine(stored(data + scans)).width == 600


@pytest.mark.parametrize(
    "behind", [b"<html><script>alert(1)</script>", b"PK\x03\x04" + bytes(100), bytes(5_000)]
)
@pytest.mark.parametrize("kind", KINDS)
def test_bytes_behind_the_end_are_tolerated_and_not_copied(
    stored: Store, encoded: Encode, kind: str, behind: bytes
) -> None:
    clean = examine(stored(encoded(noisy, kind)))

    assert examine(stored(encoded(noisy, kind) + behind)) == clean


def test_an_absent_file_is_not_a_fault_of_the_picture(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        examine(tmp_path / "absent")


@pytest.mark.parametrize(
    ("kind", "options", "allowed"),
    [("JPEG", {}, 2), ("JPEG", {"progressive": True}, 1), ("PNG", {}, 1), ("WEBP", {}, 1), ("HEIF", {}, 1)],
)
def test_so_many_pictures_are_decoded_at_a_time(
    stored: Store,
    encoded: Encode,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    options: dict[str, bool],
    allowed: int,
) -> None:
    path, running, most = stored(encoded(noisy, kind, **options)), [], []
    whole = examining._examine

    def watched(path: Path, kind: kinds.Kind, scaled: bool) -> Picture:
        running.append(1)
        most.append(len(running))
        time.sleep(0.02)
        try:
            return whole(path, kind, scaled)
        finally:
            running.pop()

    monkeypatch.setattr(examining, "_examine", watched)
    threads = [threading.Thread(target=examine, args=(path,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) == allowed


def test_a_refused_picture_frees_its_slot(stored: Store) -> None:
    for _ in range(5):
        with pytest.raises(NotAPicture):
            examine(stored(b"none"))


@pytest.fixture(scope="session")
def small_pictures(encoded: Encode) -> dict[str, bytes]:
    return {kind: encoded(noisy.resize((60, 40)), kind) for kind in KINDS}


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(KINDS),
    place=st.floats(0, 1),
    noise=st.binary(min_size=1, max_size=40),
)
def test_a_damaged_file_is_a_picture_or_a_refusal(
    stored: Store, small_pictures: dict[str, bytes], kind: str, place: float, noise: bytes
) -> None:
    data = small_pictures[kind]
    at = int(place * len(data))
    try:
        picture = examine(stored(data[:at] + noise + data[at + len(noise) :]))
    except PictureError:
        return
    assert picture.width * picture.height <= kinds.MAX_SCALED_PIXELS
