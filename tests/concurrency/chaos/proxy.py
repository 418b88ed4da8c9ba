"""A bad network on loopback: it cuts, delays, shortens and repeats requests, in an order that a seed fixes.

The n-th request meets the n-th fate; which request that is, the clients' timing decides.
"""

import asyncio
import random
import socket
import struct
import threading
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

FATES = {
    "fair": 46,
    "slow": 10,
    "cut_body": 12,
    "cut_answer": 12,
    "truncated": 6,
    "shortened": 6,
    "twice_at_once": 6,
    "twice_in_turn": 6,
}
"""How often, of their sum, a request meets each.

`truncated` promises more bytes than it brings; `shortened` is a whole request that brings fewer than the client sent.
"""
CUTS = ("cut_body", "cut_answer")
SHORT = ("truncated", "shortened")
TWICE = ("twice_at_once", "twice_in_turn")
ANSWER_S = 40.0
HEAD = 1 << 16
LINGER_NONE = struct.pack("ii", 1, 0)
TABLET = "x-tablet"
"""The header in which a client says which one it is."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as its client sent it."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def length(self) -> int:
        return int(self.get("content-length") or 0)

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def told(self, name: str, value: str) -> "Request":
        """The same with another header's value."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*kept, (name, value)))

    def encoded(self) -> bytes:
        lines = [self.line, *(f"{key}: {value}" for key, value in self.headers)]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Fate:
    """What a request meets; `at` from 0 to 1: how far it gets, or which of two answers is told."""

    kind: str
    at: float
    pause_s: float


@dataclass
class Proxy:
    """Passes requests on to a port; `seen` counts, by client, fates and statuses."""

    target: int
    seed: int
    port: int = 0
    requests: int = 0
    seen: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def fate(self) -> Fate:
        chance = random.Random(f"{self.seed}-{self.requests}")  # noqa: S311 - repeatable, not secret
        self.requests += 1
        kind = chance.choices(list(FATES), list(FATES.values()))[0]
        return Fate(kind, chance.random(), chance.uniform(0.02, 0.25))

    def count(self, *names: str) -> int:
        return sum(told[name] for told in self.seen.values() for name in names)

    async def serve(self, started: "Future[Callable[[], object]]") -> None:
        """Until what `started` gives is called."""
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0, limit=HEAD)
        self.port = server.sockets[0].getsockname()[1]
        started.set_result(lambda: loop.call_soon_threadsafe(over.set))
        async with server:
            await over.wait()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _head(reader)
            fate = self.fate()
            wanted = int(request.length * fate.at) if fate.kind == "cut_body" else request.length
            request = replace(request, body=await reader.readexactly(wanted))
            await self._pass(request, fate, writer)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.seen["server"]["broken"] += 1
        finally:
            _abort(writer)

    async def _pass(self, request: Request, fate: Fate, client: asyncio.StreamWriter) -> None:
        way, kind = WAYS[fate.kind], fate.kind
        if kind in SHORT and not request.body:
            way, kind = _fair, "fair"
        self.seen[request.get(TABLET)][kind] += 1
        answer = await way(self, request.told("Connection", "close"), fate)
        if kind == "cut_answer":
            answer = answer[: int(len(answer) * fate.at)]
        else:
            self.seen[request.get(TABLET)][answer[9:12].decode()] += 1
        client.write(answer)
        await client.drain()
        if kind not in CUTS:
            client.close()
            await client.wait_closed()

    async def ask(self, request: bytes, *, half: bool = False) -> bytes:
        """Send it and return the whole answer; `half`: say that nothing more comes."""
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
            try:
                writer.write(request)
                await writer.drain()
                if half:
                    writer.write_eof()
                if not (answer := await reader.read()):
                    raise ConnectionResetError("the server ended without a word")
                return answer
            finally:
                _abort(writer)


async def _head(reader: asyncio.StreamReader) -> Request:
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = text[:-4].split("\r\n")
    pairs = (header.partition(":") for header in rest)
    return Request(line, tuple((key, value.strip()) for key, _, value in pairs))


def _abort(writer: asyncio.StreamWriter) -> None:
    """End a connection at once, as a lost network does; nothing when it is closed already."""
    raw: socket.socket | None = writer.get_extra_info("socket")
    with suppress(OSError):
        if raw is not None and not writer.is_closing():
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
    writer.transport.abort()


# -- the ways a request can go -----------------------------------------------------------------------------


async def _fair(proxy: Proxy, request: Request, fate: Fate) -> bytes:
    return await proxy.ask(request.encoded())


async def _slow(proxy: Proxy, request: Request, fate: Fate) -> bytes:
    await asyncio.sleep(fate.pause_s)
    answer = await proxy.ask(request.encoded())
    await asyncio.sleep(fate.pause_s)
    return answer


async def _cut_body(proxy: Proxy, request: Request, fate: Fate) -> bytes:
    """Bring the first part, then break both sides."""
    _, writer = await asyncio.open_connection("127.0.0.1", proxy.target)
    writer.write(request.encoded())
    await writer.drain()
    await asyncio.sleep(fate.pause_s)
    _abort(writer)
    return b""


async def _truncated(proxy: Proxy, request: Request, fate: Fate) -> bytes:
    part = replace(request, body=request.body[: int(len(request.body) * fate.at)])
    return await proxy.ask(part.encoded(), half=True)


async def _shortened(proxy: Proxy, request: Request, fate: Fate) -> bytes:
    part = request.body[: int(len(request.body) * fate.at)]
    return await proxy.ask(replace(request, body=part).told("Content-Length", str(len(part))).encoded())


async def _twice_at_once(proxy: Proxy, request: Request, fate: Fate) -> bytes:
    answers = await asyncio.gather(*(proxy.ask(request.encoded()) for _ in range(2)))
    return answers[fate.at < 0.5]


async def _twice_in_turn(proxy: Proxy, request: Request, fate: Fate) -> bytes:
    answers = [await proxy.ask(request.encoded()) for _ in range(2)]
    return answers[fate.at < 0.5]


WAYS: dict[str, Callable[[Proxy, Request, Fate], Awaitable[bytes]]] = {
    "fair": _fair,
    "slow": _slow,
    "cut_body": _cut_body,
    "cut_answer": _fair,
    "truncated": _truncated,
    "shortened": _shortened,
    "twice_at_once": _twice_at_once,
    "twice_in_turn": _twice_in_turn,
}


@contextmanager
def proxied(target: int, seed: int) -> Iterator[Proxy]:
    """A proxy before a port, in a thread of its own, until the block ends."""
    proxy, started = Proxy(target, seed), Future[Callable[[], object]]()
    thread = threading.Thread(target=lambda: asyncio.run(proxy.serve(started)), daemon=True)
    thread.start()
    end = started.result(10)
    try:
        yield proxy
    finally:
        end()
        thread.join(10)
