"""Words in two languages."""

from typing import NamedTuple


class Text(NamedTuple):
    """The same words in Traditional Chinese and in English; the English of an old version may be empty."""

    zh: str
    en: str = ""
