"""What every page is given: navigation, the actor, words for dates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for

from inspect_app.core import clock, roc
from inspect_app.layout.parts import DemoAccount, NavItem

# Label, endpoint, the permission that shows it.
NAVIGATION = (
    ("標案", "tenders.index", "tenders.read"),
    ("填報", "filings.index", "filings.read"),
    ("填報疑義", "scrutiny.index", "filing_notes.read"),
    ("查核", "inspections.index", "inspections.read"),
    ("缺失", "defects.index", "defects.read"),
    ("期限", "deadlines.index", "deadlines.read"),
    ("件數", "quotas.index", "quotas.read"),
    ("檢查表", "forms.index", "forms.read"),
    ("缺失目錄", "catalogue.index", "forms.read"),
    ("匯出", "exports.index", "exports.read"),
    ("聯絡人", "contacts.index", "contacts.keep"),
    ("平板", "accounts.devices", "devices.own"),
    ("系統", "operations.index", "operations.read"),
)


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """The demonstration accounts, which the sign-in page offers."""

    accounts: tuple[DemoAccount, ...]
    password: str


def init_app(app: Flask, *, version: str, demo: DemoAccounts | None, unread: Callable[[], int]) -> None:
    """`unread()`: how many messages the person signed in has not read; asked only where the header is drawn."""
    app.jinja_env.filters["roc"] = roc.format_long
    app.jinja_env.filters["roc_weekday"] = roc.format_weekday
    app.jinja_env.filters["roc_month"] = roc.format_month
    app.jinja_env.filters["roc_time"] = roc_time
    app.jinja_env.filters["amount"] = amount
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def given() -> dict[str, Any]:
        actor = g.get("actor")
        nav = _nav(app) if actor else []
        shown = {"actor": actor, "nav": nav, "version": version, "unread": unread}
        return shown | {"demo_mode": demo is not None, **_shown(demo)}


def _shown(demo: DemoAccounts | None) -> dict[str, Any]:
    return {"demo_accounts": demo.accounts, "demo_password": demo.password} if demo else {}


def _nav(app: Flask) -> list[NavItem]:
    section = (request.endpoint or "").partition(".")[0]
    return [
        NavItem(label, url_for(endpoint), endpoint.partition(".")[0] == section)
        for label, endpoint, permission in NAVIGATION
        if endpoint in app.view_functions and g.actor.may(permission)
    ]


def roc_time(instant: Any) -> str:
    """An aware instant as 115年11月23日 09:05, in Asia/Taipei."""
    local = instant.astimezone(clock.TAIPEI)
    return f"{roc.format_long(local.date())} {local:%H:%M}"


def amount(twd: int | None) -> str:
    """Whole TWD with commas; an unknown amount says so."""
    return "未填" if twd is None else f"{twd:,}"
