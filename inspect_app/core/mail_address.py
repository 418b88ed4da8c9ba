"""Where mail goes and in whose name: SMTP_URL, MAIL_FROM and PUBLIC_URL, read from text."""

import re
import ssl
from dataclasses import dataclass, field
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from ipaddress import ip_address
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

STARTTLS, TLS, PLAIN = "starttls", "tls", "none"
PORTS = {"smtp": 587, "smtps": 465}
KNOWN = {"tls", "timeout", "ca"}
DEFAULT_TIMEOUT_S, LONGEST_TIMEOUT_S = 30, 600
LONGEST_DOMAIN = 70
"""A Message-ID with it still has room in its column."""
DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class WrongMailAddress(ValueError):  # noqa: N818 - says what it is
    """The value cannot be used; says why, without quoting it: it may hold a password."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The SMTP server mails are handed to. `security` is `starttls`, `tls` or `none`; `ca` one more root to trust."""

    host: str
    port: int
    security: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    timeout_s: int = DEFAULT_TIMEOUT_S
    ca: Path | None = None

    def __str__(self) -> str:
        """Without user and password."""
        scheme = "smtps" if self.security == TLS else "smtp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}" + ("?tls=none" if self.security == PLAIN else "")


def server(given: str, *, production: bool) -> MailServer:
    """The server in an `smtp://` or `smtps://` URL; WrongMailAddress."""
    url = _split(given)
    if url.scheme not in PORTS or not url.hostname or url.path not in {"", "/"} or url.fragment:
        raise WrongMailAddress("要是 smtp://帳號:密碼@主機:587 或 smtps://…:465（not an SMTP address）")
    options = parse_qs(url.query, keep_blank_values=True)
    if options.keys() - KNOWN:
        raise WrongMailAddress("只認得參數 tls、timeout 與 ca（unknown parameters）")
    security = _security(url, options.get("tls", [""])[-1], production=production)
    return MailServer(
        host=url.hostname,
        port=url.port or PORTS[url.scheme],
        security=security,
        **_credentials(url),
        timeout_s=_timeout(options.get("timeout", [str(DEFAULT_TIMEOUT_S)])[-1]),
        ca=_root(options["ca"][-1]) if "ca" in options else None,
    )


def sender(given: str) -> Address:
    """`ADDRESS` or `Name <ADDRESS>`; the address in ASCII, its domain short enough for a Message-ID."""
    address = _address(given)
    fits = address.addr_spec.isascii() and DOMAIN.fullmatch(address.domain)
    if not address.username or not fits or len(address.domain) > LONGEST_DOMAIN:
        raise WrongMailAddress(
            "信箱要是英文，網域至多 70 字（not a mail address in ASCII, or its domain is long）"
        )
    return address


def _address(given: str) -> Address:
    """The one address in a header's text."""
    wrong = WrongMailAddress(
        "要是 信箱 或 名稱 <信箱>，例：查核小組 <chahe@city.example>（not a mail address）"
    )
    if CONTROL.search(given):
        raise wrong
    try:
        found = policy.default.header_factory("From", given)
    except (HeaderParseError, ValueError, IndexError):
        raise wrong from None
    if len(found.addresses) != 1 or found.defects:
        raise wrong
    return cast(Address, found.addresses[0])


def public(given: str, *, production: bool) -> str:
    """The base of links, without a slash at the end: https, or http outside production and on this machine."""
    url = _split(given)
    extra = "@" in url.netloc or url.query or url.fragment
    if url.scheme not in {"http", "https"} or not url.hostname or extra or CONTROL.search(given):
        raise WrongMailAddress("要是 https://主機（an address of web pages, without credentials or query）")
    if url.scheme == "http" and production and not _is_loopback(url.hostname):
        raise WrongMailAddress("正式環境只能用 https（https in production）")
    return given.rstrip("/")


def _split(given: str) -> SplitResult:
    try:
        url = urlsplit(given)
        _ = url.hostname, url.port
    except ValueError:
        raise WrongMailAddress("主機或連接埠寫錯了，例如括號不成對（no host and port can be read）") from None
    return url


def _security(url: SplitResult, asked: str, *, production: bool) -> str:
    if url.scheme == "smtps":
        if asked:
            raise WrongMailAddress("smtps:// 一律加密，不用 tls 參數（smtps is always encrypted）")
        return TLS
    if asked not in {"", STARTTLS, PLAIN}:
        raise WrongMailAddress("tls 只能是 starttls 或 none（neither of these）")
    if asked == PLAIN and production and not _is_loopback(url.hostname or ""):
        raise WrongMailAddress("正式環境中 tls=none 只能用於本機（plain SMTP is for this machine alone）")
    return asked or STARTTLS


def _credentials(url: SplitResult) -> dict[str, str]:
    """User and password, decoded; both or neither."""
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if bool(user) != bool(password):
        raise WrongMailAddress("帳號與密碼要一起給，特殊字元以 %XX 表示（user and password, or neither）")
    if CONTROL.search(user + password):
        raise WrongMailAddress("帳號或密碼含有控制字元（control characters in user or password）")
    return {"user": user, "password": password}


def _timeout(given: str) -> int:
    if given.isascii() and given.isdigit() and 1 <= int(given) <= LONGEST_TIMEOUT_S:
        return int(given)
    raise WrongMailAddress(f"timeout 要是 1 到 {LONGEST_TIMEOUT_S} 秒的整數（whole seconds）")


def _root(given: str) -> Path:
    """A file of certificates that can be read now, so that a wrong one stops the start."""
    try:
        ssl.create_default_context().load_verify_locations(given)
    except (OSError, ValueError):
        raise WrongMailAddress("ca 要是讀得到的 PEM 憑證檔（not a readable file of certificates）") from None
    return Path(given).absolute()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
