"""Plays a year: jumps from event to event, waits until nothing is left to do, kills, and keeps count."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import and_, select

from inspect_app import create_app
from inspect_app.core.database import db, session, transaction
from inspect_app.core.jobs import Job
from inspect_app.core.permissions import Role
from inspect_app.core.runs import JobRun
from inspect_app.deadlines.models import Closure
from inspect_app.messages import kinds
from inspect_app.messages.models import WAITING, OutboxMessage
from tests import builders
from tests.builders import Person
from tests.concurrency import remote
from tests.concurrency.servers import Server, listening
from tests.databases import settings_for
from tests.simulation import oracle, stand_ins, worker
from tests.simulation.clocks import FileClock
from tests.simulation.mail import Mails, MailServer
from tests.simulation.oracle import Filing, Script

MOMENT, HOUR = timedelta(milliseconds=1), timedelta(hours=1)
PATIENCE_S = 60
POLL_S = 0.02
START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["tests.simulation.worker"])


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at an instant; the clock goes there even if nothing else does."""

    at: datetime
    what: str = ""
    given: Any = None


@dataclass
class Year:
    """One simulated year on one database: processes, mail, and what was done to them."""

    folder: Path
    database_url: str
    script: Script
    seed: int
    kills: int
    processes: int
    clock: FileClock = field(init=False)
    app: Flask = field(init=False)
    web: Server = field(init=False)
    mails: Mails = field(init=False)
    smtp: MailServer = field(init=False)
    workers: list[Any] = field(default_factory=list)
    killed: list[float] = field(default_factory=list)
    born: list[datetime] = field(default_factory=list)
    tenders: dict[str, UUID] = field(default_factory=dict)
    _token: tuple[datetime, str] | None = None

    def __post_init__(self) -> None:
        self.clock = FileClock(self.folder / "clock")
        self.clock.set(self.script.begin)
        self.web = Server(self.folder, self.database_url, 0, processes=self.processes, threads=2)
        self.web.application = f"tests.simulation.serving:app('{self.clock.path}')"
        self.mails = Mails(self.clock)
        self.smtp = MailServer(self.mails, _free_port())
        self.app = create_app(settings_for(self.folder, DATABASE_URL=self.database_url), self.clock)
        kinds.declare(*stand_ins.KINDS)
        self.app.extensions["chahe.jobs"] = stand_ins.JOBS
        self.app.extensions["chahe.pace"] = worker.PACE

    # -- processes ---------------------------------------------------------------------------------------

    @contextmanager
    def running(self) -> Iterator[None]:
        """Everything that lives, for as long as the block lasts."""
        self._populate()
        self.smtp.start()
        self.web.start()
        try:
            self.bear()
            yield
        finally:
            self.kill(*self.workers)
            self.web.stop()
            self.smtp.stop()
            with self.app.app_context():
                db.engine.dispose()

    def bear(self) -> None:
        """As many workers as there ought to be."""
        while len(self.workers) < self.processes:
            log = self.folder / "worker.log"
            given = (self.clock.path, self.web.environ, self.smtp.port, log)
            self.workers.append(START.Process(target=worker.main, args=given, daemon=True))
            self.workers[-1].start()
            self.born.append(self.clock.now())

    def kill(self, *those: Any) -> None:
        for process in those:
            process.kill()
        self.killed += [time.monotonic()] * len(those)
        for process in those:
            process.join()
        self.workers = [each for each in self.workers if each not in those]

    def strike(self) -> None:
        """All workers at once, from the mail server's thread: right after its «250»."""
        for process in self.workers:
            process.kill()
        self.killed.append(time.monotonic())

    # -- what happens ------------------------------------------------------------------------------------

    def play(self) -> None:
        chance = random.Random(f"kills {self.seed}")  # noqa: S311 - repeatable, not secret
        events = sorted(self._events(), key=lambda event: event.at)
        doomed = set(chance.sample(range(10, len(events)), self.kills))
        for number, event in enumerate(events):
            self._go_to(event.at)
            if number in doomed:
                self._plan_death(chance)
            getattr(self, f"_{event.what or 'nothing'}")(event.given)
            if self.workers:
                self.settle()

    def settle(self) -> None:
        """Until nothing is left to do. What dead workers hold has to run out: the clock goes there."""
        deadline = time.monotonic() + PATIENCE_S
        while (left := self._left())[0]:
            assert time.monotonic() < deadline, f"{self.clock.now()}: {left}\n{self._log()}"
            self._bury()
            if (until := self._held_by_dead()) is not None:
                self._go_to(until + MOMENT)
            time.sleep(POLL_S)
        self._bury()

    def _events(self) -> Iterator[Event]:
        of = self.script
        yield from (Event(each.earliest) for each in oracle.expected(of))
        yield from (Event(each.at, "file", each) for each in of.filings)
        yield from (Event(at, "close", day) for day, at in of.closed.items())
        for span in of.without_worker:
            yield from (Event(span.begin, "workers_go"), Event(span.end, "workers_come"))
        for span in of.without_smtp:
            yield from (Event(span.begin, "smtp_goes"), Event(span.end, "smtp_comes"))
        yield from (Event(at, "set_back") for at in of.set_back)
        yield Event(of.end)

    def _nothing(self, _: None) -> None:
        """The hour itself is the event."""

    def _file(self, filing: Filing) -> None:
        body = {"planned": "10.00", "actual": "10.00", "status": "施工中", "filed_at": filing.at.isoformat()}
        path = f"/tenders/{self.tenders[filing.tender]}/progress/{filing.month}"
        answer = remote.api(self.web.port, self._staff()).put(path, body)
        assert answer.status_code == 201, answer.get_data(as_text=True)

    def _close(self, day: Any) -> None:
        with self.app.app_context(), transaction() as current:
            current.add(Closure(on=day, document="測試停班通報", recorded_at=self.clock.now()))

    def _workers_go(self, _: None) -> None:
        self.kill(*self.workers)

    def _workers_come(self, _: None) -> None:
        self.bear()

    def _smtp_goes(self, _: None) -> None:
        self.smtp.stop()

    def _smtp_comes(self, _: None) -> None:
        self.smtp.start()

    def _set_back(self, _: None) -> None:
        self.clock.set(self.clock.now() - HOUR)
        time.sleep(5 * worker.PACE.look_every.total_seconds())

    def _plan_death(self, chance: random.Random) -> None:
        """In the window of a delivery, or at any moment soon."""
        if chance.random() < 0.5:
            self.mails.strike = self.strike
            return
        time.sleep(chance.random() * 0.2)
        if self.workers:
            self.kill(chance.choice(self.workers))
            self.bear()

    def _bury(self) -> None:
        """Workers struck dead are counted out, and others take their place."""
        if dead := [each for each in self.workers if not each.is_alive()]:
            self.workers = [each for each in self.workers if each not in dead]
            self.bear()

    # -- looking -----------------------------------------------------------------------------------------

    def _go_to(self, instant: datetime) -> None:
        """Forward only: who waited for a lease may be past the next event."""
        if instant > self.clock.now():
            self.clock.set(instant)

    def _left(self) -> tuple[list[str], list[tuple[str | None, datetime | None]]]:
        """What is still to be done now, and who holds what until when."""
        with self.app.app_context():
            now, current = self.clock.now(), session()
            query = select(JobRun.job, JobRun.worker, JobRun.lease_until)
            at_work = current.execute(query.where(JobRun.finished_at.is_(None))).all()
            todo = [job.name for job in stand_ins.JOBS if not self._is_done(job, now)]
            todo += [job for job, *_ in at_work]
            holders = [(who, until) for _, who, until in at_work]
            if self.smtp.is_up:
                due = and_(OutboxMessage.state == WAITING, OutboxMessage.not_before <= now)
                mails = current.execute(
                    select(OutboxMessage.kind, OutboxMessage.sender, OutboxMessage.lease_until).where(due)
                )
                for kind, who, until in mails.all():
                    todo.append(kind)
                    holders.append((who, until))
            return todo, holders

    def _is_done(self, job: Job, now: datetime) -> bool:
        """Whether the last period due was done."""
        row = session().get(JobRun, (job.name, job.schedule.latest(now).period), populate_existing=True)
        return row is not None and row.finished_at is not None

    def _held_by_dead(self) -> datetime | None:
        """When the last thing runs out that only the dead hold; None while a living one is at it."""
        living = {str(process.pid) for process in self.workers}
        _, holders = self._left()
        held = [(who, until) for who, until in holders if who and until and until >= self.clock.now()]
        if not held or any(who.partition("#")[0].rpartition(":")[2] in living for who, _ in held):
            return None
        return max(until for _, until in held)

    def _staff(self) -> str:
        """A token that is still good."""
        now = self.clock.now()
        if self._token is None or now - self._token[0] > 8 * HOUR:
            with self.app.app_context(), transaction() as current:
                self._token = now, builders.token(current, oracle.STAFF)
        return self._token[1]

    def _populate(self) -> None:
        with self.app.app_context(), transaction() as current:
            people = [Person(oracle.STAFF, "乙承辦", Role.STAFF)]
            people += [
                Person(name, f"{place}承辦", Role.AGENCY, place) for name, place in oracle.AGENCIES.items()
            ]
            for each in people:
                builders.person(current, each, email=f"{each.username}@example.invalid")
            for number, agency in oracle.TENDERS.items():
                row = builders.tender(current, number, agency=oracle.AGENCIES[agency])
                self.tenders[number] = row.id

    def _log(self) -> str:
        path = self.folder / "worker.log"
        return path.read_text()[-3000:] if path.exists() else ""


def _free_port() -> int:
    with listening() as listener:
        return int(listener.getsockname()[1])
