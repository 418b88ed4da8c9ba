"""Finding a line of the catalogue with as few keys as possible: by code, title, sound, English, or its group.

The rule stands in docs/search.md and is one of plain keys, so that a tablet without network, which holds
`Index.offline`, finds the same lines in the same order.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from forms.catalogue import CURRENT, Catalogue, DefectCode, Kind, Party, Phase, catalogue
from forms.sounds import TONES, Sounds, readings

Field = Literal["code", "title", "sound", "english", "group"]

MOST_TYPED = 100
VARIANTS = dict(zip("臺汙銲樑舖昇墻佔週鈎銹粘ü", "台污焊梁鋪升牆占周鉤鏽黏v", strict=True))
"""Two ways to write the same word; the catalogue has both of most."""

EXACT, PREFIX, TITLE, IN_TITLE, SOUND, IN_SOUND, ENGLISH, IN_ENGLISH, GROUP, NOWHERE = range(10)
"""How well a word fits a line, best first."""

_FIELDS: tuple[Field, ...] = (
    "code", "code", "title", "title", "sound", "sound", "english", "english", "group"
)  # fmt: skip
_TIERS = (0, 1, 2, 2, 2, 2, 2, 2, 3)
"""Within a tier the most used come first."""

_CODE = re.compile(r"[0-9]+(?:\.[0-9]+)*\.?")
_SEPARATORS = re.compile(r"[-/。]")
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the lines are narrowed to; None does not narrow. A party is the one deducted, or one deducted with it."""

    trade: str | None = None
    phase: Phase | None = None
    party: Party | None = None
    kind: Kind | None = None

    def takes(self, line: DefectCode) -> bool:
        """Whether a line is left; a group has neither phase nor party."""
        return (
            self.trade in (None, line.trade)
            and self.phase in (None, line.phase)
            and (self.party is None or self.party == line.party or self.party in line.also)
            and self.kind in (None, line.kind)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A line, and where the word that fits it least was found; None where nothing was typed."""

    line: DefectCode
    matched: Field | None


def plain(text: str) -> str:
    """One way of writing: no tone marks, half width, lower case, one of two variants."""
    for mark in TONES:
        text = text.replace(mark, "")
    text = unicodedata.normalize("NFKC", text).lower()
    return "".join(VARIANTS.get(each, each) for each in text)


def words(typed: str) -> tuple[str, ...]:
    """What was typed, as words to be found, each once; at most MOST_TYPED characters are read."""
    return tuple(dict.fromkeys(re.findall(r"[^ \t\r\n]+", plain(typed[:MOST_TYPED]))))


def short(code: str) -> str:
    """A code without the zeros before its numbers: 5.01.01 is 5.1.1."""
    return ".".join(part.lstrip("0") or part[:1] for part in code.split("."))


def ways(code: str) -> tuple[str, str, str, str]:
    """How a code is typed: as printed, without dots, without zeros, without both."""
    return code, code.replace(".", ""), short(code), short(code).replace(".", "")


class Index:
    """The keys of one revision's lines."""

    def __init__(self, lines: Catalogue) -> None:
        self.catalogue = lines
        self._titles = [plain(line.title) for line in lines.codes]
        self._english = [" " + _NO_LETTERS.sub(" ", plain(line.english)) for line in lines.codes]
        self._codes = [ways(line.code) for line in lines.codes]
        places = {line.code: at for at, line in enumerate(lines.codes)}
        self._parents = [places[line.parent] if line.parent else None for line in lines.codes]
        self.readings = readings(self._titles)
        self._sounds = Sounds([[*self._spoken(title)] for title in self._titles])
        self._fits = lru_cache(maxsize=4096)(self._fit)

    def _spoken(self, title: str) -> Iterator[tuple[str, ...]]:
        """The readings of each character that is spoken: letters and figures as themselves, no marks."""
        for each in title:
            if each in self.readings:
                yield self.readings[each]
            elif not _NO_LETTERS.fullmatch(each):
                yield (each,)

    def find(
        self, typed: str, narrowed: Narrowed | None = None, favour: Mapping[str, int] | None = None
    ) -> list[Found]:
        """Every line that fits all words of what was typed: the best first, then the most used, then as printed.

        `favour`: how much a code is used, by whatever measure the caller has; a code left out is not used.
        """
        used, takes, asked = favour or {}, (narrowed or Narrowed()).takes, words(typed)
        lines = self.catalogue.codes
        order = sorted(
            (_TIERS[fit], -used.get(lines[at].code, 0), fit, at)
            for at, fit in enumerate(self._least(asked))
            if fit != NOWHERE and takes(lines[at])
        )
        return [Found(lines[at], _FIELDS[fit] if asked else None) for _, _, fit, at in order]

    def _least(self, asked: tuple[str, ...]) -> bytes:
        """How well each line fits the word that fits it least."""
        if not asked:
            return bytes([TITLE]) * len(self._titles)
        fits = self._fits(asked[0])
        for word in asked[1:]:
            fits = bytes(map(max, fits, self._fits(word)))
        return fits

    def _fit(self, word: str) -> bytes:
        """How well each line fits a word, a number from EXACT to NOWHERE for each."""
        fits = bytearray([NOWHERE]) * len(self._titles)
        self._in_english(_NO_LETTERS.sub(" ", word).strip(), fits)
        for at, begins in self._sounds.find(word).items():
            fits[at] = SOUND if begins else IN_SOUND
        for at, title in enumerate(self._titles):
            if (place := title.find(word)) >= 0:
                fits[at] = IN_TITLE if place else TITLE
        if len(word) > 1:
            self._in_groups(fits)
        self._in_codes(_SEPARATORS.sub(".", word), fits)
        return bytes(fits)

    def _in_english(self, word: str, fits: bytearray) -> None:
        if not word:
            return
        for at, text in enumerate(self._english):
            if (place := text.find(f" {word}")) >= 0:
                fits[at] = IN_ENGLISH if place else ENGLISH

    def _in_groups(self, fits: bytearray) -> None:
        """A line that does not fit by itself does by a group above it; parents come before their children."""
        for at, parent in enumerate(self._parents):
            if fits[at] == NOWHERE and parent is not None and fits[parent] != NOWHERE:
                fits[at] = GROUP

    def _in_codes(self, word: str, fits: bytearray) -> None:
        if not _CODE.fullmatch(word):
            return
        brief = short(word)
        begin = f"{brief}." if word.rpartition(".")[2].startswith("0") else brief
        for at, (code, digits, least, fewest) in enumerate(self._codes):
            if word in (code, digits) or brief == least:
                fits[at] = EXACT
            elif least.startswith(begin) or any(each.startswith(word) for each in (code, digits, fewest)):
                fits[at] = PREFIX

    def offline(self) -> dict[str, Any]:
        """Everything a tablet needs to find the same: the lines in official order, and the keys."""
        return {
            "revision": self.catalogue.revision,
            "counts_from": self.catalogue.counts_from.isoformat(),
            "trades": {key: text._asdict() for key, text in self.catalogue.trades.items()},
            "codes": [told(line) for line in self.catalogue.codes],
            "keys": {
                "variants": VARIANTS,
                "readings": {each: " ".join(known) for each, known in self.readings.items()},
            },
        }


def told(line: DefectCode) -> dict[str, Any]:
    """A line as the API gives it."""
    return {
        "code": line.code,
        "parent": line.parent,
        "kind": line.kind,
        "allowed": list(line.allowed),
        "title": line.title,
        "english": line.english,
        "phase": line.phase,
        "trade": line.trade,
        "party": line.party,
        "also": list(line.also),
        "bears": line.bears,
        "points": line.points,
        "doubt": line.doubt,
    }


def index(revision: str = CURRENT) -> Index:
    """The index of a published revision, made once; UnknownRevision if it is not at hand."""
    return _made(revision)


@cache
def _made(revision: str) -> Index:
    return Index(catalogue(revision))
