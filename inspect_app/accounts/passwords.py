"""Passwords: argon2id at a cost two cores can bear (docs/adr)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from inspect_app.core import processors

# 19 MiB, 2 passes, 1 lane: 17 ms where the library's default takes 108; sign-ins are limited besides.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def verify(password: str, password_hash: str | None) -> bool:
    """Whether they match; takes as long for an unknown person (None) as for a known one."""
    try:
        with processors.every():
            _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None
