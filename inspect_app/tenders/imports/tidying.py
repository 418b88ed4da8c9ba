"""What imports leave behind: previews nobody decided about, files no longer needed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from inspect_app.core import leases
from inspect_app.core.database import session, transaction
from inspect_app.core.storage import storage
from inspect_app.tenders.imports.models import UNDER_WAY, TenderImport
from inspect_app.tenders.imports.results import KIND

PREVIEW_LIFE = timedelta(days=7)
FILE_LIFE = timedelta(days=7)
LISTS_LIFE = timedelta(days=90)
STRAY_LIFE = timedelta(days=1)
UNDECIDED = "預覽後七天未匯入，已自動取消。"


def give_up_previews(now: datetime) -> int:
    """Cancel what was previewed and left for a week."""
    old = (TenderImport.state == "previewed") & (TenderImport.created_at < now - PREVIEW_LIFE)
    told = {"state": "cancelled", "problem": {"field": "", "reason": UNDECIDED}, "finished_at": now}
    with transaction() as current:
        return leases.changed(current, update(TenderImport).where(old).values(told))


def remove_files(now: datetime, check: Callable[[], None]) -> int:
    """Remove lists a week after their import ended, what it came to after ninety days, and what no import has."""
    instants = {
        row.id.hex: (row.state, row.finished_at)
        for row in session().execute(select(TenderImport.id, TenderImport.state, TenderImport.finished_at))
    }
    removed = 0
    for path in (storage().root / KIND).glob("*/*"):
        check()
        word, _, name = path.name.partition(".")
        if _is_over(path, instants.get(word), FILE_LIFE if not name else LISTS_LIFE, now):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _is_over(path: Path, known: tuple[str, datetime | None] | None, life: timedelta, now: datetime) -> bool:
    if known is None:
        try:
            return path.stat().st_mtime < (now - STRAY_LIFE).timestamp()
        except FileNotFoundError:
            return False
    state, finished_at = known
    return state not in (*UNDER_WAY, "previewed") and finished_at is not None and finished_at < now - life
