"""Settings in force, for reading: a value is shown only where it is known to hold no secret."""

from dataclasses import fields
from pathlib import Path

from sqlalchemy.engine import make_url

from inspect_app.core.settings import Settings
from inspect_app.operations.overview import SettingInForce

NAMES = {"environment": "CHAHE_ENV", "uploads_dir": "STORAGE_URL", "remote_storage": "STORAGE_URL（S3）"}
PLAIN = frozenset(
    {
        *(
            "environment",
            "data_dir",
            "uploads_dir",
            "spool_keep_bytes",
            "session_hours",
            "max_photo_bytes",
            "max_body_bytes",
        ),
        *("log_level", "team_name"),
        *("import_folder", "import_hosts"),
        *("device_uploads", "device_upload_bytes", "device_day_bytes", "min_free_bytes"),
        "public_url",
    }
)
SHOWN_QUERY = frozenset({"host", "port", "dbname", "sslmode", "connect_timeout", "application_name"})


def in_force(settings: Settings) -> list[SettingInForce]:
    """Every setting in its order, by the name of its variable."""
    return [
        SettingInForce(
            NAMES.get(each.name, each.name.upper()), _shown(each.name, getattr(settings, each.name))
        )
        for each in fields(settings)
    ]


def _shown(name: str, value: object) -> str:
    if name == "database_url":
        return without_secrets(str(value))
    if name in {"remote_storage", "smtp_url", "mail_from"}:  # they tell themselves without user and password
        return str(value) if value else "未設定"
    if name not in PLAIN:
        return "已設定" if value else "未設定"
    if name.startswith("import_"):
        return "、".join(value) if isinstance(value, tuple) and value else str(value or "未設定")
    return value.as_uri() if name == "uploads_dir" and isinstance(value, Path) else str(value)


def without_secrets(url: str) -> str:
    """A database's address without password, and of its query only what is no secret."""
    parsed = make_url(url)
    shown = {key: value for key, value in parsed.query.items() if key in SHOWN_QUERY}
    password = "***" if parsed.password else None
    return parsed.set(query=shown, password=password).render_as_string(hide_password=True)
