"""The sizes we keep (docs/architecture.md), measured on the syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from inspect_app.core.settings import ROOT

PACKAGES = ("scoring", "forms", "inspect_app")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Measured:
    """A function's place and its length in lines, decorators and docstring not counted."""

    place: str
    lines: int


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def place(path: Path, function: Function) -> str:
    return f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"


def length(function: Function) -> int:
    """Lines from `def` to the end, less the docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def measured() -> list[Measured]:
    found = [Measured(place(path, each), length(each)) for path in sources() for each in functions(path)]
    return sorted(found, key=lambda each: -each.lines)


def worst(found: list[Measured]) -> str:
    return "\n".join(f"{each.lines:4} {each.place}" for each in found[:10])


def test_the_median_function_has_at_most_8_lines() -> None:
    found = measured()

    assert median(each.lines for each in found) <= 8, worst(found)


def test_nine_functions_in_ten_have_at_most_25_lines() -> None:
    found = measured()
    short = sum(each.lines <= 25 for each in found)

    assert short >= 0.9 * len(found), worst(found)


def test_no_function_has_more_than_50_lines() -> None:
    found = measured()

    assert [each for each in found if each.lines > 50] == [], worst(found)


def test_no_file_has_more_than_400_lines() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources()}

    assert {path: count for path, count in lines.items() if count > 400} == {}


def test_every_public_function_names_its_return_type() -> None:
    unnamed = [
        place(path, each)
        for path in sources()
        for each in functions(path)
        if each.returns is None and not each.name.startswith("_")
    ]

    assert unnamed == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]

    assert silent == []
