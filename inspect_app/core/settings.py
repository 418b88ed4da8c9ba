"""Settings: read once from the environment, frozen, and wrong values stop the start."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import unquote, urlsplit

from flask import current_app

from inspect_app.core import mail_address
from inspect_app.core.mail_address import MailServer, WrongMailAddress
from inspect_app.core.storage.address import S3Address, WrongAddress
from inspect_app.core.storage.address import read as read_address

E = TypeVar("E", bound=StrEnum)
ROOT = Path(__file__).resolve().parents[2]
MIN_SECRET_LENGTH = 32
S3 = "s3://"
HOST = re.compile(r"([a-z0-9.-]+|\[?[0-9a-f:.]+\]?)(:[0-9]{1,5})?")


class SettingsError(ValueError):
    """A setting has a value that cannot be used; names every such setting and why."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment may choose. Paths are absolute; hours and bytes are whole numbers.

    `uploads_dir` holds the photos, or with `remote_storage` the spool of them. `public_url` is the base of links in
    mails, without a slash at the end; empty in production where none is given.
    `import_hosts` are those that lists may be fetched from, as `host` or `host:port`.
    """

    environment: Environment
    data_dir: Path
    uploads_dir: Path
    remote_storage: S3Address | None
    spool_keep_bytes: int
    database_url: str
    secret_key: str
    session_hours: int
    max_photo_bytes: int
    max_body_bytes: int
    device_uploads: int
    device_upload_bytes: int
    device_day_bytes: int
    min_free_bytes: int
    log_level: str
    team_name: str
    metrics_token: str
    evidence_key_file: Path
    smtp_url: MailServer | None
    mail_from: Address | None
    public_url: str
    import_folder: Path | None
    import_hosts: tuple[str, ...]

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings; creates the data directory and, outside production, its secret key.

    Raises SettingsError naming every wrong variable, so that one start shows all of them.
    """
    reader = _Reader(environ)
    environment = reader.choice("CHAHE_ENV", Environment, Environment.DEVELOPMENT)
    data_dir = Path(reader.text("DATA_DIR", str(ROOT / "instance"))).absolute()
    uploads = data_dir / "uploads" if environ.get("DATA_DIR") else ROOT / "uploads"
    settings = Settings(
        environment=environment,
        data_dir=data_dir,
        uploads_dir=reader.storage("STORAGE_URL", uploads),
        remote_storage=reader.remote("STORAGE_URL"),
        spool_keep_bytes=reader.whole("SPOOL_KEEP_BYTES", default=20 * 2**30, low=0, high=2**50),
        database_url=reader.database("DATABASE_URL", f"sqlite:///{data_dir / 'chahe.sqlite3'}"),
        secret_key=reader.secret("SECRET_KEY", data_dir, generate=environment is not Environment.PRODUCTION),
        session_hours=reader.whole("SESSION_HOURS", default=12, low=1, high=720),
        max_photo_bytes=reader.whole("MAX_PHOTO_BYTES", default=25 * 2**20, low=2**16, high=2**28),
        max_body_bytes=reader.whole("MAX_BODY_BYTES", default=32 * 2**20, low=2**16, high=2**29),
        device_uploads=reader.whole("DEVICE_UPLOADS", default=200, low=1, high=100_000),
        device_upload_bytes=reader.whole("DEVICE_UPLOAD_BYTES", default=2 * 2**30, low=2**16, high=2**40),
        device_day_bytes=reader.whole("DEVICE_DAY_BYTES", default=20 * 2**30, low=2**16, high=2**44),
        min_free_bytes=reader.whole("MIN_FREE_BYTES", default=2**29, low=0, high=2**50),
        team_name=reader.text("TEAM_NAME", _team_name(environment)),
        metrics_token=reader.optional_secret("METRICS_TOKEN"),
        evidence_key_file=Path(
            reader.text("EVIDENCE_KEY_FILE", str(data_dir / "evidence-key.pem"))
        ).absolute(),
        import_folder=reader.folder("IMPORT_FOLDER"),
        import_hosts=reader.hosts("IMPORT_HOSTS"),
        log_level=reader.choice("LOG_LEVEL", _LogLevel, _LogLevel.INFO).value,
        smtp_url=reader.smtp("SMTP_URL", production=environment is Environment.PRODUCTION),
        mail_from=reader.sender("MAIL_FROM"),
        public_url=reader.public("PUBLIC_URL", production=environment is Environment.PRODUCTION),
    )
    reader.web()
    if reader.problems:
        raise SettingsError("\n".join(reader.problems))
    return settings


def _team_name(environment: Environment) -> str:
    return "工程施工查核小組" if environment is Environment.PRODUCTION else "示範市工程施工查核小組"


def current_settings() -> Settings:
    """The running application's settings."""
    return cast(Settings, current_app.extensions["chahe.settings"])


