"""A small application around the shared templates; its people, tenders and firms are invented."""

from pathlib import Path
from typing import Any

from flask import Flask, flash, render_template, render_template_string
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from inspect_app import layout
from inspect_app.layout.parts import Column, DemoAccount, Event, FieldError, NavItem, Photo, SignedIn

HOSTILE = '<script>alert("x")</script>\' onload="y" &amp;'
STATIC = Path(layout.__file__).parent.parent / "static"
LABELS = ("首頁", "標案", "查核", "缺失", "填報", "書面查證", "全民督工", "教育訓練", "儀表板", "報表")
NAV = [NavItem(label, f"/{n}", current=n == 1) for n, label in enumerate(LABELS)]
ACTOR = SignedIn("王示範", "承辦人", "示範市工務局")
ROLES = (("admin", "系統管理"), ("staff", "承辦人"), ("leader", "領隊"), ("member1", "查核委員"))
ACCOUNTS = [DemoAccount(name, role) for name, role in ROLES] + [
    DemoAccount("agency", "主辦機關", "示範市工務局")
]
ERRORS = [
    FieldError("tender", "找不到這個標案編號。請照標案清單填寫，例：109-工-0001"),
    FieldError("on", "日期不存在。請填民國年月日，例：115/11/23"),
]
EVENTS = [
    Event("115年11月18日 09:12", "李示範（承辦人）", "發出改善通知，限 115年11月30日 前改善"),
    Event("115年11月16日 16:40", "陳示範（領隊）", "送出查核紀錄，照片 24 張全數收到"),
]
PHOTOS = [
    Photo("/static/img/mark.svg", "第 3 層樓版鋼筋保護層墊塊", "/photos/1", "樓版鋼筋墊塊間距過大"),
    Photo(None, "", "/photos/2", "模板支撐"),
]
STEPS: list[dict[str, Any]] = [
    {
        "rule": "各委員評分平均",
        "article": "作業辦法第7條",
        "inputs": {"委員一": 82, "委員二": [81, 84]},
        "value": "82.33",
    },
    {"rule": "四捨五入取整數", "article": "作業辦法第7條", "value": 82},
]


def tenders(name: str = "示範國小校舍補強工程") -> list[dict[str, Any]]:
    """Three rows: on time, late with a withheld grade, due today."""
    rows = [
        (98_500_000, "A", "甲等", 82, 5),
        (12_340_000, None, "", None, -3),
        (1_520_000, "C", "丙等", 66, 0),
    ]
    return [
        {
            "href": "/tenders/1",
            "name": f"{name} {n}",
            "agency": "示範市工務局",
            "budget_twd": budget,
            "grade": grade,
            "label": label,
            "score": score,
            "due_text": "115年11月30日（一）",
            "days_left": days,
        }
        for n, (budget, grade, label, score, days) in enumerate(rows, start=1)
    ]


def sample(page: str, text: str = "") -> dict[str, Any]:
    """The context of one sample page; a given text stands in every place people fill in."""
    name = text or "示範國小校舍補強工程"
    item = {"name": name, "agency": text or "示範市工務局", "contractor": text or "示範營造公司"}
    contexts: dict[str, dict[str, Any]] = {
        "sample_list.html": {"rows": tenders(name), "total": 1234, "query": text},
        "sample_object.html": {"item": item, "steps": STEPS, "photos": PHOTOS, "events": EVENTS},
        "sample_form.html": {"errors": ERRORS, "text": text},
        "layout/sign_in.html": {"demo_accounts": ACCOUNTS, "demo_password": "示範", "username": text},
        "layout/problem.html": {
            "status": 409,
            "title": text or "狀態不符",
            "detail": text or "還有 2 張照片沒有收到。請回到平板完成上傳，再發出改善通知。",
            "request_id": "0f3a-91",
            "errors": [FieldError("marks[0].total", text or "須為 0 到 100 的整數")],
        },
        "layout/api_docs.html": {"spec_url": "/api/v1/openapi.json"},
    }
    return contexts[page]


PAGES = (
    "sample_list.html",
    "sample_object.html",
    "sample_form.html",
    "layout/sign_in.html",
    "layout/problem.html",
    "layout/api_docs.html",
)


class Pages:
    """Renders templates and single macros inside a request."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def page(self, name: str, text: str = "", **context: Any) -> str:
        """A whole page with its menu, person and crumbs."""
        with self.app.test_request_context():
            flash(text or "已排定 1 件查核。", "success")
            frame = {"nav": NAV, "actor": ACTOR, "crumbs": [("首頁", "/"), ("標案", "/tenders")]}
            return render_template(name, **{**frame, **sample(name, text), **context})

    def macro(self, call: str, **context: Any) -> str:
        """What one expression on `ui` prints."""
        with self.app.test_request_context():
            source = '{% import "layout/macros.html" as ui %}' + call
            return render_template_string(source, Column=Column, **context)


def make_app() -> Flask:
    """Flask with the shared folder, dummy endpoints and undefined names as errors."""
    app = Flask("sample", static_folder=str(STATIC))
    app.secret_key = "not a secret"
    folders = [str(layout.TEMPLATES), str(Path(__file__).parent / "templates")]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(csrf_token=lambda: "token", Column=Column, Markup=Markup)
    app.add_url_rule("/sign-out", "accounts.sign_out", lambda: "", methods=["POST"])
    app.context_processor(lambda: {"demo_mode": True, "version": "0.1.0"})
    return app
