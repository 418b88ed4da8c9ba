"""The run itself: photos to send, clients that send them, a server that is killed, and what is there afterwards."""

import io
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from PIL import Image
from sqlalchemy import select

from inspect_app.core.audit import AuditEvent
from inspect_app.core.settings import ROOT
from inspect_app.photos.models import Photo, PhotoReceipt
from tests.api.photo_samples import TUS, described, sha
from tests.concurrency.arena import Arena
from tests.concurrency.chaos.proxy import CUTS, SHORT, TWICE, Proxy, proxied
from tests.inspections_builders import Visit, expect
from tests.npm.install import node

CLIENTS = {
    "tus-js-client": lambda: [node(), str(Path(__file__).with_name("tablet.mjs"))],
    "tuspy": lambda: [sys.executable, "-m", "tests.concurrency.chaos.tablet"],
}
SENDERS = ("leader", "member1")
VISITS = 4
AT_ONCE = 6
TRIES = 200
STALL_MS = 8000
PATIENCE_S = 600
SHARED, RIVALS, BIG = 0.04, 0.02, 0.008
"""Of all uploads: sent by both clients at once, met by other bytes besides, and of about 3 MB."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photo to send, by whom and how."""

    name: str
    data: bytes
    visit: str
    sender: str
    how: dict[str, Any]

    @property
    def sha256(self) -> str:
        return sha(self.data)


@dataclass
class Run:
    """Everything that one run does and sees."""

    arena: Arena
    seed: int
    kills: int
    photos: list[Photograph] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)
    restarts: int = 0
    turn: threading.Condition = field(default_factory=threading.Condition)

    @property
    def chance(self) -> random.Random:
        return random.Random(self.seed)  # noqa: S311 - repeatable, not secret


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one client's uploads; `spoiled`: refused at the end, for the bytes were not the photo's."""

    client: str
    uploads: int
    cuts: int
    shortened: int
    duplicated: int
    retries: int
    spoiled: int
    restarts: int
    lost: int
    doubled: int
    wrong: int


def run(
    arena: Arena, folder: Path, *, uploads: int, seed: int, kills: int
) -> tuple[list[Row], Proxy, list[Any]]:
    """Send everything through the bad network; the rows of the table, the proxy, and what gave up."""
    this = Run(arena, seed, kills)
    this.photos = list(_photographs(this, uploads))
    with proxied(arena.server.port, seed) as proxy, _dying(this):
        processes = [_client(this, name, proxy, folder) for name in CLIENTS]
        for process in processes:
            _input(process).write("go\n")
            _input(process).flush()
        readers = [threading.Thread(target=_listen, args=(this, process)) for process in processes]
        for reader in readers:
            reader.start()
        for process, reader in zip(processes, readers, strict=True):
            _wait(process, reader)
    return _rows(this, proxy), proxy, [each for each in this.done if not each["ok"]]


def table(rows: Sequence[Row]) -> str:
    """The rows as text, with their sum."""
    names = list(Row.__slots__)
    numbers = [[getattr(row, name) for name in names[1:]] for row in rows]
    cells = [names, *([row.client, *given] for row, given in zip(rows, numbers, strict=True))]
    summed = [sum(column) for column in zip(*numbers, strict=True)]
    summed[names.index("restarts") - 1] = rows[0].restarts
    cells.append(["all", *summed])
    return "\n".join("  ".join([f"{row[0]!s:<14}", *(f"{cell!s:>10}" for cell in row[1:])]) for row in cells)


# -- photos ------------------------------------------------------------------------------------------------


def _photographs(run: Run, uploads: int) -> Iterator[Photograph]:
    chance = run.chance
    visits = [str(Visit.started(run.arena.as_user, run.arena.people).id) for _ in range(VISITS)]
    small, big = [_picture(chance, 160 + 40 * n) for n in range(12)], _picture(chance, 1500)
    for number in range(uploads):
        kind = _kind(number / uploads, number)
        base = big if chance.random() < BIG or number == uploads // 2 else chance.choice(small)
        how = _way(chance, 2**20 if base is big else chance.choice((20_000, 60_000, 2**20)))
        if kind not in CLIENTS:  # so that several have the time to meet
            base, how = small[-1], how | {"chunk": 8_000}
        data = _commented(base, f"{run.seed}-{number}")
        yield Photograph(f"{kind}-{number}", data, chance.choice(visits), chance.choice(SENDERS), how)


def _way(chance: random.Random, chunk: int) -> dict[str, Any]:
    return {
        "chunk": chunk,
        "checksum": chance.random() < 0.5,
        "duringCreation": chance.random() < 0.5,
        "override": chance.random() < 0.1,
    }


def _kind(at: float, number: int) -> str:
    if at < SHARED:
        return "rivalled" if at < RIVALS else "shared"
    return list(CLIENTS)[number % 2]


def _picture(chance: random.Random, height: int) -> bytes:
    """Noise as a JPEG, 20 to 200 kB at heights of 160 to 600; about 3 MB at 1500."""
    size = (height * 4 // 3, height)
    out = io.BytesIO()
    Image.frombytes("L", size, chance.randbytes(size[0] * size[1])).convert("RGB").save(
        out, "JPEG", quality=chance.randint(74, 80)
    )
    return out.getvalue()


def _commented(picture: bytes, text: str) -> bytes:
    """The picture with a comment of its own: other bytes, and so another photo."""
    note = text.encode()
    return picture[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + picture[2:]


# -- clients and the server's deaths -----------------------------------------------------------------------


def _client(run: Run, name: str, proxy: Proxy, folder: Path) -> "subprocess.Popen[str]":
    """A client's process, about to send its own photos and those that both send."""
    path = folder / f"{name}.json"
    endpoint = f"http://127.0.0.1:{proxy.port}/api/v1/photos/uploads"
    jobs = [job for photo in run.photos for job in _jobs(run, name, photo, folder)]
    for job in jobs:
        job["url"] = job["url"] and f"http://127.0.0.1:{proxy.port}{job['url']}"
    told = {"endpoint": endpoint, "jobs": jobs, "atOnce": AT_ONCE, "tries": TRIES, "stallMs": STALL_MS}
    path.write_text(json.dumps(told), encoding="utf-8")
    command = [*CLIENTS[name](), str(path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"NO_PROXY": "*"}, **pipes)


