"""Signed addresses of pictures (限時網址): good for minutes, for one photo, size and reader, and without a cookie.

An address names the credential it was made with, and whether that still counts and still may read the photo is asked
again at every use: who signs out, is locked out or leaves the team is refused at once, not only when it runs out.
Its end is rounded to a window, so that a page shown twice names the same addresses and the browser keeps the
pictures. Signing and checking use the same server clock; machines that share a secret should agree to the second.
A new SECRET_KEY ends every address; pages then simply make new ones.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import url_for
from itsdangerous import BadSignature, URLSafeSerializer

from inspect_app.accounts import service as accounts
from inspect_app.core import clock
from inspect_app.core.auth import Actor, current_actor
from inspect_app.core.database import session
from inspect_app.core.problems import NotFound
from inspect_app.core.settings import current_settings
from inspect_app.photos import queries

WINDOW = timedelta(minutes=3)
"""An address is good for one window to two."""

SALT = "chahe.photo-address.1"
REFUSED = "這個照片網址已失效；請回到原來的頁面重新載入。"


@dataclass(frozen=True, slots=True)
class Address:
    """A picture's signed address (path on this host) and when it ends."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good address stands for."""

    sha256: str
    size: str
    reader: Actor
    expires_at: datetime


def make(sha256: str, size: str, by: Actor) -> Address:
    """An address by which `by`, as he is signed in, may be shown the picture; his right is asked when it is used."""
    ends = _end_of_window(clock.now())
    word = _signer().dumps([sha256, queries.SIZES.index(size), by.credential_id.hex, ends])
    return Address(url_for("photo_access_api.at", signed=word), datetime.fromtimestamp(ends, UTC))


def image(sha256: str, size: str = queries.THUMB) -> str:
    """The address of a picture for a page's `<img>`, made for the reader of the page."""
    return make(sha256, size, current_actor()).url


def opened(word: str) -> Opened:
    """What an address stands for; NotFound, in the same words, whatever is wrong with it or its reader."""
    try:
        sha256, size, credential, ends = _signer().loads(word)
    except BadSignature as error:
        raise NotFound(REFUSED) from error
    now = clock.now()
    production = current_settings().is_production
    reader = accounts.holder(session(), UUID(credential), now, production=production)
    if ends <= now.timestamp() or reader is None or not reader.may("photos.read"):
        raise NotFound(REFUSED)
    return Opened(sha256, queries.SIZES[size], reader, datetime.fromtimestamp(ends, UTC))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_settings().secret_key, salt=SALT)


def _end_of_window(now: datetime) -> int:
    window = int(WINDOW.total_seconds())
    return (int(now.timestamp()) // window + 2) * window
