"""The floor of an upload: a WSGI handler that writes a request's bytes to a file, hashes them, and waits for the disk.

The same server and the same durability, the file's and its name's; no account, no offset, no look at what it is.
`PUT /NAME` appends to the file of that name, in as many requests as a client likes. `PUT /decode/NAME` takes a photo
in one request and then does the least that any look at it must: a decode at half scale, encoded once.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PIL import Image

FOLDER = Path(os.environ["DATA_DIR"]) / "bare"
PIECE = 1 << 16
FOLDER.mkdir(parents=True, exist_ok=True)


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    digest, left, source = hashlib.sha256(), int(environ.get("CONTENT_LENGTH") or 0), environ["wsgi.input"]
    if left:
        path = FOLDER / environ["PATH_INFO"].rpartition("/")[2]
        with path.open("ab", buffering=0) as file:
            while left and (piece := source.read(min(PIECE, left))):
                digest.update(piece)
                file.write(piece)
                left -= len(piece)
            os.fsync(file.fileno())
        _sync(FOLDER)
        if environ["PATH_INFO"].startswith("/decode/"):
            _look(path)
    answer = digest.hexdigest().encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


def _look(path: Path) -> None:
    with Image.open(path) as image:
        image.draft("RGB", (image.width // 2, image.height // 2))
        image.load()
        image.save(io.BytesIO(), "JPEG", quality=80)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
