"""The states of a note, in words and tones, and its fields as people read them."""

OPEN, CONFIRMED, DISMISSED, GONE = "open", "confirmed", "dismissed", "gone"
STATES = {OPEN: "待確認", CONFIRMED: "屬實", DISMISSED: "不成立", GONE: "已不適用"}
TONES = {OPEN: "warn", CONFIRMED: "bad", DISMISSED: "neutral", GONE: "good"}
VERDICTS = {CONFIRMED: STATES[CONFIRMED], DISMISSED: STATES[DISMISSED]}
SHOWN_TO_AGENCIES = (OPEN, CONFIRMED)
NUMERIC = ("planned", "actual", "visit")
FIELDS = {
    "planned": "預定 %",
    "actual": "實際 %",
    "status": "執行狀態",
    "filed_at": "填報時間",
    "visit": "查核當日實際減預定（百分點）",
}
