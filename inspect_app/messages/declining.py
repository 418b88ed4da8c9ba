"""Declining one kind of mail with one click and no sign-in (RFC 8058): a signed address that names person and kind."""

from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from inspect_app.core.settings import current_settings

PATH = "/notifications/decline/"
SALT = "chahe.decline-mail.1"


def path(user_id: UUID, kind: str) -> str:
    """The address of declining `kind`; it can do nothing else, and stays good as long as the secret key."""
    return PATH + _signer().dumps([user_id.hex, kind])


def read(signed: str) -> tuple[UUID, str] | None:
    """Person and kind of an address of ours, else None."""
    try:
        user_id, kind = _signer().loads(signed)
        return UUID(user_id), str(kind)
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_settings().secret_key, salt=SALT)
