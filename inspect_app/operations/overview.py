"""What the operations page shows: frozen values, and what they ask a person to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inspect_app.core.metrics import Totals
from inspect_app.messages.queries import Standing
from inspect_app.operations.measuring import Disk

GOOD, WARN, BAD = "good", "warn", "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not well, and what to do; `tone` is `warn` or `bad`."""

    tone: str
    what: str
    todo: str


@dataclass(frozen=True, slots=True)
class Versions:
    application: str
    python: str
    sqlalchemy: str


@dataclass(frozen=True, slots=True)
class Database:
    """Sizes are told as the step of 64 MiB they lie below; `wal_below_mib` is None on PostgreSQL."""

    kind: str
    version: str
    size_below_mib: int
    wal_below_mib: int | None
    revision: str | None
    head: str | None

    @property
    def is_current(self) -> bool:
        return self.revision == self.head


@dataclass(frozen=True, slots=True)
class Damage:
    """Something wrong with a stored file or object, in words; `open`: it still is."""

    what: str
    place: str
    name: str
    first_seen: datetime
    last_seen: datetime
    healed_at: datetime | None
    todo: str

    @property
    def open(self) -> bool:
        return self.healed_at is None


@dataclass(frozen=True, slots=True)
class Storage:
    """Photos received for issued inspections, and of these alone: what was found wrong, and what waits for S3.

    `remote` is S3's address, None without one; `away_since` when it ceased to answer the worker; `read_at` when
    every file was last read. `has_room`: new photos are taken. `faulty` counts what is wrong still, `damages` lists
    some hundreds, healed ones too.
    """

    photos: int
    bytes: int
    remote: str | None
    away_since: datetime | None
    waiting: int
    waiting_since: datetime | None
    read_at: datetime | None
    has_room: bool
    faulty: int
    damages: Sequence[Damage]


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process, and whether it beat within the last minute."""

    name: str
    at: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class JobState:
    """A declared job: its last run and the next; `cause` says why the last attempt failed."""

    name: str
    title: str
    state: str
    label: str
    tone: str
    period: str | None
    last_run_at: datetime | None
    last_success_at: datetime | None
    next_due_at: datetime | None
    attempts: int
    cause: str
    todo: str


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting and its value; a secret only says whether it is set."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at an instant."""

    at: datetime
    versions: Versions
    database: Database
    disks: Sequence[Disk]
    storage: Storage
    workers: Sequence[Worker]
    jobs: Sequence[JobState]
    messages: Standing
    requests: Totals
    settings: Sequence[SettingInForce]
    findings: Sequence[Finding] = field(default=())

    @property
    def state(self) -> str:
        tones = {finding.tone for finding in self.findings}
        return BAD if BAD in tones else WARN if WARN in tones else GOOD


def findings(seen: Overview) -> Iterator[Finding]:
    """What is not well, the database first."""
    yield from _of_database(seen.database)
    yield from _of_disks(seen.disks)
    yield from _of_storage(seen.storage)
    if not any(worker.alive for worker in seen.workers):
        yield Finding(
            BAD, "沒有背景程序在運作。", "請啟動背景程序（flask --app wsgi worker），並查看它的日誌。"
        )
    for job in seen.jobs:
        if job.todo:
            tone = BAD if job.tone == BAD else WARN
            yield Finding(tone, f"工作「{job.title}」：{job.cause or job.label}。", job.todo)
    yield from _of_messages(seen.messages)
    if seen.requests.failures:
        yield Finding(
            WARN,
            f"啟動以來有 {seen.requests.failures:,} 次請求失敗（5xx）。",
            "請在日誌中查 status 為 5xx 的請求編號。",
        )


def _of_messages(messages: Standing) -> Iterator[Finding]:
    if messages.waiting and not messages.configured:
        what = f"有 {messages.waiting:,} 則訊息等待寄送，但沒有設定郵件伺服器。"
        todo = "請設定 SMTP_URL、MAIL_FROM 與 PUBLIC_URL，再重新啟動；等待中的訊息會一起寄出，不要的先以 messages discard 取消。"
        yield Finding(WARN, what, todo)
    if messages.paused_until:
        what = f"郵件暫停寄送：{messages.cause}。"
        yield Finding(WARN, what, "請檢查郵件伺服器與 SMTP_URL；恢復後會自動補寄，沒有訊息遺失。")
    if messages.dead:
        what = f"有 {messages.dead:,} 則訊息已停止寄送。"
        yield Finding(WARN, what, "請在「訊息」頁看原因，更正信箱後重送。")


def _of_database(database: Database) -> Iterator[Finding]:
    if not database.is_current:
        yield Finding(
            BAD, "資料庫的版次與程式不同。", "請停止服務，執行 flask --app wsgi db upgrade，再啟動。"
        )


def _of_storage(storage: Storage) -> Iterator[Finding]:
    if storage.faulty:
        what = f"{storage.faulty} 個照片檔案損壞、遺失、是空的，或不明。"
        yield Finding(BAD, what, "請看下方「照片檔案的異常」，依各列的說明處理。")
    if not storage.has_room:
        what = "照片所在的磁碟剩餘空間低於 MIN_FREE_BYTES，不收新照片；已收的仍可查看。"
        yield Finding(BAD, what, "請清出空間，或把照片移到較大的磁碟；之後會自動恢復收件。")
    if storage.away_since:
        what = "S3 連不上，照片暫存在本機；收件不受影響。"
        todo = "請確認 S3 服務、網路與 AWS_* 憑證；恢復後會自動補送，不必重啟。"
        yield Finding(WARN, what, todo)


def _of_disks(disks: Sequence[Disk]) -> Iterator[Finding]:
    for disk in disks:
        if disk.state != GOOD:
            tone = BAD if disk.state == BAD else WARN
            what = f"「{disk.title}」所在的磁碟剩餘不到 {disk.free_percent + 5}%。"
            yield Finding(tone, what, "請清出空間，或把資料移到較大的磁碟。")