def _jobs(run: Run, client: str, photo: Photograph, folder: Path) -> Iterator[dict[str, Any]]:
    kind = photo.name.rpartition("-")[0]
    if kind in CLIENTS and kind != client:
        return
    path, known = folder / photo.name, folder / f"{photo.name}.url"
    if not path.exists():
        path.write_bytes(photo.data)
        if kind not in CLIENTS:
            known.write_text(_begun(run, photo), encoding="ascii")
    job = {"name": photo.name, "path": str(path), "sha256": photo.sha256, "inspection": photo.visit}
    job |= {"token": run.arena.tokens[photo.sender], "rival": False, **photo.how}
    job["url"] = known.read_text(encoding="ascii") if known.exists() else None
    yield job
    if kind == "rivalled" and client == "tuspy":
        yield job | {"rival": True, "name": f"{photo.name}-rival"}


def _begun(run: Run, photo: Photograph) -> str:
    """An upload begun beside the proxy, for both clients to go on with."""
    told = {
        "Upload-Length": str(len(photo.data)),
        "Upload-Metadata": described(sha256=photo.sha256, inspection=photo.visit),
    }
    api = run.arena.as_user(photo.sender)
    return expect(api.send("POST", "/photos/uploads", headers=TUS | told), 201).headers["Location"]


def _listen(run: Run, process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        with run.turn:
            run.done.append(json.loads(line))
            run.turn.notify_all()


def _input(process: "subprocess.Popen[str]") -> IO[str]:
    assert process.stdin is not None
    return process.stdin


def _wait(process: "subprocess.Popen[str]", reader: threading.Thread) -> None:
    try:
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        reader.join()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


@contextmanager
def _dying(run: Run) -> Iterator[None]:
    """Meanwhile the server is killed and started again, each time that so many uploads are done."""
    over = threading.Event()
    killer = threading.Thread(target=_kill, args=(run, over))
    killer.start()
    try:
        yield
    finally:
        over.set()
        with run.turn:
            run.turn.notify_all()
        killer.join()


def _kill(run: Run, over: threading.Event) -> None:
    chance = run.chance
    for number in range(1, run.kills + 1):
        wanted = len(run.photos) * number // (run.kills + 1)
        with run.turn:
            run.turn.wait_for(lambda wanted=wanted: len(run.done) >= wanted or over.is_set(), PATIENCE_S)
        if over.is_set():
            return
        run.arena.server.kill()
        run.restarts += 1
        time.sleep(chance.uniform(0.05, 0.4))
        run.arena.server.start()


# -- what is there afterwards ------------------------------------------------------------------------------


def _rows(run: Run, proxy: Proxy) -> list[Row]:
    with run.arena.looking() as current:
        receipts = Counter(current.execute(select(PhotoReceipt.sha256)).scalars())
        events = current.scalars(select(AuditEvent).where(AuditEvent.action == "photo.received"))
        told = Counter(str(event.detail["sha256"]) for event in events)
        known = set(current.scalars(select(Photo.sha256)))
    kinds = [*CLIENTS, "shared", "rivalled"]
    found = [_row(run, proxy, kind, receipts, told) for kind in kinds]
    strange = known - {photo.sha256 for photo in run.photos}
    return [*found, Row("never sent", 0, 0, 0, 0, 0, 0, run.restarts, 0, 0, len(strange))]


def _row(run: Run, proxy: Proxy, kind: str, receipts: Counter[str], told: Counter[str]) -> Row:
    mine = [photo for photo in run.photos if photo.name.startswith(f"{kind}-")]
    counts = proxy.seen["rival" if kind == "rivalled" else kind]
    return Row(
        kind,
        len(mine),
        sum(counts[fate] for fate in CUTS),
        sum(counts[fate] for fate in SHORT),
        sum(counts[fate] for fate in TWICE),
        sum(each["retries"] for each in run.done if each["name"].startswith(f"{kind}-")),
        sum(each.get("spoiled", 0) for each in run.done if each["name"].startswith(f"{kind}-")),
        run.restarts,
        sum(receipts[photo.sha256] == 0 for photo in mine),
        sum(receipts[photo.sha256] > 1 or told[photo.sha256] > 1 for photo in mine),
        sum(not _is_kept(run, photo) for photo in mine),
    )


def _is_kept(run: Run, photo: Photograph) -> bool:
    """Whether the storage and the API give back the very bytes."""
    path = run.arena.server.folder / "uploads" / "photos" / "original" / photo.sha256[:2] / photo.sha256
    read = run.arena.as_user(photo.sender).get(f"/photos/{photo.sha256}")
    return path.is_file() and path.read_bytes() == photo.data and read.data == photo.data
