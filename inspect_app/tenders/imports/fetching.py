"""A list fetched from an address: only from hosts that the settings name, and never from inside this network."""

import hashlib
import ipaddress
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

import urllib3
from urllib3.exceptions import HTTPError

from inspect_app.core.delimited import MAX_BYTES
from inspect_app.core.settings import current_settings
from inspect_app.core.storage import storage
from inspect_app.tenders.imports.results import KIND

CONNECT_S, READ_S, WHOLE_S, TRIES = 10.0, 30.0, 300.0, 3
CHUNK = 1 << 16
SLOW = "{host} 沒有在時限內完整回應；稍後可再取得一次。"
TYPES = frozenset({"application/json", "text/json", "text/plain", "application/octet-stream"})
PORTS = {"http": 80, "https": 443}


class NotFetched(Exception):  # noqa: N818 - says what happened
    """An address from which nothing can be taken; `reason` (zh-Hant) says what to do next."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart: where to connect to, and what to ask for there."""

    scheme: str
    host: str
    port: int
    target: str
    address: str


def check(url: str) -> SplitResult:
    """An address whose host the settings name; NotFetched for any other. Looks nothing up."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise NotFetched("網址的寫法不正確；例：https://example.com/api/tender。") from error
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
        raise NotFetched("網址應以 https:// 或 http:// 開頭，且不含帳號密碼。")
    if not {parts.hostname, f"{parts.hostname}:{port}"} & set(current_settings().import_hosts):
        raise NotFetched(f"設定未允許連線到 {parts.hostname}；請系統管理者將它加入 IMPORT_HOSTS。")
    return parts


def fetch(url: str, import_id: UUID) -> tuple[int, str]:
    """Store what an address gives as an import's file; returns its size in bytes and SHA-256."""
    place = _resolved(check(url))
    digest, size, began = hashlib.sha256(), 0, time.perf_counter()
    with storage().incoming() as (part, file):
        for chunk in _answer(place):
            size += len(chunk)
            if size > MAX_BYTES:
                raise NotFetched(f"內容超過 {MAX_BYTES // 2**20} MiB，未取得；請縮小查詢範圍。")
            if time.perf_counter() - began > WHOLE_S:
                raise NotFetched(SLOW.format(host=place.host))
            digest.update(chunk)
            file.write(chunk)
        storage().keep(part, file, KIND, import_id.hex)
    return size, digest.hexdigest()


def _resolved(parts: SplitResult) -> Place:
    """The address is looked up once, and that is where we connect: it cannot change after it was judged."""
    host = parts.hostname or ""
    port = parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotFetched(f"查不到 {host} 的位址；請確認網址與網路。") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not _is_literal(host) and any(not ipaddress.ip_address(each).is_global for each in addresses):
        raise NotFetched(f"{host} 指向內部網路的位址，未連線；確實要用時，請將該 IP 位址列入 IMPORT_HOSTS。")
    target = parts.path or "/"
    return Place(parts.scheme, host, port, f"{target}?{parts.query}" if parts.query else target, addresses[0])


def _is_literal(host: str) -> bool:
    """Whether the settings' own words named the address itself, which then may be a private one."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _answer(place: Place) -> Iterator[bytes]:
    try:
        with _pool(place) as pool:
            yield from _body(pool, place)
    except HTTPError as error:
        raise NotFetched(SLOW.format(host=place.host)) from error


def _body(pool: urllib3.HTTPConnectionPool, place: Place) -> Iterator[bytes]:
    answer = pool.request(
        "GET", place.target, redirect=False, preload_content=False,
        headers={"Host": _host(place), "Accept": "application/json", "User-Agent": "chahe"},
    )  # fmt: skip
    try:
        _check_answer(answer, place)
        yield from answer.stream(CHUNK, decode_content=True)
    finally:
        answer.close()


def _host(place: Place) -> str:
    name = f"[{place.host}]" if ":" in place.host else place.host
    return name if place.port == PORTS[place.scheme] else f"{name}:{place.port}"


def _pool(place: Place) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
    retries = urllib3.Retry(TRIES - 1, redirect=False, backoff_factor=0.5)
    if place.scheme == "http":
        return urllib3.HTTPConnectionPool(place.address, place.port, timeout=timeout, retries=retries)
    return urllib3.HTTPSConnectionPool(
        place.address, place.port, timeout=timeout, retries=retries, cert_reqs="CERT_REQUIRED",
        assert_hostname=place.host, server_hostname=place.host,
    )  # fmt: skip


def _check_answer(answer: urllib3.BaseHTTPResponse, place: Place) -> None:
    if 300 <= answer.status < 400:
        raise NotFetched(f"{place.host} 要求轉到別處，未跟隨；請將來源的網址改為最後的位址。")
    if answer.status != 200:
        raise NotFetched(f"{place.host} 回應 {answer.status}；請確認網址，或稍後再取得一次。")
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise NotFetched(f"{place.host} 回應的不是 JSON（{kind[:40] or '未註明種類'}）；請確認網址。")
