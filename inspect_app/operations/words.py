"""Words for the states of jobs and for what an error's kind means to an operator."""

from inspect_app.core.runs import DIED, FAILED, FINISHED, RUNNING, WAITING

RUN_STATES = {FINISHED: "已完成", RUNNING: "執行中", WAITING: "等待中", FAILED: "已停止重試"}
RUN_TONES = {FINISHED: "good", RUNNING: "accent", WAITING: "neutral", FAILED: "bad"}
OUTCOMES = {
    "messages": "訊息",
    "flagged": "列管",
    "agencies": "機關",
    "tenders": "標案",
    "due": "應填報",
    "missing": "未填報",
}

CAUSES = (
    (DIED, "背景程序在執行中停止"),
    ("SMTP", "郵件伺服器拒絕或無法連線"),
    ("Operational", "資料庫無法使用或忙碌"),
    ("Busy", "資料庫忙碌"),
    ("IntegrityError", "資料互相牴觸"),
    ("Timeout", "等候過久"),
    ("Connection", "無法連線"),
    ("PermissionError", "沒有讀寫權限"),
    ("FileNotFound", "找不到檔案或資料夾"),
    ("OSError", "磁碟或檔案無法讀寫"),
    ("MemoryError", "記憶體不足"),
)
"""Part of an exception's name: what happened. The first that fits."""


DAMAGES = {
    "damaged": "內容與雜湊值不符",
    "empty": "檔案是空的",
    "missing": "檔案遺失",
    "stray": "不屬於任何照片",
    "refused": "S3 不收或不給這個物件",
}
PLACES = {"local": "本機", "s3": "S3"}
HEALED = {
    "s3": "已自動由 S3 修復",
    "local": "已自動由本機修復",
    "original": "已自動由原檔重新產生",
    "outside": "已恢復正常",
}
RESTORE = "請由備份取回：在照片資料夾執行 unzip -o 備份檔 '名稱'；下次讀取後會顯示已恢復正常"
TODO = {
    "damaged": RESTORE,
    "empty": RESTORE,
    "missing": RESTORE + "。多台主機時，也可能還在另一台的暫存區",
    "stray": "確認不是別的系統的檔案後刪除；本機的會在隔天自動清除",
    "refused": "其他照片照常移存，這張每次執行都會再試；一直如此時請查 S3 的紀錄與這個物件的權限",
}


def cause(error: str | None) -> str:
    """What happened, in words; only the exception's name is read, for what follows it may tell of a visit."""
    if not error:
        return ""
    name = error.partition(":")[0].partition(" ")[0]
    found = next((words for part, words in CAUSES if part in name), "程式發生未預期的錯誤")
    return f"{found}（{name}）" if name.isascii() and name.isidentifier() else found
