"""The rows of an XLSForm: questions, choices and settings, each in two languages."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from forms.text import Text

CHINESE, ENGLISH = "中文 (zh)", "English (en)"
"""The languages as XLSForm names them; the first is shown unless the tablet is set to the other."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the survey sheet; what is empty has no cell. Expressions are XPath with `${name}`."""

    type: str
    name: str = ""
    label: Text | None = None
    hint: Text | None = None
    required: str = ""
    relevant: str = ""
    constraint: str = ""
    message: Text | None = None
    calculation: str = ""
    appearance: str = ""
    repeat_count: str = ""

    def cells(self) -> dict[str, str]:
        """Its cells by column."""
        plain = ("type", "name", "required", "relevant", "constraint", "calculation", "appearance")
        found = {key: getattr(self, key) for key in (*plain, "repeat_count")}
        words = {"label": self.label, "hint": self.hint, "constraint_message": self.message}
        found |= {key: text for name, words_ in words.items() for key, text in translated(name, words_)}
        return {key: text for key, text in found.items() if text}


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the choices sheet: one answer of the list it belongs to."""

    list_name: str
    name: str
    label: Text

    def cells(self) -> dict[str, str]:
        """Its cells by column."""
        return {"list_name": self.list_name, "name": self.name, **dict(translated("label", self.label))}


@dataclass(frozen=True, slots=True)
class Sheets:
    """A whole XLSForm; the version stands in the settings as text."""

    survey: tuple[Row, ...]
    choices: tuple[Option, ...]
    settings: dict[str, str] = field(hash=False)

    def tables(self) -> dict[str, list[dict[str, str]]]:
        """The three sheets by name, as rows of cells."""
        return {
            "survey": [row.cells() for row in self.survey],
            "choices": [option.cells() for option in self.choices],
            "settings": [self.settings],
        }

    def columns(self) -> dict[str, list[str]]:
        """The heads of the three sheets, each column where it is first used."""
        return {
            name: list(dict.fromkeys(column for row in rows for column in row))
            for name, rows in self.tables().items()
        }


def translated(column: str, words: Text | None) -> Iterator[tuple[str, str]]:
    """A column's cells in both languages; what has no English says it in Chinese."""
    if words is not None:
        yield f"{column}::{CHINESE}", words.zh
        yield f"{column}::{ENGLISH}", words.en or words.zh


def group(name: str, label: Text, *rows: Row, relevant: str = "", appearance: str = "") -> Iterator[Row]:
    """Rows that stand together."""
    yield Row("begin_group", name, label, relevant=relevant, appearance=appearance)
    yield from rows
    yield Row("end_group")


def repeat(name: str, label: Text, *rows: Row, relevant: str = "", count: str = "") -> Iterator[Row]:
    """Rows that may be answered several times, or `count` times."""
    yield Row("begin_repeat", name, label, relevant=relevant, repeat_count=count)
    yield from rows
    yield Row("end_repeat")


def several(name: str, another: str, first: str, label: Text) -> Iterator[Row]:
    """Further photos, once the first is there."""
    yield from repeat(name, label, Row("image", another, label), relevant=f"${{{first}}} != ''")
