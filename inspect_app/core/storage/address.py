"""Where objects go besides this machine: `s3://bucket/prefix?endpoint=…&region=…`, read from STORAGE_URL."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

DEFAULT_REGION = "us-east-1"
KNOWN = {"endpoint", "region"}
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
WORD = re.compile(r"[a-z0-9-]{1,40}")


class WrongAddress(ValueError):  # noqa: N818 - says what it is
    """The address cannot be used; says why, without quoting it."""


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket and a prefix in it; `endpoint` is empty for Amazon's own. Never a credential: those are AWS_*."""

    bucket: str
    prefix: str
    endpoint: str
    region: str

    def __str__(self) -> str:
        told = (
            f"?endpoint={self.endpoint}&region={self.region}" if self.endpoint else f"?region={self.region}"
        )
        return f"s3://{self.bucket}/{self.prefix}{told}"

    @property
    def is_plain(self) -> bool:
        """Whether it is spoken to without encryption."""
        return self.endpoint.startswith("http://")


def read(given: str) -> S3Address:
    """The address in an `s3://` URL; WrongAddress."""
    url = _split(given)
    if "@" in url.netloc:
        raise WrongAddress(
            "網址中不放帳密，請改用 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY（no credentials here）"
        )
    if not BUCKET.fullmatch(url.netloc):
        raise WrongAddress("s3:// 之後要是儲存桶名稱（a bucket's name）")
    query = parse_qs(url.query, keep_blank_values=True)
    if unknown := query.keys() - KNOWN:
        raise WrongAddress(f"不認得 {len(unknown)} 個參數；只有 endpoint 與 region（unknown parameters）")
    region = query.get("region", [DEFAULT_REGION])[-1]
    if not WORD.fullmatch(region):
        raise WrongAddress("region 要是小寫英數字與連字號（not a region）")
    endpoint = query.get("endpoint", [""])[-1].rstrip("/")
    _check_endpoint(_split(endpoint))
    return S3Address(url.netloc, unquote(url.path).strip("/"), endpoint, region)


def _split(given: str) -> SplitResult:
    """The parts of a URL whose host and port can be read."""
    try:
        url = urlsplit(given)
        _ = url.hostname, url.port
    except ValueError:
        raise WrongAddress("主機或連接埠寫錯了，例如括號不成對（no host and port can be read）") from None
    return url


def _check_endpoint(url: SplitResult) -> None:
    if not url.geturl():
        return
    if "@" in url.netloc or url.query or not url.hostname or url.scheme not in {"http", "https"}:
        raise WrongAddress("endpoint 要是 https://主機（an https address without credentials）")
    if url.scheme == "http" and not _is_loopback(url.hostname):
        raise WrongAddress("endpoint 不在本機時只能用 https（plain http is for this machine alone）")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
