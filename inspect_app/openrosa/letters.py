"""Which letters XML 1.0 knows."""

import re

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """A text without the letters that XML 1.0 forbids, not even escaped."""
    return _ILLEGAL.sub("", text)
