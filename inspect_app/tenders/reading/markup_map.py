"""`markup.yaml` as a tree to walk: what each element of a tender means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from inspect_app.tenders.reading.columns import MONEY


@dataclass(slots=True, eq=False)
class Node:
    """One element: the slots its text and attributes go to (-1: none), and what may lie in it."""

    text: int = -1
    is_money: bool = False
    is_month: bool = False
    attributes: list[tuple[str, int]] = field(default_factory=list)
    children: dict[str, "Node"] = field(default_factory=dict)

    def child(self, name: str) -> "Node | None":
        return self.children.get(name) or self.children.get("*")


@dataclass(frozen=True, slots=True)
class Map:
    """The tree of a tender; for each field the slots that may tell it, the first that says something counting.

    `fresh` are the slots that begin anew with each month.
    """

    tender: str
    unit_attribute: str
    root: Node
    slots: int
    fields: Mapping[str, tuple[int, ...]]
    month_fields: Mapping[str, tuple[int, ...]]
    fresh: tuple[int, ...]
    titles: Mapping[str, str]


@cache
def tender_system() -> Map:
    """The map of the tender system's XML."""
    text = files(__package__).joinpath("markup.yaml").read_text(encoding="utf-8")
    return read(yaml.safe_load(text))


def read(said: Mapping[str, Any]) -> Map:
    """A map from its YAML."""
    root, month = Node(), said["month"]
    numbers = _Numbers(root)
    fields = {name: numbers.all(name, paths) for name, paths in said["fields"].items()}
    month_fields = {name: numbers.all(name, paths) for name, paths in month["fields"].items()}
    _reach(root, month["element"].split("/")).is_month = True
    inside = month["element"] + "/"
    fresh = (numbers.of[path] for path in _paths(month["fields"]) if path.startswith(inside))
    titles = {name: _title(paths[0]) for name, paths in (said["fields"] | month["fields"]).items()}
    return Map(
        said["tender"],
        said["unit_attribute"],
        root,
        len(numbers.of),
        fields,
        month_fields,
        tuple(fresh),
        titles,
    )


class _Numbers:
    """Gives every path a slot and hangs it into the tree."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.of: dict[str, int] = {}

    def all(self, name: str, paths: list[str]) -> tuple[int, ...]:
        return tuple(self._one(path, name in MONEY) for path in paths)

    def _one(self, path: str, is_money: bool) -> int:
        slot = self.of.setdefault(path, len(self.of))
        *way, last = path.split("/")
        node = _reach(self.root, way)
        if last.startswith("@"):
            node.attributes.append((last[1:], slot))
        else:
            node = _reach(node, [last])
            node.text, node.is_money = slot, is_money
        return slot


def _reach(node: Node, way: list[str]) -> Node:
    for name in way:
        node = node.children.setdefault(name, Node())
    return node


def _paths(fields: Mapping[str, list[str]]) -> Iterator[str]:
    for paths in fields.values():
        yield from paths


def _title(path: str) -> str:
    return path.rsplit("/", 1)[-1].removeprefix("@")
