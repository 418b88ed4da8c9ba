"""Lists fetched from an address: a real server on loopback, which the settings must name."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from inspect_app.core.clock import FixedClock
from inspect_app.core.settings import SettingsError
from inspect_app.tenders.imports import fetching, jobs
from tests.clients import Api
from tests.conftest import MakeApp
from tests.databases import settings_for
from tests.import_samples import listed, run, turn, work, written

AsUser = Callable[[str], Api]


@dataclass
class Answers:
    """What the server says next, and what it was asked."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    short: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/tenders?unit=1"


@pytest.fixture
def server() -> Iterator[Answers]:
    answers = Answers(body=listed(3))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked.append((self.path, self.headers["Host"]))
            self.send_response(answers.status)
            self.send_header("Content-Type", answers.kind)
            self.send_header("Content-Length", str(len(answers.body) + answers.short))
            for name, text in answers.headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(answers.body)

        def log_message(self, *_: Any) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answers.port = httpd.server_port
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield answers
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture
def app(make_app: MakeApp, server: Answers) -> Flask:
    """The application that may fetch from the server, and from a name that leads inside."""
    return make_app(IMPORT_HOSTS=f"127.0.0.1:{server.port},localhost,data.example")


@pytest.fixture
def staff(as_user: AsUser) -> Api:
    return as_user("staff")


def source(staff: Api, url: str, **more: object) -> str:
    answer = staff.post("/tenders/import-sources", {"name": "公開資料", "url": url, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])  # type: ignore[index]


def fetched(app: Flask, staff: Api, source_id: str) -> UUID:
    """Have the source's address read now, by the worker; the import's id."""
    answer = staff.send(
        "POST", f"//tenders/import-sources/{source_id}/fetch", headers={"Accept": "text/html"}
    )
    assert answer.status_code == 303, answer.text
    work(app)
    return UUID(str(answer.headers["Location"]).rpartition("/")[2])


def why(app: Flask, staff: Api, url: str) -> str:
    row = run(app, fetched(app, staff, source(staff, url)))
    assert row.state == "failed"
    assert row.problem is not None
    return row.problem["reason"]


def test_what_an_address_gives_is_previewed(app: Flask, staff: Api, server: Answers) -> None:
    row = run(app, fetched(app, staff, source(staff, server.url)))

    assert (row.state, row.report is not None and row.report["created"]) == ("previewed", 3)
    assert server.asked == [("/api/tenders?unit=1", f"127.0.0.1:{server.port}")]


@pytest.mark.every_database
def test_a_daily_source_is_imported_once_a_day_and_only_what_is_new(
    app: Flask, staff: Api, server: Answers, fixed_clock: FixedClock
) -> None:
    source(staff, server.url, daily=True)

    def day() -> None:
        for _ in range(2):
            with app.app_context():
                jobs.fetch(turn())
            work(app)
        fixed_clock.instant = fixed_clock.instant.replace(day=fixed_clock.instant.day + 1)

    day()
    day()
    server.body = listed(4)
    day()

    assert len(server.asked) == 3
    assert written(app) == (4, 2)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": 404}, "回應 404"),
        ({"status": 302, "headers": {"Location": "http://data.example/"}}, "未跟隨"),
        ({"kind": "text/html"}, "不是 JSON（text/html）"),
        ({"short": 9}, "沒有在時限內完整回應"),
    ],
)
def test_another_answer_is_refused(
    app: Flask, staff: Api, server: Answers, changed: dict[str, Any], reason: str
) -> None:
    for name, value in changed.items():
        setattr(server, name, value)

    assert reason in why(app, staff, server.url)
    assert written(app) == (0, 0)


def test_too_much_is_refused(
    app: Flask, staff: Api, server: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 100)

    assert "未取得" in why(app, staff, server.url)


def test_a_server_that_stalls_is_left(
    app: Flask, staff: Api, server: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "WHOLE_S", 0.0)

    assert "沒有在時限內完整回應" in why(app, staff, server.url)


def test_a_name_that_leads_inside_is_not_followed(app: Flask, staff: Api, server: Answers) -> None:
    assert "指向內部網路" in why(app, staff, f"http://localhost:{server.port}/")
    assert server.asked == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://other.example/", "未允許連線到 other.example"),
        ("http://127.0.0.1:1/", "未允許連線到 127.0.0.1"),
        ("file:///etc/passwd", "https://"),
        ("http://user:word@data.example/", "不含帳號密碼"),
        ("http://data.example:x/", "寫法不正確"),
        ("https://data.example@other.example/", "不含帳號密碼"),
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused_beside_its_field(
    app: Flask, staff: Api, url: str, reason: str
) -> None:
    assert app
    answer = staff.post("/tenders/import-sources", {"name": "公開資料", "url": url})

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["field"] == "url"
    assert reason in answer.json["errors"][0]["reason"]


def test_without_the_setting_there_is_no_network(make_app: MakeApp, tmp_path: Any) -> None:
    assert settings_for(tmp_path).import_hosts == ()
    with pytest.raises(SettingsError, match="IMPORT_HOSTS"):
        settings_for(tmp_path, IMPORT_HOSTS="https://data.example")
