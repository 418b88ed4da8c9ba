"""What a sheet makes of the catalogue: a new revision, or the official words of one we have. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from forms.catalogue import MAX_TITLE, NOT_AVAILABLE, Catalogue, DefectCode
from forms.differences import Differences, between
from forms.text import Text
from inspect_app.catalogue.sheet_types import Line, Refusal, Sheet

NO_ENGLISH = "No English title"
"""What a code known from an official sheet alone is called in English."""

MANY = 10
"""One in so many: more codes are not withdrawn by accident."""

_STOPS = "。；;，,、：:（("


@dataclass(frozen=True, slots=True)
class Known:
    """A revision there is, with its official words by code as far as they are known."""

    catalogue: Catalogue
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A revision as the sheet would have it, beside the one before it; `refused` in the order of the file.

    `wordings` are the official words by code; `outdated` the codes whose title was made for other words.
    `is_complete`: what is written is a whole revision, not words for one that is published.
    """

    earlier: Catalogue
    words_before: Mapping[str, str]
    catalogue: Catalogue
    wordings: Mapping[str, str]
    outdated: frozenset[str]
    refused: tuple[Refusal, ...]
    is_complete: bool

    @property
    def is_writable(self) -> bool:
        """Nothing is left out: a row left out would withdraw its code, or be missing among the words."""
        return bool(self.wordings) and not self.refused

    @property
    def new_words(self) -> dict[str, str]:
        """The words that are not stored yet."""
        stored = () if self.is_complete else self.words_before
        return {code: words for code, words in self.wordings.items() if code not in stored}

    @property
    def withdraws_many(self) -> bool:
        return len(self.differences.withdrawn) * MANY > len(self.earlier.codes)

    @property
    def differences(self) -> Differences:
        return between(self.earlier, self.catalogue, (self.words_before, self.wordings))


def words_for(sheet: Sheet, published: Known) -> Proposal:
    """The official words of a published revision: its codes, points and words stand, and rows that differ are refused."""
    known, refused = published.catalogue, list(sheet.refused)
    wordings: dict[str, str] = {}
    for line in sheet.lines:
        if reason := _against_published(line, published):
            refused.append(Refusal(line.line, "", f"{line.code} {reason}"))
        else:
            wordings[line.code] = line.wording
    return Proposal(
        known, published.words, known, wordings, frozenset(), tuple(sorted(refused)), is_complete=False
    )


def _against_published(line: Line, published: Known) -> str:
    """Why a line cannot give words to a published revision; "" if it can."""
    name = published.catalogue.revision
    if not published.catalogue.knows(line.code):
        return f"不在已公布的 {name}；{_ELSEWHERE}"
    if (points := published.catalogue.get(line.code).points) != line.points:
        return f"在已公布的 {name} 扣點為 {points or '無'}，這裡是 {line.points or '無'}；{_ELSEWHERE}"
    if published.words.get(line.code, line.wording) != line.wording:
        return f"在 {name} 已有另一段公告文字，不會更改；{_ELSEWHERE}"
    return ""


_ELSEWHERE = "請用新的版次編號匯入，或先刪去這一列。"


def revision(sheet: Sheet, name: str, counts_from: date, known: Sequence[Known]) -> Proposal:
    """The sheet as a revision of its own: titles and our classification carried over, for each code from the first
    of `known` that has it. The first of all is the one before, with which it is compared.
    """
    past = _Past(known)
    building = _Building(sheet, name, past)
    lines = building.lines()
    catalogue = Catalogue(name, counts_from, tuple(lines), past.trades)
    wordings = {line.code: line.wording for line in sheet.lines if catalogue.knows(line.code)}
    outdated = frozenset(
        code
        for code, words in wordings.items()
        if past.words.get(code, words) != words and catalogue.get(code).title == past.lines[code].title
    )
    refused = tuple(sorted((*sheet.refused, *building.refused)))
    before = known[0]
    return Proposal(before.catalogue, before.words, catalogue, wordings, outdated, refused, is_complete=True)


def short_title(wording: str) -> str:
    """A title cut from official words: its first clauses, at most MAX_TITLE characters."""
    wording = wording.rstrip(_STOPS) or wording
    if len(wording) <= MAX_TITLE:
        return wording
    cut = max((wording.rfind(stop, 0, MAX_TITLE + 1) for stop in _STOPS), default=-1)
    return wording[:cut] if cut >= MAX_TITLE // 3 else f"{wording[: MAX_TITLE - 1]}…"


