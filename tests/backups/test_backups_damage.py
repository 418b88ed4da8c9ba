"""Whatever happened to an archive, it is refused whole, and what is damaged is named."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inspect_app.backups import container, manifest, reading, restoring
from inspect_app.backups.container import Writer
from inspect_app.backups.errors import BackupError, Damaged, NotAnArchive, TooNew
from inspect_app.backups.manifest import Manifest
from inspect_app.backups.progress import Silent
from tests.backups.places import NOON, Place

IN_TEST = [HealthCheck.function_scoped_fixture]
Change = Callable[[Manifest], Manifest]


@pytest.fixture
def checked(anywhere: Place) -> Callable[[Path], Manifest]:
    """What `restore --check` finds."""

    def check(path: Path) -> Manifest:
        with anywhere.app.app_context():
            return restoring.check(path, Silent())

    return check


def flipped(path: Path, at: int, bit: int, target: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1 << bit
    target.write_bytes(data)
    return target


def infos(path: Path) -> list[ZipInfo]:
    with ZipFile(path) as archive:
        return archive.infolist()


def data_at(path: Path, info: ZipInfo) -> int:
    with path.open("rb") as file:
        return info.header_offset + container.header_length(file, info)


def directory_at(path: Path) -> int:
    with ZipFile(path) as archive:
        return archive.start_dir


def places_named(checked: Callable[[Path], Manifest], path: Path) -> tuple[str, ...]:
    with pytest.raises(Damaged) as caught:
        checked(path)
    return caught.value.places


def test_an_archive_as_it_was_written_is_sound(
    checked: Callable[[Path], Manifest], small_archive: Path
) -> None:
    assert checked(small_archive).rows > 20


# -- one flipped bit ---------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None, suppress_health_check=IN_TEST)
@given(at=st.integers(0, 2**20), bit=st.integers(0, 7))
@example(at=0, bit=0)
@example(at=-1, bit=5)
def test_one_flipped_bit_anywhere_is_refused_by_name(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path, at: int, bit: int
) -> None:
    with pytest.raises(BackupError) as caught:
        checked(flipped(small_archive, at, bit, tmp_path / "flipped.zip"))

    assert isinstance(caught.value, Damaged | NotAnArchive)
    assert not isinstance(caught.value, Damaged) or caught.value.places


@settings(max_examples=150, deadline=None, suppress_health_check=IN_TEST)
@given(data=st.data(), bit=st.integers(0, 7))
def test_one_flipped_bit_of_the_framework_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path, data: st.DataObject, bit: int
) -> None:
    """Headers and the directory are a small part of the bytes, and hold those that no ZIP checksum covers."""
    headers = [range(info.header_offset, data_at(small_archive, info)) for info in infos(small_archive)]
    end = range(directory_at(small_archive), small_archive.stat().st_size)
    at = data.draw(st.sampled_from([*headers, end]).flatmap(st.sampled_from))

    with pytest.raises(BackupError):
        checked(flipped(small_archive, at, bit, tmp_path / "flipped.zip"))


def test_a_damaged_member_is_the_one_that_is_named(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    for info in infos(small_archive):
        middle = data_at(small_archive, info) + info.compress_size // 2

        assert info.filename in places_named(checked, flipped(small_archive, middle, 3, tmp_path / "x.zip"))


def test_a_damaged_header_is_named_by_its_member(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    """The date of a member's own header: no reader looks at it."""
    for info in infos(small_archive):
        path = flipped(small_archive, info.header_offset + 10, 2, tmp_path / "x.zip")

        assert places_named(checked, path) == (f"{info.filename}（檔頭）",)


