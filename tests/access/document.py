"""docs/access.md from matrix.tsv: `python -m tests.access.document` writes it anew."""

from collections.abc import Iterator
from itertools import groupby

from inspect_app.core.settings import ROOT
from tests.access import matrix
from tests.access.actors import LABELS
from tests.access.matrix import Line

FILE = ROOT / "docs" / "access.md"

TOGETHER = (
    ("未登入、失效", ("anonymous", "dead")),
    *(
        (LABELS[name], (name,))
        for name in ("admin", "staff", "auditor", "leader", "tablet", "deputy", "member")
    ),
    ("他案領隊", ("other_leader",)),
    ("他案委員", ("other_member",)),
    *((LABELS[name], (name,)) for name in ("agency", "supervisor", "contractor", "pcm")),
    ("他案受查單位", ("other_agency", "other_supervisor", "other_contractor", "other_pcm")),
)
"""The columns of the document: those of the table, some of them in one."""

OBJECTS = {
    "absent": "不存在",
    "dead": "已停止的",
    "waiting": "等待寄送的",
    "withheld": "涉及未發文查核的",
    "planned": "已排定",
    "started": "已開始",
    "incomplete": "待補照片",
    "submitted": "已送出",
    "cancelled": "已取消",
    "issued": "已發文",
    "closed": "已結案",
    "found": "未發文",
    "open": "待改善",
    "answered": "已回復",
    "under_review": "審查中",
    "corrected": "已改善",
    "known": "存在",
    "leaders": "領隊的",
    "contractors": "承攬廠商的",
    "staffs": "工作人員的",
    "own": "本人",
    "member2": "他人",
    "unnamed": "尚無文件提到",
    "secret": "未發文查核的",
    "named": "已發文查核的",
    "correction": "改善回復的",
}

SIGNS = {401: "登", 403: "×", 404: "無", 409: "態", 422: "誤", 503: "停"}

HEAD = """# 誰能做什麼

本表由 `tests/access/matrix.tsv` 產生，每一格都以真實的應用程式與資料測試；請改該檔，再執行
`python -m tests.access.document`。新增網址而未在表中列出者，測試不通過。

| 記號 | 意義 |
|---|---|
| ○ | 可以 |
| 登 | 請先登入：程式得 401，頁面轉到登入頁；失效的權杖（到期、登出、離職、平板撤銷）相同 |
| × | 403：這個角色不能這樣做，不論對象是否存在 |
| 無 | 404：沒有，或不是您能知道的；兩者的回應逐位元組相同，送往資料庫的查詢也相同 |
| （無） | 404 或 403，但對象是本人已知的，說明因此不同 |
| 態 | 409：可以，但目前狀態不符 |
| 誤 | 422：可以，但這次送出的內容不符 |
| 停 | 503：測試時沒有背景程序 |

發文前的查核（已排定、已開始、待補照片、已送出、已取消）只有工作人員與本次查核的領隊、委員知道（作業辦法第 13 條）；
對其他人，任何清單、頁面、檔案、標頭與統計數字在有無這次查核時完全相同。
"""


def render() -> str:
    """The whole document."""
    sections = groupby(matrix.lines(), lambda line: line.section)
    return HEAD + "".join(_section(name, list(lines)) for name, lines in sections)


def _section(name: str, lines: list[Line]) -> str:
    heads = ["做什麼", "網址", "對象", *(label for label, _ in TOGETHER)]
    rows = [heads, ["---"] * len(heads), *(_row(line) for line in lines)]
    return f"\n## {name}\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(line: Line) -> list[str]:
    objects = "、".join(OBJECTS[name] for name in line.objects) or "－"
    return [line.what, f"`{line.route}`", objects, *_cells(line)]


def _cells(line: Line) -> Iterator[str]:
    for _, columns in TOGETHER:
        yield "／".join(dict.fromkeys(_sign(line, column) for column in columns))


def _sign(line: Line, column: str) -> str:
    status = line.status(column)
    if column in ("anonymous", "dead") and status == 302:
        return SIGNS[401]
    sign = SIGNS.get(status, "○")
    return f"（{sign}）" if line.is_known(column) else sign


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