class _Past:
    """What is known of each code: its line and words in the first revision that has them."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.lines: dict[str, DefectCode] = {}
        self.words: dict[str, str] = {}
        trades: dict[str, Text] = {}
        for each in known:
            self.lines = {**each.catalogue.by_code, **self.lines}
            self.words = {**each.words, **self.words}
            trades |= {key: names for key, names in each.catalogue.trades.items() if key not in trades}
        self.trades: Mapping[str, Text] = MappingProxyType(trades)


@dataclass
class _Building:
    """The lines of a new revision in official order, and the rows that cannot be part of it."""

    sheet: Sheet
    name: str
    past: _Past
    refused: list[Refusal] = field(default_factory=list)

    def lines(self) -> list[DefectCode]:
        found: dict[str, DefectCode] = {}
        parents = {line.parent for line in self.sheet.lines}
        for line in sorted(self.sheet.lines, key=lambda each: _order(each.code)):
            found |= {group.code: group for group in self._carried(line, found)}
            reason = self._against(line, found, has_children=line.code in parents)
            if reason:
                self.refused.append(Refusal(line.line, "", f"{line.code} {reason}"))
            else:
                found[line.code] = self._made(line, is_group=self._is_group(line, parents))
        return [found[code] for code in sorted(found, key=_order)]

    def _carried(self, line: Line, found: Mapping[str, DefectCode]) -> Iterator[DefectCode]:
        """The groups above a line that the sheet leaves out but an earlier revision has."""
        told = {each.code for each in self.sheet.lines}
        for code in _above(line.code):
            if code not in found and code not in told and self._was(code) == "group":
                yield replace(self.past.lines[code], edition=self.name)

    def _against(self, line: Line, found: Mapping[str, DefectCode], *, has_children: bool) -> str:
        """Why a line cannot stand where it stands; "" if it can."""
        if line.parent is not None and line.parent not in found:
            return f"的上層 {line.parent} 不在檔案中（或已被退回），前一版也沒有；請補上該列。"
        if not line.points and not has_children and not self._kind_without_points(line):
            return "沒有扣點，也沒有下層，看不出是缺失還是分類；請補扣點。"
        return ""

    def _is_group(self, line: Line, parents: set[str | None]) -> bool:
        """Without points, and no item before. With points it is an item, also where further items stand below it."""
        if line.points:
            return False
        return (self._kind_without_points(line) or ("group" if line.code in parents else "")) == "group"

    def _kind_without_points(self, line: Line) -> str | None:
        """What a line without points is: as before, else as all beside it are; None if that tells nothing."""
        if (before := self._was(line.code)) is not None:
            return before
        beside = {each.kind for each in self.past.lines.values() if each.parent == line.parent}
        return "group" if beside == {"group"} and line.parent is not None else None

    def _was(self, code: str) -> str | None:
        return self.past.lines[code].kind if code in self.past.lines else None

    def _made(self, line: Line, *, is_group: bool) -> DefectCode:
        kind = "group" if is_group else "item"
        if self._was(line.code) == kind:
            before = replace(self.past.lines[line.code], points=line.points, edition=self.name, doubt="")
            if before.title != NOT_AVAILABLE:
                return before
            return replace(before, title=short_title(line.wording), english=NO_ENGLISH)
        like = _likeness(self.past.lines.values(), line.code)
        made = DefectCode(
            line.code,
            line.parent,
            "group",
            line.points,
            short_title(line.wording),
            NO_ENGLISH,
            like.trade,
            edition=self.name,
        )
        return made if is_group else replace(made, kind="item", phase=like.phase, party=like.party)


def _likeness(lines: Collection[DefectCode], code: str) -> DefectCode:
    """An item of the kind most common below a code, else among its neighbours, for its trade, phase and party."""
    items = [each for each in lines if each.kind == "item"]
    for above in (code, *_above(code)[::-1], ""):
        if near := [each for each in items if each.code.startswith(f"{above}." if above else "")]:
            return _most_common(near)
    raise ValueError("a catalogue without items has no neighbours")


def _most_common(items: Iterable[DefectCode]) -> DefectCode:
    by_class = {(each.trade, each.phase, each.party): each for each in items}
    counted = Counter((each.trade, each.phase, each.party) for each in items)
    return by_class[counted.most_common(1)[0][0]]


def _above(code: str) -> list[str]:
    """The codes above one, the outermost first."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _order(code: str) -> tuple[int, ...]:
    return tuple(map(int, code.split(".")))