def test_a_damaged_directory_is_named(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    """The directory's note of who made the first member."""
    path = flipped(small_archive, directory_at(small_archive) + 4, 0, tmp_path / "x.zip")

    assert places_named(checked, path) == ("ZIP 目錄",)


def test_a_damaged_seal_is_named(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    word = small_archive.stat().st_size - len(manifest.BLANK)

    assert places_named(checked, flipped(small_archive, word, 0, tmp_path / "x.zip")) == (
        "封緘（檔尾的註解）",
    )


def test_every_damaged_member_is_named(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    photos = [info for info in infos(small_archive) if info.filename.startswith("photos/original/")]
    path = small_archive
    for info in photos:
        path = flipped(path, data_at(path, info), 0, tmp_path / "x.zip")

    assert places_named(checked, path) == tuple(info.filename for info in photos)


# -- not whole, or none of ours ----------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=IN_TEST)
@given(share=st.floats(0, 0.9999))
def test_a_truncated_file_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path, share: float
) -> None:
    data = small_archive.read_bytes()
    path = tmp_path / "short.zip"
    path.write_bytes(data[: int(len(data) * share)])

    with pytest.raises((Damaged, NotAnArchive)):
        checked(path)


def test_a_truncated_file_is_said_to_be_truncated(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    path = tmp_path / "short.zip"
    path.write_bytes(small_archive.read_bytes()[:-500])

    assert places_named(checked, path) == ("檔尾（檔案可能被截斷）",)


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF-1.7 no archive", b"PK\5\6" + bytes(18), bytes(5000)])
def test_a_file_that_is_no_archive_is_said_to_be_none(
    checked: Callable[[Path], Manifest], tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "some.file"
    path.write_bytes(data)

    with pytest.raises(NotAnArchive):
        checked(path)


def test_a_zip_of_others_is_said_to_be_none_of_ours(
    checked: Callable[[Path], Manifest], tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("letter.txt", "hello" * 100)

    with pytest.raises(NotAnArchive, match="不是查核系統的備份檔"):
        checked(tmp_path / "other.zip")


def test_a_file_that_is_not_there_is_said_so(anywhere: Place, tmp_path: Path) -> None:
    result = anywhere.flask("restore", "--check", str(tmp_path / "none.zip"))

    assert result.exit_code == 1
    assert "無法開啟" in result.output


# -- sealed, but not what a backup writes ------------------------------------------------------------------


def rewritten(path: Path, target: Path, change: Change = lambda told: told, **members: bytes | None) -> Path:
    """A well-sealed archive with another manifest or with other, more or fewer members (`{name: bytes or None}`)."""
    with ZipFile(path) as archive, target.open("w+b") as file:
        told = manifest.decoded(archive.read(manifest.NAME))
        contents = {member.name: archive.read(member.name) for member in told.members} | members
        writer = Writer(file, NOON)
        for name, data in contents.items():
            if data is not None:
                with writer.rows(name) if name.startswith("tables/") else writer.object(name) as sink:
                    sink.write(data)
        kept = tuple(
            member for member in writer.members if member.name in {each.name for each in told.members}
        )
        writer.finish(change(msgspec.structs.replace(told, members=kept)))
    return target


def replaced(**values: Any) -> Change:
    return lambda told: msgspec.structs.replace(told, **values)


def test_an_archive_rewritten_without_change_is_sound(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    """So that what the next tests change is what is refused."""
    assert checked(rewritten(small_archive, tmp_path / "same.zip")).rows > 20


def test_an_unknown_member_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    path = rewritten(small_archive, tmp_path / "x.zip", **{"notes.txt": b"hello"})

    assert places_named(checked, path) == ("notes.txt（不明的項目）",)


def test_a_missing_member_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    gone = next(info.filename for info in infos(small_archive) if info.filename.startswith("photos/web/"))
    with ZipFile(small_archive) as archive:
        told = manifest.decoded(archive.read(manifest.NAME))
    path = rewritten(small_archive, tmp_path / "x.zip", replaced(members=told.members), **{gone: None})

    assert f"{gone}（缺少）" in places_named(checked, path)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/passwd",
        "photos/original/../../x",
        "photos/original/ab/" + "c" * 64,
        "photos/x",
        "a\\b",
    ],
)
def test_a_member_with_a_name_of_its_own_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path, name: str
) -> None:
    """A path that leads elsewhere is not among the names that stored objects may have."""

    def listed(told: Manifest) -> Manifest:
        more = manifest.Member(name, 5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        return msgspec.structs.replace(told, members=(*told.members, more))

    path = rewritten(small_archive, tmp_path / "x.zip", listed, **{name: b"hello"})

    assert f"{name}（名稱或存放方式不許可）" in places_named(checked, path)


def test_a_photo_under_a_hash_it_has_not_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    photo = next(
        info.filename for info in infos(small_archive) if info.filename.startswith("photos/original/")
    )
    path = rewritten(small_archive, tmp_path / "x.zip", **{photo: b"another picture"})

    assert places_named(checked, path) == (photo,)


def test_rows_of_another_kind_or_number_are_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    chunk = "tables/organisations/0001.jsonl"
    wrong = rewritten(small_archive, tmp_path / "x.zip", **{chunk: b'["no uuid","name"]\n'})
    assert places_named(checked, wrong) == (chunk,)

    fewer = rewritten(small_archive, tmp_path / "y.zip", **{chunk: b""})
    assert places_named(checked, fewer) == ("tables/organisations（列數不符）",)


def test_a_member_that_unpacks_to_more_than_it_says_is_refused_at_once(
    anywhere: Place, small_archive: Path, tmp_path: Path
) -> None:
    """A bomb: a hundred megabytes in a member said to have nine bytes."""
    chunk = "tables/organisations/0001.jsonl"

    def belittled(told: Manifest) -> Manifest:
        members = (
            msgspec.structs.replace(each, bytes=9) if each.name == chunk else each for each in told.members
        )
        return msgspec.structs.replace(told, members=tuple(members))

    path = rewritten(small_archive, tmp_path / "x.zip", belittled, **{chunk: bytes(10**8)})
    with anywhere.app.app_context(), reading.opened(path) as archive:
        member = next(each for each in archive.manifest.members if each.name == chunk)
        pieces = archive.pieces(member)
        with pytest.raises(reading.Unsound):
            next(pieces)

    assert path.stat().st_size < 10**6


def test_overlapping_members_are_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    """Two directory entries that share one member's bytes, as bombs do."""
    data = bytearray(small_archive.read_bytes())
    second = data.index(b"PK\x01\x02", directory_at(small_archive) + 4)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    path = tmp_path / "x.zip"
    path.write_bytes(data)

    assert infos(small_archive)[1].filename in places_named(checked, path)


def test_a_photo_that_is_deflated_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "ZIP_STORED", zipfile.ZIP_DEFLATED)
    path = rewritten(small_archive, tmp_path / "x.zip")
    monkeypatch.setattr(container, "ZIP_STORED", ZIP_STORED)

    assert all("不許可" in place for place in places_named(checked, path))


def test_a_member_held_twice_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path
) -> None:
    def doubled(told: Manifest) -> Manifest:
        return msgspec.structs.replace(told, members=(*told.members, told.members[-1]))

    path = rewritten(small_archive, tmp_path / "x.zip", doubled)

    assert [place for place in places_named(checked, path) if "重複" in place]


@pytest.mark.parametrize("change", [replaced(format=2), replaced(revision="9999")])
def test_an_archive_newer_than_the_program_is_refused(
    checked: Callable[[Path], Manifest], small_archive: Path, tmp_path: Path, change: Change
) -> None:
    with pytest.raises(TooNew, match="比本程式新"):
        checked(rewritten(small_archive, tmp_path / "x.zip", change))


def test_large_archives_have_headers_of_the_large_form(
    checked: Callable[[Path], Manifest],
    small_archive: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ZIP64, which begins at 4 GiB, is made to begin at 1,000 bytes."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    path = rewritten(small_archive, tmp_path / "large.zip")

    assert checked(path).rows > 20
    assert b"PK\x06\x06" in path.read_bytes()
    photo = next(info for info in infos(path) if info.filename.startswith("photos/original/"))
    assert places_named(checked, flipped(path, data_at(path, photo), 1, tmp_path / "x.zip")) == (
        photo.filename,
    )
    header = flipped(path, photo.header_offset + 10, 1, tmp_path / "x.zip")
    assert places_named(checked, header) == (f"{photo.filename}（檔頭）",)
