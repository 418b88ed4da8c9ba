"""Reading an archive: opened with distrust, checked byte for byte, and again whenever a member is read."""

import hashlib
import os
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec

from inspect_app.backups import container, manifest, tables
from inspect_app.backups.container import CHUNK, NotContiguous
from inspect_app.backups.errors import Damaged, NotAnArchive, TooNew
from inspect_app.backups.kinds import KINDS
from inspect_app.backups.manifest import Manifest, Member, Seal, Table
from inspect_app.backups.progress import Progress
from inspect_app.backups.tables import Row
from inspect_app.photos.keeping import stored

UNREADABLE = (
    BadZipFile,
    OSError,
    EOFError,
    zlib.error,
    LZMAError,
    RuntimeError,
    ValueError,
    struct.error,
    KeyError,
)
"""What zipfile raises for one damage or another."""

BEGINS = b"PK\x03\x04"
END, DIRECTORY, SEAL = "檔尾（檔案可能被截斷）", "ZIP 目錄", "封緘（檔尾的註解）"
MAX_LINE = 2**30


class Unsound(Exception):  # noqa: N818 - says what was found
    """A member that differs from what the manifest says; carries its name."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive whose manifest has been checked; `sealed`: the bytes around the members are as written."""

    file: IO[bytes]
    zip: ZipFile
    manifest: Manifest
    sealed: bool

    @property
    def identity(self) -> str:
        """The same for the same archive alone."""
        return hashlib.sha256(self.manifest.encoded()).hexdigest()

    def pieces(self, member: Member) -> Iterator[bytes]:
        """A member's bytes; Unsound, at the latest after the last, when they differ from the manifest."""
        digest, left = hashlib.sha256(), member.bytes
        try:
            with self.zip.open(member.name) as source:
                while piece := source.read(CHUNK):
                    left -= len(piece)
                    if left < 0:
                        raise Unsound(member.name)
                    digest.update(piece)
                    yield piece
        except UNREADABLE as error:
            raise Unsound(member.name) from error
        if left or digest.hexdigest() != member.sha256:
            raise Unsound(member.name)

    def rows(self, table: Table, member: Member) -> Iterator[list[Row]]:
        """The rows of one of a table's members, in batches; Unsound also when they are not of the table's kinds."""
        decoder, rest = tables.decoder(table), b""
        for piece in self.pieces(member):
            whole, newline, rest = (rest + piece).rpartition(b"\n")
            if len(rest) > MAX_LINE:
                raise Unsound(member.name)
            if newline:
                yield _decoded(decoder, whole, member)
        if rest:
            raise Unsound(member.name)


def _decoded(decoder: msgspec.json.Decoder[Row], lines: bytes, member: Member) -> list[Row]:
    try:
        return decoder.decode_lines(lines)
    except msgspec.MsgspecError as error:
        raise Unsound(member.name) from error


# -- opening -----------------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """An archive, with its manifest checked; NotAnArchive, Damaged, TooNew."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotAnArchive(f"無法開啟 {path}（{error.strerror}）；請確認路徑與權限。") from error
    with file, _directory(file) as zip_:
        seal = _seal(file, zip_)
        sealed = _frame(file, zip_) == seal.frame
        yield Archive(file, zip_, _manifest(zip_, seal), sealed)


def _directory(file: IO[bytes]) -> ZipFile:
    try:
        return ZipFile(file)
    except UNREADABLE as error:
        file.seek(0)
        if file.read(len(BEGINS)) == BEGINS:
            raise Damaged([END]) from error
        raise NotAnArchive("這不是查核系統的備份檔；請選擇由 flask backup 產生的檔案。") from error


def _seal(file: IO[bytes], zip_: ZipFile) -> Seal:
    file.seek(max(file.seek(0, os.SEEK_END) - len(manifest.BLANK), 0))
    if seal := manifest.seal_of(file.read()):
        return seal
    if manifest.NAME in zip_.NameToInfo:
        raise Damaged([SEAL])
    raise NotAnArchive("這是 ZIP 檔，但不是查核系統的備份檔；請選擇由 flask backup 產生的檔案。")


def _frame(file: IO[bytes], zip_: ZipFile) -> str | None:
    try:
        return container.frame(file, zip_.filelist)
    except (NotContiguous, *UNREADABLE):
        return None


