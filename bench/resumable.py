"""Photos of 3 MB sent with tus, each chunk with its SHA-256, against a handler that only writes and hashes.

Ours takes two requests for a photo where the floor takes one: the upload is begun first. And ours looks at the
picture before it answers the last chunk: an undecodable one is refused, copies for viewing are made. That alone
takes longer than all of the floor, so the figures are given apart:

- the transfer: a photo whose picture is known already, sent again for another visit;
- the transfer and the decode, against the floor with the least decode there is (half scale, encoded once);
- the same against the floor without any decode, with the ceiling that the decode itself sets.
"""

import base64
import hashlib
import http.client
import io
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from PIL import Image, ImageFilter

from bench import city as cities
from bench.harness import Line, paired, seconds
from bench.load import served

CONNECTIONS = 8
PHOTOS = 24
ROUNDS = 5
FLOOR = "bare WSGI handler: write, hash, fsync"
PIECE = 2**20
WHOLE = 2**40
TARGET = 3_000_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A photo to send, hashed before the clock runs."""

    data: bytes
    sha256: str
    chunks: tuple[tuple[int, bytes, str], ...]


def lines() -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        city = cities.found(folder)
        environ = cities.environment(folder) | {"DEVICE_UPLOADS": "100000", "DEVICE_DAY_BYTES": str(2**44)}
        with (
            served("bench.servers.ours", environ) as ours,
            served("bench.servers.bare_upload", environ) as bare,
        ):
            yield from _measured(city, ours, bare)


def _measured(city: cities.City, ours: str, bare: str) -> Iterator[Line]:
    visits = iter(cities.start_visits(city, 100))
    for chunk, way, limit in ((WHOLE, "one PATCH", 0.6), (PIECE, "1 MiB pieces", 0.5)):
        known, fresh = _batch(_photo(1), chunk), partial(_batch, _photo(1), chunk)
        again = partial(_send_ours, city, ours, visits, partial(list, known))
        again()
        figures = paired(again, partial(_send_bare, bare, fresh), rounds=ROUNDS)
        yield _line(f"tus, 3 MB, {way}: the transfer alone (photo known already)", figures, limit, FLOOR)
    for megapixels in (1, 12):
        fresh = partial(_batch, _photo(megapixels), WHOLE)
        sent = partial(_send_ours, city, ours, visits, fresh)
        looked = paired(sent, partial(_send_bare, f"{bare}/decode", fresh), rounds=ROUNDS)
        unseen = paired(sent, partial(_send_bare, bare, fresh), rounds=ROUNDS)
        name = f"tus, 3 MB of {megapixels} MP, one PATCH: with the decode"
        yield _line(name, looked, 0.3, f"{FLOOR}, decode at half scale, encode")
        ceiling = unseen[1] / looked[1]
        yield _line(name, unseen, 0.05, f"{FLOOR}; its own ceiling with a decode is {ceiling:.2f}")


def _line(name: str, figures: tuple[float, float], limit: float, against: str) -> Line:
    ours, bare = (PHOTOS / spent for spent in figures)
    return Line(name, ours, bare, "/s", "at least", limit, against)


# -- photos ------------------------------------------------------------------------------------------------


def _photo(megapixels: int) -> bytes:
    """A picture of about 3 MB: with more pixels, less in each."""
    height = int((megapixels * 750_000) ** 0.5)
    size = (height * 4 // 3, height)
    grain = Image.frombytes("L", size, random.Random(megapixels).randbytes(size[0] * size[1]))  # noqa: S311
    picture = grain.filter(ImageFilter.GaussianBlur(0.4 if megapixels == 1 else 1.0)).convert("RGB")
    return min((_encoded(picture, quality) for quality in (40, 55, 70, 80, 90, 95, 98)), key=_far)


def _far(data: bytes) -> int:
    return abs(len(data) - TARGET)


def _encoded(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, subsampling=0)
    return out.getvalue()


def _batch(base: bytes, chunk: int) -> list[Sent]:
    """As many photos, each with a comment of its own and so another."""
    return [_sent(base[:2] + b"\xff\xfe\x00\x12" + os.urandom(16) + base[2:], chunk) for _ in range(PHOTOS)]


def _sent(data: bytes, chunk: int) -> Sent:
    pieces = ((at, data[at : at + chunk]) for at in range(0, len(data), chunk))
    chunks = tuple((at, piece, _encoded64(hashlib.sha256(piece).digest())) for at, piece in pieces)
    return Sent(data, hashlib.sha256(data).hexdigest(), chunks)


def _encoded64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# -- sending -----------------------------------------------------------------------------------------------


def _send_ours(
    city: cities.City, address: str, visits: Iterator[UUID], batch: Callable[[], Sequence[Sent]]
) -> float:
    photos, visit = batch(), next(visits)
    return _spent(address, photos, partial(_upload, token=city.token, visit=visit))


def _send_bare(address: str, batch: Callable[[], Sequence[Sent]]) -> float:
    return _spent(address, batch(), partial(_put, urlsplit(address).path))


def _spent(
    address: str, photos: Sequence[Sent], send: Callable[[http.client.HTTPConnection, Sent], None]
) -> float:
    def work(mine: Sequence[Sent]) -> None:
        connection = http.client.HTTPConnection(str(urlsplit(address).netloc), timeout=60)
        for photo in mine:
            send(connection, photo)
        connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return seconds(lambda: list(pool.map(work, (photos[n::CONNECTIONS] for n in range(CONNECTIONS)))))


def _upload(connection: http.client.HTTPConnection, photo: Sent, token: str, visit: UUID) -> None:
    told = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {token}"}
    described = f"sha256 {_encoded64(photo.sha256.encode())},inspection {_encoded64(str(visit).encode())}"
    begun = told | {"Upload-Length": str(len(photo.data)), "Upload-Metadata": described}
    connection.request("POST", "/api/v1/photos/uploads", headers=begun)
    place = _answered(connection, 201).headers["Location"]
    for at, piece, digest in photo.chunks:
        chunk = told | {"Upload-Offset": str(at), "Upload-Checksum": f"sha256 {digest}"}
        connection.request("PATCH", place, piece, chunk | {"Content-Type": "application/offset+octet-stream"})
        _answered(connection, 204)


def _put(folder: str, connection: http.client.HTTPConnection, photo: Sent) -> None:
    for _, piece, _ in photo.chunks:
        connection.request("PUT", f"{folder}/{photo.sha256}", piece)
        _answered(connection, 200)


def _answered(connection: http.client.HTTPConnection, status: int) -> http.client.HTTPResponse:
    answer = connection.getresponse()
    answer.read()
    if answer.status != status:
        raise RuntimeError(f"answered {answer.status}, not {status}")
    return answer
