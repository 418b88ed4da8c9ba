"""The states of a defect, and the words for states, severities and parties."""

FOUND, OPENED, ANSWERED, UNDER_REVIEW = "found", "issued", "answered", "under_review"
CORRECTED, CLOSED = "corrected", "closed"
STATES = {
    FOUND: "已發現",
    OPENED: "待改善",
    ANSWERED: "已回復",
    UNDER_REVIEW: "審查中",
    CORRECTED: "已改善",
    CLOSED: "已結案",
}
OPEN = (OPENED, ANSWERED, UNDER_REVIEW)
SEVERITIES = {"L": "輕微", "M": "中等", "S": "嚴重"}
PARTIES = {"contractor": "承攬廠商", "supervisor": "監造單位", "pcm": "專案管理廠商", "agency": "主辦機關"}
