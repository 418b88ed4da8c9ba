"""The regular work of imports."""

from datetime import time, timedelta

from flask import Flask, current_app
from sqlalchemy import select

from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Daily, Every, Job, Outcome, Turn
from inspect_app.tenders.imports import folder, queries, receiving, tidying, working
from inspect_app.tenders.imports.models import Source, TenderImport


def work(turn: Turn) -> Outcome:
    """Everything that waits, one import after the other, oldest first."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    states = []
    for import_id in queries.waiting(session()):
        turn.check()
        states.append(working.proceed(app, import_id, turn.check))
    return {state: states.count(state) for state in sorted(set(states))}


def watch(turn: Turn) -> Outcome:
    """One look at the watched folder, if there is one."""
    return folder.look(turn)


def fetch(turn: Turn) -> Outcome:
    """An import for each source whose address is read daily, once for this day."""
    fetched = select(TenderImport.source_id).where(
        TenderImport.origin == "address", TenderImport.created_at >= turn.due_at, TenderImport.straight
    )
    wanted = select(Source).where(Source.daily, Source.url.is_not(None), Source.id.not_in(fetched))
    with transaction() as current:
        sources = current.scalars(wanted.order_by(Source.name)).all()
        for source in sources:
            receiving.to_fetch(current, source, None, straight=True)
    return {"sources": len(sources)}


def tidy(turn: Turn) -> Outcome:
    """Previews and files of imports whose time is over."""
    given_up = tidying.give_up_previews(turn.now)
    return {"given_up": given_up, "files": tidying.remove_files(turn.now, turn.check)}


JOBS = (
    Job(receiving.JOB, "匯入標案", Every(minutes=5), work, keep=timedelta(days=2)),
    Job("tenders.import_folder", "查看匯入資料夾", Every(minutes=1), watch, keep=timedelta(days=1)),
    Job("tenders.fetch_sources", "自網址取得標案資料", Daily(time(5, 30)), fetch),
    Job("tenders.tidy_imports", "清除匯入的暫存檔案", Daily(time(3, 50)), tidy),
)
