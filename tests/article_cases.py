"""The cases under tests/law/articles: read strictly, answered by the engine, compared in the keys they name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import yaml

import scoring

FOLDER = Path(__file__).parent / "law" / "articles"
FILE_KEYS = {"article", "groups", "cases"}
CASE_KEYS = {"name", "command", "input"}
OUTCOMES = {"output", "error"}


class Loader(yaml.SafeLoader):
    """Whole numbers, true, false and null are typed; all else is text (days too); no key twice."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if len(set(keys)) < len(keys):
            raise ValueError(f"line {node.start_mark.line + 1}: a key is given twice")
        return super().construct_mapping(node, deep)


Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"(?:0|[1-9][0-9]*)$"), list("0123456789"))
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"null$"), ["n"])


@dataclass(frozen=True, slots=True)
class Case:
    """What the law says: `expected` are the named parts of the output, or of the error; `on` the day it is about."""

    article: str
    name: str
    on: date | None
    command: str
    input: dict[str, Any]
    outcome: str
    expected: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Article:
    """One file: an article, the groups of the law it tells of, and its cases."""

    name: str
    groups: tuple[str, ...]
    cases: tuple[Case, ...]


def articles(folder: Path = FOLDER) -> list[Article]:
    return [read(path.read_text("utf-8"), path.stem) for path in sorted(folder.glob("*.yaml"))]


def read(text: str, name: str) -> Article:
    """One file's text; ValueError when a key is missing, unknown or given twice, or a name is not its own."""
    tree = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader that types less
    if set(tree) != FILE_KEYS:
        raise ValueError(f"{name}: a file has exactly {sorted(FILE_KEYS)}")
    cases = tuple(_case(each, name) for each in tree["cases"])
    if len({case.name for case in cases}) < len(cases):
        raise ValueError(f"{name}: two cases have one name")
    return Article(tree["article"], tuple(tree["groups"]), cases)


def _case(tree: dict[str, Any], article: str) -> Case:
    outcomes = set(tree) & OUTCOMES
    if len(outcomes) != 1 or set(tree) - outcomes - {"on"} != CASE_KEYS:
        raise ValueError(f"{article}: {tree.get('name')} has {sorted(CASE_KEYS)} and an output or an error")
    (outcome,) = outcomes
    if not tree[outcome] or tree.get("on", "") not in f"{tree['input']} {tree[outcome]}":
        raise ValueError(f"{article}: {tree['name']} expects nothing, or is not of the day it names")
    on = date.fromisoformat(tree["on"]) if "on" in tree else None
    return Case(article, tree["name"], on, tree["command"], tree["input"], outcome, tree[outcome])


def answer(command: str, request: dict[str, Any]) -> dict[str, Any]:
    """The engine's output, or its error. `law` gives each group's article, status and values by its name."""
    if command == "law":
        return _law(date.fromisoformat(request["on"]))
    try:
        return scoring.run(command, request)
    except scoring.ScoringError as wrong:
        return dict(wrong.as_dict())


def _law(on: date) -> dict[str, Any]:
    listed: dict[str, Any] = scoring.lawlist.on(on)
    entries = {each["group"]: {**each, **each["values"]} for each in listed["in_force"]}
    return {**dict.fromkeys(listed["not_in_force"]), **entries}


def wrong(case: Case) -> list[str]:
    """Where the engine says something else than the case."""
    found = answer(case.command, case.input)
    if ("error" in found) is not (case.outcome == "error"):
        return [f"an {case.outcome} was expected, got {found}"]
    return list(differences(case.expected, found))


def differences(expected: object, found: object, at: str = "") -> Iterator[str]:
    """Each named place where two values differ; of an object only the named keys, of a list every place."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            if key in found:
                yield from differences(value, found[key], f"{at}.{key}")
            else:
                yield f"{at}.{key} is missing"
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for place, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{at}[{place}]")
    elif type(expected) is not type(found) or expected != found:
        yield f"{at}: {expected!r} was expected, got {found!r}"
