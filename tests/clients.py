"""How tests speak to the application: as a program, and as a person's browser."""

import io
import re
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from tests import builders

PREFIX = "/api/v1"
PROGRAMS = (PREFIX, "/openrosa")
"""Where programs ask, with a token of their own and without cookies or hidden tokens."""


@dataclass
class Api:
    """A program's view of the application: JSON, a bearer token, paths below /api/v1."""

    client: FlaskClient
    token: str | None = None

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.send("GET", path, query_string=query)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.send("POST", path, json=body if body is not None else {}, **options)

    def put(self, path: str, body: Any, if_match: str | None = None) -> TestResponse:
        headers = {} if if_match is None else {"If-Match": if_match}
        return self.send("PUT", path, json=body, headers=headers)

    def delete(self, path: str) -> TestResponse:
        return self.send("DELETE", path)

    def upload(self, path: str, data: bytes, name: str = "tenders.csv", **query: Any) -> TestResponse:
        """Send a file as a browser's form would."""
        form = {"file": FileStorage(io.BytesIO(data), filename=name)}
        return self.send("POST", path, data=form, content_type="multipart/form-data", query_string=query)

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        """Any request; a path outside the API begins with `//`."""
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        url = path[1:] if path.startswith("//") else PREFIX + path
        return self.client.open(url, method=method, headers=headers, **options)


@dataclass
class Page:
    """A person's browser: cookies, forms with their hidden token, HTML."""

    client: FlaskClient
    csrf: str = field(default="", init=False)

    def get(self, path: str) -> TestResponse:
        answer = self.client.get(path, headers={"Accept": "text/html"})
        if found := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text):
            self.csrf = found[1]
        return answer

    def post(self, path: str, **form: Any) -> TestResponse:
        """Send a form, with the hidden token of the page last seen."""
        return self.client.post(path, data={"csrf_token": self.csrf, **form}, headers={"Accept": "text/html"})

    def sign_in(
        self, username: str, password: str = builders.PASSWORD, path: str = "/sign-in"
    ) -> TestResponse:
        self.get(path)
        return self.post(path, username=username, password=password)
