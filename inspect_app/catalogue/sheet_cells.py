"""What one cell of an official sheet means. Every reader raises CellError, which says what is right."""

import re
import unicodedata

from forms.errors import InvalidData
from forms.points import parse_points
from inspect_app.catalogue.sheet_types import Cell

MAX_WORDING = 1000

CODE = re.compile(r"[0-9](?:\.[0-9]{2}){0,3}")
_LED = re.compile(rf"({CODE.pattern})(?:[ :、]+|(?=[^\x00-\x7f]))(.+)")
_ALMOST = re.compile(r"[0-9]+(?:\.[0-9]*)*")
_POINTS = re.compile(r"[-±][1-9][0-9]?(?:,[-±][1-9][0-9]?)*|-[1-9][0-9]?~-[1-9][0-9]?")
_SIGNS = str.maketrans({**dict.fromkeys("−–—‐‑﹣", "-"), **dict.fromkeys("、;﹐", ","), "〜": "~", "∼": "~"})
_NONE = frozenset({"", "-", "--", "無", "/"})
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffd]"
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\xad"))
_BROKEN_LINE = re.compile(r"(?<=[^\x00-\x7f])[ \t]*\n[ \t]*(?=[^\x00-\x7f])")

_FORMULA = "是公式；請改貼為值。"
_UNUSABLE = "是日期、真假值或錯誤值；請把這一格設為文字後重新輸入。"
_AMBIGUOUS = (
    "存成數字 {text}，末尾的 0 已看不出來（例如 5.1 可能是 5.01 或 5.10）；請把這一格設為文字後重新輸入。"
)
_NOT_CODE = "「{text}」不是缺失編號；每一段兩位數，例如 5.01.01。"
_NOT_POINTS = "「{text}」不是扣點；應如 -1,-2、-1~-5 或 ±1,±2，沒有扣點則空白。"


class CellError(ValueError):
    """The cell cannot be what its column says; the message (zh-Hant) says what is right."""


def plain(cell: Cell) -> str:
    """A cell's text in one line, half-width, for comparison: of headers, codes and points."""
    return "".join(unicodedata.normalize("NFKC", cell.text).translate(_INVISIBLE).split())


def code(cell: Cell) -> tuple[str, str]:
    """The code, and the words that stand behind it in the same cell, as group headings have them; "" for none."""
    _require_text(cell)
    if cell.kind == "merged":
        raise CellError("是合併儲存格的一部分；請取消合併，每一列填一個編號。")
    text = plain(cell).rstrip(".")
    if CODE.fullmatch(text):
        return text, ""
    if cell.kind == "number":
        raise CellError(_AMBIGUOUS.format(text=text[:20]))
    spaced = " ".join(unicodedata.normalize("NFKC", cell.text).translate(_INVISIBLE).split())
    if led := _LED.fullmatch(spaced):
        return led[1], wording(Cell(led[2]))
    raise CellError(_NOT_CODE.format(text=text[:20]))


def is_like_a_code(cell: Cell) -> bool:
    """Whether somebody meant a code: digits and points, or a code with words behind it."""
    text = plain(cell).rstrip(".")
    return cell.kind != "text" or bool(text and (_ALMOST.fullmatch(text) or text[0].isdigit()))


def points(cell: Cell) -> str:
    """The points as the catalogue spells them ("-1,-2", "-1~-5", "±1,±2"); "" where none are printed."""
    _require_text(cell)
    text = plain(cell).translate(_SIGNS).removesuffix("點").rstrip(".")
    if text in _NONE:
        return ""
    if not _POINTS.fullmatch(text) or len(text) > 20:
        raise CellError(_NOT_POINTS.format(text=plain(cell)[:20]))
    try:
        allowed = parse_points(text)
    except InvalidData as error:
        raise CellError(_NOT_POINTS.format(text=text)) from error
    if not allowed or list(allowed) != sorted(set(allowed)):
        raise CellError(f"「{text}」的點數應由小到大，各寫一次。")
    return text


def wording(cell: Cell) -> str:
    """The official words, in one line; a line break between Chinese characters is none."""
    _require_text(cell)
    if cell.kind == "merged":
        raise CellError("是合併儲存格的一部分；請取消合併，每一列填一項。")
    text = unicodedata.normalize("NFC", cell.text.replace("_x000D_", "")).translate(_INVISIBLE)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _FORBIDDEN.search(text):
        raise CellError("含有控制字元或損壞的字；請刪除後重新輸入。")
    text = " ".join(_BROKEN_LINE.sub("", text).split())
    if len(text) > MAX_WORDING:
        raise CellError(f"超過 {MAX_WORDING} 字；請檢查是否貼了整份文件。")
    return text


def _require_text(cell: Cell) -> None:
    if cell.kind == "formula":
        raise CellError(_FORMULA)
    if cell.kind == "unusable":
        raise CellError(_UNUSABLE)
