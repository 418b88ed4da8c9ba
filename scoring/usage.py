"""What `--help` prints: each command in one line, in zh-Hant and in English; of one command, a request to begin with."""

COMMANDS = {
    "grade": ("委員評分與試驗結果 → 成績、等第", "members' marks and test results: score and grade"),
    "quota": ("標案與查核 → 法定件數、已辦、不足", "tenders and visits: required, done, short"),
    "penalty": ("缺失扣點 → 懲罰性違約金", "points deducted: the penalty of each party"),
    "deadline": (
        "紀錄送達、每月填報、季報 → 到期日",
        "record, monthly update, quarterly return: the day due",
    ),
    "filing": ("每月填報情形 → 如期、逾期、應稽催", "a month's updates: on time, late, to be chased"),
    "progress": ("預定與實際進度 → 落後件數、比率", "planned and actual progress: who is behind"),
    "priorities": ("標案狀況 → 優先查核的順序與理由", "facts of tenders: which to visit first, and why"),
    "draw": ("種子與權重 → 可重做的抽籤結果", "seed and weights: a draw that anyone can repeat"),
    "replay": ("先前的請求與結果 → 今日重算是否相同", "a stored request and result: does it still hold"),
}
EXAMPLES = {
    "grade": '{"inspected_on": "2024-05-01", "marks": [{"member": "甲", "total": 84}]}',
    "quota": '{"year": 2024, "tenders": [{"id": "甲", "budget_twd": 60000000}], '
    '"inspections": [{"tender": "甲", "on": "2024-05-01", "kind": "inspection"}]}',
    "penalty": '{"procurement_twd": 60000000, '
    '"deductions": [{"code": "5.01.01", "party": "contractor", "points": 2}]}',
    "deadline": '{"rule": "inspection_record", "from": "2026-02-10"}',
    "filing": '{"month": "2026-10", "as_of": "2026-11-07T00:00:00+08:00", '
    '"entries": [{"tender": "甲", "agency": "水利局", "filed_at": null}]}',
    "progress": '{"tenders": [{"id": "甲", "planned": "50.00", "actual": "44.90"}]}',
    "priorities": '{"as_of": "2026-11-23", "tenders": [{"id": "甲", "budget_twd": 60000000, "reports": 2}]}',
    "draw": '{"seed": "2026-11-23 公開抽籤 第一次", "count": 1, "tenders": [{"id": "甲", "weight": 3}, {"id": "乙"}]}',
    "replay": '{"command": "grade", "request": {"inspected_on": "2024-05-01", '
    '"marks": [{"member": "甲", "total": 84}]}, "result": {"score": 84}}',
}
LAW = {
    "law --on DATE": ("該日有效的規定與條次", "the rules in force on a day, with their articles"),
    "law --diff DATE DATE": ("兩日之間的變動", "what changed between two days"),
    "--group NAME": ("接在前兩者之後，只列一項", "after these: of one group only"),
}
OPTIONS = {
    "--lines": ("一行一筆，逐行回答", "one JSON object a line, answered line by line"),
    "--explain zh|en": (
        "加上逐步說明；zh 時錯誤也附中文",
        "adds sentences for the steps; with zh, to errors too",
    ),
    "--law DRAFT.yaml": ("以修正草案試算，可重複", "try a draft amendment; may be repeated"),
    "-h, --help": ("顯示本說明；接在命令之後則附範例", "print this help; after a command, an example of it"),
}


def text(command: str = "") -> str:
    """Return the help of a command, or the whole one when there is no such command; lines ended."""
    return "\n".join(_of(command) if command in COMMANDS else _lines()) + "\n"


def _of(command: str) -> list[str]:
    return [
        f"python -m scoring {command} [--lines] [--explain zh|en] [--law DRAFT.yaml]   < request.json",
        "",
        *COMMANDS[command],
        "",
        "例 Example",
        f"  echo '{EXAMPLES[command]}' | python -m scoring {command}",
        "",
        "欄位與說明 Fields and guide: docs/scoring.md",
    ]


def _lines() -> list[str]:
    return [
        "python -m scoring COMMAND [--lines] [--explain zh|en] [--law DRAFT.yaml]   < request.json",
        "python -m scoring law --on DATE | --diff DATE DATE [--group NAME]",
        "",
        "由標準輸入讀一個 JSON 物件，印出一個 JSON 物件，steps 逐步列出條次。輸入有誤時結束碼為 2。",
        "Reads one JSON object from standard input and prints one; its steps name the articles. Exit 2: bad input.",
        "",
        *_table("命令 Commands", COMMANDS),
        *_table("法規 Law", LAW),
        *_table("選項 Options", OPTIONS),
        "例 Example",
        f"  echo '{EXAMPLES['grade']}' | python -m scoring grade",
        "",
        "說明 Guide: docs/scoring.md",
    ]


def _table(title: str, rows: dict[str, tuple[str, str]]) -> list[str]:
    return [title, *(f"  {name:<21} {chinese} · {english}" for name, (chinese, english) in rows.items()), ""]