def _manifest(zip_: ZipFile, seal: Seal) -> Manifest:
    data = _manifest_bytes(zip_)
    if data is None or hashlib.sha256(data).hexdigest() != seal.manifest:
        raise Damaged([manifest.NAME])
    try:
        told = manifest.decoded(data)
    except msgspec.MsgspecError as error:
        raise TooNew("備份檔的格式不是本程式認得的；請改用產生它的版本或更新的版本。") from error
    kinds = {column.kind for table in told.tables for column in table.columns}
    if told.format != manifest.FORMAT or not kinds <= KINDS.keys():
        raise TooNew("備份檔的格式比本程式新；請改用產生它的版本或更新的版本。")
    return told


def _manifest_bytes(zip_: ZipFile) -> bytes | None:
    try:
        info = zip_.getinfo(manifest.NAME)
        if info.file_size > manifest.MAX_BYTES:
            return None
        with zip_.open(info) as source:
            return source.read(manifest.MAX_BYTES)
    except UNREADABLE:
        return None


# -- checking ----------------------------------------------------------------------------------------------


def verify(archive: Archive, progress: Progress) -> None:
    """Read everything and compare it with the manifest and the seal; Damaged names each place that differs."""
    told = archive.manifest
    damaged = _misnamed(archive)
    with progress.stage("核對備份檔", sum(member.bytes for member in told.members)) as advance:
        for place in _unsound(archive):
            if isinstance(place, int):
                advance(place)
            else:
                damaged.append(place)
    if not archive.sealed:
        damaged += _changed_headers(archive) or ([] if damaged else [DIRECTORY])
    if damaged:
        raise Damaged(list(dict.fromkeys(damaged)))


def _misnamed(archive: Archive) -> list[str]:
    """Members that the manifest does not know, or the ZIP lacks, holds twice, or may not hold in that way."""
    there = Counter(info.filename for info in archive.zip.filelist)
    told = Counter(member.name for member in archive.manifest.members)
    told[manifest.NAME] += 1
    return [
        *(f"{name}（不明的項目）" for name in there.keys() - told.keys()),
        *(f"{name}（缺少）" for name in told.keys() - there.keys()),
        *(f"{name}（重複）" for name, times in (there | told).items() if times > 1),
        *(f"{name}（名稱或存放方式不許可）" for name in _forbidden(archive)),
    ]


def _forbidden(archive: Archive) -> Iterator[str]:
    infos = archive.zip.NameToInfo
    for table in archive.manifest.tables:
        names = {tables.member_name(table.name, number) for number in range(1, len(table.members) + 1)}
        yield from (name for name in table.members if name not in names)
    for member in archive.manifest.objects:
        info = infos.get(member.name)
        if stored.place(member.name) is None or (info and info.compress_type != ZIP_STORED):
            yield member.name


def _unsound(archive: Archive) -> Iterator[int | str]:
    """Bytes as they are read, and the names of what is not as the manifest says."""
    members = {member.name: member for member in archive.manifest.members}
    for table in archive.manifest.tables:
        yield from _unsound_table(
            archive, table, [members[name] for name in table.members if name in members]
        )
    excused = {fault.name for fault in archive.manifest.faults}
    for member in archive.manifest.objects:
        promised = stored.promised(member.name)
        if promised not in {None, member.sha256} and member.name not in excused:
            yield member.name
        yield from _unsound_object(archive, member)


def _unsound_table(archive: Archive, table: Table, members: list[Member]) -> Iterator[int | str]:
    rows, whole = 0, len(members) == len(table.members)
    for member in members:
        try:
            rows += sum(len(batch) for batch in archive.rows(table, member))
            yield member.bytes
        except Unsound as error:
            yield str(error)
            whole = False
    if whole and rows != table.rows:
        yield f"tables/{table.name}（列數不符）"


def _unsound_object(archive: Archive, member: Member) -> Iterator[int | str]:
    try:
        for piece in archive.pieces(member):
            yield len(piece)
    except Unsound as error:
        yield str(error)


def _changed_headers(archive: Archive) -> list[str]:
    return [
        f"{info.filename}（檔頭）" for info in archive.zip.filelist if not _has_its_header(archive.file, info)
    ]


def _has_its_header(file: IO[bytes], info: ZipInfo) -> bool:
    try:
        wanted = container.written_header(info)
        file.seek(info.header_offset)
        return file.read(len(wanted)) == wanted
    except (*UNREADABLE, OverflowError):
        return False
