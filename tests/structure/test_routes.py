"""Every route names its permission and stands in the API's own description."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from inspect_app.core.auth import permission_of
from inspect_app.core.permissions import PERMISSIONS, PUBLIC
from inspect_app.layout.context import NAVIGATION
from tests.clients import PREFIX, Api

DESCRIPTIONS = {f"{PREFIX}/openapi.json", f"{PREFIX}/docs"}
VERBS = {"get", "post", "put", "patch", "delete"}


def routes(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for verb in VERBS & item.keys():
            yield path, verb, item[verb]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def resolve(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        node = node.get(step.replace("~1", "/").replace("~0", "~"))
        if node is None:
            return None
    return node


def in_openapi(rule: Rule) -> str:
    """A rule as OpenAPI writes it: converters stand in the parameter, not in the path."""
    parts = ("{" + text + "}" if dynamic else text for dynamic, text in rule._trace)
    return "".join(parts).lstrip("|")


def test_every_route_names_a_permission(app: Flask) -> None:
    missing = [rule.rule for rule in routes(app) if permission_of(app, rule.endpoint) is None]

    assert missing == []


def test_every_permission_is_asked_for_by_a_route(app: Flask) -> None:
    asked = {permission_of(app, rule.endpoint) for rule in routes(app)}

    assert PERMISSIONS.keys() - asked == set()


def test_routes_ask_only_for_permissions_that_exist(app: Flask) -> None:
    asked = {permission_of(app, rule.endpoint) for rule in routes(app)}

    assert asked - {None} <= PERMISSIONS.keys() | {PUBLIC}


def test_only_sign_in_health_and_descriptions_are_public(app: Flask) -> None:
    public = {rule.rule for rule in routes(app) if permission_of(app, rule.endpoint) == PUBLIC}

    assert public == {
        *DESCRIPTIONS,
        f"{PREFIX}/auth/login",
        f"{PREFIX}/devices",
        f"{PREFIX}/photos/addresses/<string:signed>",  # the address is the credential, for minutes
        f"{PREFIX}/evidence/keys",
        "/evidence/verifier",
        "/sign-in",
        "/calendar/<string:token>.ics",  # the address is the secret
        "/notifications/decline/<string:choice>",  # the address is signed, and can do nothing else
        "/healthz",
        "/readyz",
        "/metrics",
    }


def test_every_menu_entry_leads_somewhere_the_role_may_go(app: Flask) -> None:
    shown = [(endpoint, permission) for _, endpoint, permission in NAVIGATION]

    assert shown == [(endpoint, permission_of(app, endpoint)) for endpoint, _ in shown]


def test_every_api_route_stands_in_the_document_method_by_method(app: Flask, client: Api) -> None:
    document = client.get("/openapi.json").get_json()
    described = {(path, verb) for path, verb, _ in operations(document)}
    served = {
        (in_openapi(rule), method.lower())
        for rule in routes(app)
        if rule.rule.startswith(PREFIX) and rule.rule not in DESCRIPTIONS
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert described == served


def test_the_document_names_its_version_and_title(client: Api) -> None:
    document = client.get("/openapi.json").get_json()

    assert document["openapi"] == "3.1.0"
    assert document["info"] == {"title": "查核 Chahe", "version": document["info"]["version"]}


def test_every_reference_of_the_document_resolves(client: Api) -> None:
    document = client.get("/openapi.json").get_json()

    assert [ref for ref in references(document) if resolve(document, ref) is None] == []


def test_every_operation_describes_itself_and_its_answers(client: Api) -> None:
    document = client.get("/openapi.json").get_json()
    bare = [
        (path, verb)
        for path, verb, operation in operations(document)
        if not operation.get("summary") or not operation.get("responses") or not operation.get("tags")
    ]

    assert bare == []


def test_every_parameter_of_a_path_is_described(client: Api) -> None:
    document = client.get("/openapi.json").get_json()
    undescribed = []
    for path, verb, operation in operations(document):
        told = operation.get("parameters", []) + document["paths"][path].get("parameters", [])
        names = {each["name"] for each in told if each.get("in") == "path" and each.get("required")}
        if set(re.findall(r"\{([^{}]+)\}", path)) != names:
            undescribed.append((path, verb))

    assert undescribed == []


def test_every_security_scheme_asked_for_is_defined(client: Api) -> None:
    document = client.get("/openapi.json").get_json()
    asked = {name for each in document["security"] for name in each}

    assert asked
    assert asked <= document["components"]["securitySchemes"].keys()


def test_the_documentation_page_loads_the_document(client: Api) -> None:
    answer = client.get("/docs")

    assert answer.status_code == 200
    assert f"{PREFIX}/openapi.json" in answer.text
