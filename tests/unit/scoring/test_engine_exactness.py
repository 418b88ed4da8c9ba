"""No binary float anywhere in the engine: none written, none made, none let through."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from scoring_builders import GOOD

import scoring

ENGINE = Path(scoring.__file__).parent
PATHS = {"lawbook.py"}
"""Here `/` joins paths; everywhere else it would divide."""


IMPRECISE = {"math", "decimal", "statistics", "random", "numpy"}
ARRAYS = {"vectorised.py": {"numpy"}}
"""Here numpy holds whole numbers only; its own test looks at them."""


def imported(node: ast.AST) -> set[str]:
    """The modules that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        return {str(node.module).partition(".")[0]}
    return {alias.name.partition(".")[0] for alias in node.names} if isinstance(node, ast.Import) else set()


def floats(module: Path) -> Iterator[str]:
    """Each place where a module could make a float."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        is_name = isinstance(node, ast.Name) and node.id in {"float", "round", "complex", "Decimal"}
        is_import = not IMPRECISE.isdisjoint(imported(node) - ARRAYS.get(module.name, set()))
        is_division = (
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and module.name not in PATHS
        )
        is_power = (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Pow)
            and isinstance(node.right, ast.UnaryOp)
        )
        if is_literal or is_name or is_import or is_division or is_power:
            yield f"{module.name}:{node.lineno}"


def test_no_module_of_the_engine_makes_a_float() -> None:
    assert [place for module in sorted(ENGINE.rglob("*.py")) for place in floats(module)] == []


@pytest.mark.parametrize(
    "line", ["x = 1.5", "x = float(1)", "x = 1 / 2", "import math", "x = round(y)", "x = 2 ** -1"]
)
def test_a_float_would_be_seen(tmp_path: Path, line: str) -> None:
    module = tmp_path / "module.py"
    module.write_text(line, "utf-8")

    assert list(floats(module)) == ["module.py:1"]


def no_float(text: str) -> None:
    raise AssertionError(f"a float was printed: {text}")


@pytest.mark.parametrize("command", GOOD)
def test_no_answer_has_a_float(command: str) -> None:
    written = json.dumps(scoring.run(command, GOOD[command]))

    assert json.loads(written, parse_float=no_float)


@pytest.mark.parametrize("command", GOOD)
def test_the_request_is_left_as_it_was_and_the_answer_is_the_same_again(command: str) -> None:
    before = json.dumps(GOOD[command])

    assert scoring.run(command, GOOD[command]) == scoring.run(command, GOOD[command])
    assert json.dumps(GOOD[command]) == before