class _LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class _Reader:
    """Reads one variable after another and keeps what was wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def choice(self, name: str, kind: type[E], default: E) -> E:
        given = self.text(name, default.value)
        try:
            return kind(given)
        except ValueError:
            allowed = ", ".join(member.value for member in kind)
            self.problems.append(f"{name}={given!r}：只能是 {allowed}（not one of these）")
            return default

    def whole(self, name: str, *, default: int, low: int, high: int) -> int:
        given = self.text(name, str(default))
        if given.isascii() and given.isdigit() and low <= int(given) <= high:
            return int(given)
        self.problems.append(
            f"{name}={given!r}：要是 {low} 到 {high} 的整數（not a whole number in this range）"
        )
        return default

    def database(self, name: str, default: str) -> str:
        given = self.text(name, default)
        scheme, _, rest = given.partition("://")
        if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
            return f"postgresql+psycopg://{rest}"
        if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
            return given
        self.problems.append(
            f"{name}：要是 sqlite:////絕對/路徑 或 postgresql://USER@HOST/NAME，不能是 {scheme}://…（wrong database address）"
        )
        return default

    def storage(self, name: str, default: Path) -> Path:
        given = self.text(name, "")
        if not given or given.startswith(S3):
            return default
        url = urlsplit(given)
        if url.scheme == "file" and url.netloc in {"", "localhost"} and url.path.startswith("/"):
            return Path(unquote(url.path))
        self.problems.append(
            f"{name}={given!r}：要是 file:///絕對/路徑 或 s3://儲存桶/前綴（neither a local folder nor S3）"
        )
        return default

    def folder(self, name: str) -> Path | None:
        given = self.text(name, "")
        if not given:
            return None
        if not given.startswith("/"):
            self.problems.append(f"{name}={given!r}：要是絕對路徑（not an absolute path）")
        return Path(given)

    def hosts(self, name: str) -> tuple[str, ...]:
        given = tuple(host.strip().lower() for host in self.text(name, "").split(",") if host.strip())
        if wrong := [host for host in given if not HOST.fullmatch(host)]:
            told = ", ".join(wrong)
            self.problems.append(f"{name}：要是以逗號分隔的主機名稱，不能是 {told}（not names of hosts）")
        return given

    def remote(self, name: str) -> S3Address | None:
        given = self.text(name, "")
        if not given.startswith(S3):
            return None
        try:
            return read_address(given)
        except WrongAddress as error:
            self.problems.append(f"{name}：{error}")
            return None

    def smtp(self, name: str, *, production: bool) -> MailServer | None:
        given = self.text(name, "")
        if not given:
            return None
        missing = [each for each in ("MAIL_FROM", "PUBLIC_URL")[: 1 + production] if not self.text(each, "")]
        self.problems += [f"{each}：設了 {name} 就要設（needed to send mail）" for each in missing]
        try:
            return mail_address.server(given, production=production)
        except WrongMailAddress as error:
            self.problems.append(f"{name}：{error}")
            return None

    def sender(self, name: str) -> Address | None:
        given = self.text(name, "")
        if not given:
            return None
        try:
            return mail_address.sender(given)
        except WrongMailAddress as error:
            self.problems.append(f"{name}：{error}")
            return None

    def public(self, name: str, *, production: bool) -> str:
        given = self.text(name, "")
        if not given:
            return "" if production else f"http://127.0.0.1:{self.text('PORT', '8000')}"
        try:
            return mail_address.public(given, production=production)
        except WrongMailAddress as error:
            self.problems.append(f"{name}：{error}")
            return ""

    def web(self) -> None:
        """The web server's own settings, which its configuration reads: checked here with all the others."""
        self.whole("PORT", default=8000, low=1, high=65_535)
        self.whole("WEB_PROCESSES", default=1, low=1, high=64)
        self.whole("WEB_THREADS", default=8, low=1, high=256)
        self.whole("WEB_PATIENCE_S", default=20, low=1, high=600)

    def secret(self, name: str, data_dir: Path, *, generate: bool) -> str:
        given = self.text(name, "")
        if given and len(given) >= MIN_SECRET_LENGTH:
            return given
        if given or not generate:
            self.problems.append(
                f"{name}：要設為至少 {MIN_SECRET_LENGTH} 個隨機字元（at least so many random characters）"
            )
            return ""
        return self._kept_secret(data_dir)

    def optional_secret(self, name: str) -> str:
        given = self.text(name, "")
        if given and len(given) < MIN_SECRET_LENGTH:
            self.problems.append(
                f"{name}：不設，或設為至少 {MIN_SECRET_LENGTH} 個字元（leave it out, or at least so many characters）"
            )
        return given

    def _kept_secret(self, data_dir: Path) -> str:
        path = data_dir / "secret_key"
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)
                path.write_text(secrets.token_urlsafe(48), encoding="ascii")
            return path.read_text(encoding="ascii")
        except OSError as error:
            self.problems.append(
                f"DATA_DIR={str(data_dir)!r}：無法寫入（cannot be written）：{error.strerror}"
            )
            return ""
