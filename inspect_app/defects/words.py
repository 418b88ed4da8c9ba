"""The states of a defect, the words for states, severities and parties, and which party answers."""

from collections.abc import Collection, Iterable

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
AGENCY = "agency"


def stands_in(party: str, named: Collection[str]) -> bool:
    """Whether the agency answers for the party a defect was found against, for the papers name none.

    `named` are the parties that have the issued papers; there are none before the issue.
    """
    return bool(named) and party not in named


def answerers(party: str, also: Iterable[str], named: Collection[str]) -> tuple[str, ...]:
    """The parties that may answer a defect: those it was found against, or the agency for one not named."""
    return (party, *also, AGENCY) if stands_in(party, named) else (party, *also)
