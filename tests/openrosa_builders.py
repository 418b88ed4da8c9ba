"""A tablet with ODK Collect for tests: it fills in the very forms that the server gives, and sends what Collect sends."""

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from xml.etree.ElementTree import Element, register_namespace, tostring

from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse

from forms.catalogue import catalogue
from forms.reading import define
from forms.schema import FormDefinition
from inspect_app.accounts import service as accounts
from inspect_app.core import clock
from tests import builders
from tests.inspections_builders import ITEMS, ON

CHECKLISTS = Path(__file__).parent / "data" / "checklists"
RESPONSE = "{http://openrosa.org/http/response}message"
LIST, MANIFEST = "{http://openrosa.org/xforms/xformsList}", "{http://openrosa.org/xforms/xformsManifest}"
XFORM = "{http://www.w3.org/2002/xforms}"
TEMPLATE = "{http://openrosa.org/javarosa}template"
TIMES = {"startedAt": f"{ON}T09:00:00.000+08:00", "finishedAt": f"{ON}T12:00:00.000+08:00"}
register_namespace("", XFORM.strip("{}"))

Values = Mapping[str, Any]
"""Answers by question; those of a repeat as a list of such."""


@cache
def every_kind() -> FormDefinition:
    """The tests' own checklist, of every kind of item."""
    name = "every-kind/v1.yaml"
    return define((CHECKLISTS / name).read_bytes(), name, catalogue().knows)


# -- filling in ----------------------------------------------------------------------------------------------


def fill(xform: str, values: Values, instance_id: UUID | str | None = None) -> bytes:
    """A form's own instance with these answers; what has no answer stays empty, repeats without one go."""
    model = fromstring(xform)
    root = deepcopy(model.find(f".//{XFORM}instance")[0])  # type: ignore[index]
    _put(root, {**TIMES, **values})
    meta = next(node for node in root.iter() if name_of(node) == "instanceID")
    meta.text = f"uuid:{instance_id or uuid4()}"
    return tostring(root, encoding="utf-8")


def name_of(node: Element) -> str:
    return node.tag.rpartition("}")[2]


def _put(node: Element, values: Values) -> None:
    """Answers into a group or repetition; of every repeat the template makes the repetitions."""
    for child in list(node):
        name = name_of(child)
        if TEMPLATE in child.attrib:
            at = list(node).index(child)
            for extra in [each for each in node if name_of(each) == name]:
                node.remove(extra)
            for each in reversed(values.get(name, [])):
                node.insert(at, _repetition(child, each))
        elif len(child):
            _put(child, values)
        elif name in values:
            child.text = str(values[name])


def _repetition(template: Element, values: Values) -> Element:
    made = deepcopy(template)
    del made.attrib[TEMPLATE]
    _put(made, values)
    return made


def all_pass(people: Mapping[str, UUID], inspection: str, **changes: Any) -> dict[str, Any]:
    """Answers to the general checklist, equal to `inspections_builders.submission_body`."""
    given = {
        "inspection": inspection,
        **{f"{item}_result": "pass" for item in ITEMS},
        "marks": [
            {
                "markMember": people["leader"],
                "markKind": "parts",
                "markQuality": 17,
                "markWorkmanship": 49,
                "markProgress": 16,
            },
            {"markMember": people["member1"], "markKind": "total", "markTotal": 84},
        ],
    }
    return given | changes


def defect(**changes: Any) -> dict[str, Any]:
    """Honeycombs in the concrete, 3 points against the contractor."""
    given = {"defectId": uuid4(), "defectCode": "5.01.01", "defectSeverity": "M", "defectPoints": 3}
    return given | {"defectParty": "contractor"} | changes


# -- the tablet ------------------------------------------------------------------------------------------------


@dataclass
class Collect:
    """ODK Collect on a tablet of one person: HTTP Basic, and a Date header."""

    client: FlaskClient
    username: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        given = b64encode(f"{self.username}:{self.token}".encode()).decode()
        return {
            "Authorization": f"Basic {given}",
            "Date": "Mon, 23 Nov 2026 01:00:00 GMT",
            "X-OpenRosa-Version": "1.0",
        }

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.headers)

    def forms(self) -> list[dict[str, str]]:
        """The list of forms: what it tells of each."""
        answer = self.get("/openrosa/formList")
        assert answer.status_code == 200, answer.text
        root = fromstring(answer.text)
        return [{name_of(each): each.text or "" for each in form} for form in root]

    def download(self, form_id: str) -> str:
        """The form of that id, from the address in the list."""
        (url,) = [form["downloadUrl"] for form in self.forms() if form["formID"] == form_id]
        answer = self.get(url.removeprefix("http://localhost"))
        assert answer.status_code == 200, answer.text
        return answer.text

    def head(self) -> TestResponse:
        return self.client.head("/openrosa/submission?deviceID=x", headers=self.headers)

    def send(
        self,
        xml: bytes | None,
        files: Sequence[tuple[str, bytes]] = (),
        *,
        more: bool = False,
        **options: Any,
    ) -> TestResponse:
        """A form with its files as Collect sends them; `more` says that others follow."""
        parts: MultiDict[str, Any] = MultiDict()
        if xml is not None:
            parts.add(
                "xml_submission_file", FileStorage(io.BytesIO(xml), "form.xml", content_type="text/xml")
            )
        for name, data in files:
            parts.add(name, FileStorage(io.BytesIO(data), name, content_type="image/jpeg"))
        if more:
            parts.add("*isIncomplete*", "yes")
        given = {"data": parts, "content_type": "multipart/form-data", "headers": self.headers} | options
        return self.client.post("/openrosa/submission?deviceID=x", **given)


def tablet_token(session: Session, username: str) -> str:
    """The token of a new tablet of a person."""
    by = builders.actor(session, username)
    code = accounts.enrol(session, by.id, by, clock.now())
    session.flush()
    return accounts.redeem(session, code, "平板", clock.now())[1].token


def message(answer: TestResponse) -> str:
    """What an answer tells whoever holds the tablet."""
    found = fromstring(answer.text).find(RESPONSE)
    assert found is not None
    return found.text or ""
