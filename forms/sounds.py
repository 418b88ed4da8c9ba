"""How Chinese characters are spoken: every reading, in pinyin and in 注音, without tones."""

from collections.abc import Iterable, Mapping, Sequence

TONES = "ˊˇˋ˙"
LONGEST = 6
"""Letters of the longest reading, such as `zhuang`."""

_TAIWAN = {
    "垃": ("le", "ㄌㄜ"),
    "圾": ("se", "ㄙㄜ"),
    "液": ("yi", "ㄧ"),
    "和": ("han", "ㄏㄢ"),
    "崖": ("yai", "ㄧㄞ"),
}
"""Readings usual in Taiwan that the library does not give."""


def readings(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every reading of each Chinese character in the texts, pinyin first; other characters are left out.

    The library takes a moment to import, so it is imported here and nowhere else.
    """
    from pypinyin import Style, pinyin

    known: dict[str, tuple[str, ...]] = {}
    for each in sorted(set("".join(texts))):
        latin, bopomofo = (
            pinyin(each, style=style, heteronym=True, errors="ignore")
            for style in (Style.NORMAL, Style.BOPOMOFO)
        )
        if latin:
            known[each] = tuple(dict.fromkeys(_spelt(each, latin[0], bopomofo[0])))
    return known


def _spelt(character: str, latin: Sequence[str], bopomofo: Sequence[str]) -> Iterable[str]:
    """ü is typed as v or as u."""
    local = _TAIWAN.get(character, ())
    for spelling in (*latin, *local[:1]):
        yield spelling
        yield spelling.replace("v", "u")
    for spelling in (*bopomofo, *local[1:]):
        yield "".join(letter for letter in spelling if letter not in TONES)


class Sounds:
    """Many titles, each a row of characters with their readings, searched at once.

    What is typed is cut into pieces, and each piece must begin a reading of one character, one after the other:
    `hnt`, `hunningtu`, `hunnt` and ㄏㄋㄊ all find 混凝土. A place is a character of one title; sets of places are
    whole numbers with a bit for each, so that a step is one operation for all titles together.
    """

    def __init__(self, rows: Sequence[Sequence[Sequence[str]]]) -> None:
        """`rows`: of each title, of each of its characters, the readings."""
        self._begins: dict[str, int] = {}
        self._firsts: list[int] = []
        self._row_at: list[int] = []
        for number, row in enumerate(rows):
            self._firsts.append(len(self._row_at))
            for character in row:
                self._add(character, 1 << len(self._row_at))
                self._row_at.append(number)
            self._row_at.append(number)  # a place that nothing begins: no match runs on into the next title

    def _add(self, character: Sequence[str], place: int) -> None:
        for piece in {spelling[:end] for spelling in character for end in range(1, len(spelling) + 1)}:
            self._begins[piece] = self._begins.get(piece, 0) | place

    def find(self, typed: str) -> Mapping[int, bool]:
        """The titles in which the sound occurs, by their number; whether they begin with it."""
        bits = f"{self._places(typed):b}"[::-1]
        found: dict[int, bool] = {}
        place = bits.find("1")
        while place >= 0:
            number = self._row_at[place]
            found[number] = place == self._firsts[number]
            past = self._firsts[number + 1] if number + 1 < len(self._firsts) else len(bits)
            place = bits.find("1", past)
        return found

    def _places(self, typed: str) -> int:
        """The places where it begins: from its end, what each remainder can begin at."""
        follows = [0] * len(typed)
        for start in range(len(typed) - 1, -1, -1):
            for end in range(start + 1, min(len(typed), start + LONGEST) + 1):
                here = self._begins.get(typed[start:end], 0)
                follows[start] |= here if end == len(typed) else here & (follows[end] >> 1)
        return follows[0] if typed else 0
