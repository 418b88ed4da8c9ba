"""Reading what a page says, without a browser."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Element:
    """One start tag; an attribute without a value has the value ``""``."""

    tag: str
    attrs: dict[str, str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Element] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def elements(html: str) -> Iterator[Element]:
    """Start tags in the order of the page."""
    return iter(_read(html).found)


def text_of(html: str) -> str:
    """The words of the page, outer white space taken off."""
    return "".join(_read(html).texts).strip()


def ids_named(found: Iterable[Element]) -> Iterator[str]:
    """Every id another element points at."""
    for element in found:
        for key in ("for", "aria-describedby", "aria-labelledby"):
            yield from element.attrs.get(key, "").split()
        href = element.attrs.get("href", "")
        if element.tag == "a" and href.startswith("#"):
            yield href[1:]
