"""Paired runs, medians, one table: a benchmark says how far we are from what the machine can do."""

import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

T = TypeVar("T")
Sense = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: ours and the baseline in `unit`, their ratio, and what we hold ourselves to."""

    name: str
    ours: float
    baseline: float
    unit: str
    sense: Sense
    limit: float
    against: str

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline

    @property
    def holds(self) -> bool:
        return self.ratio >= self.limit if self.sense == "at least" else self.ratio <= self.limit


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def paired(ours: Callable[[], float], baseline: Callable[[], float], rounds: int = 5) -> tuple[float, float]:
    """The medians of both, run in turn and the order swapped every round, so that both meet the same weather."""
    measured: dict[Callable[[], float], list[float]] = {ours: [], baseline: []}
    for number in range(rounds):
        for run in (ours, baseline) if number % 2 else (baseline, ours):
            measured[run].append(run())
    return statistics.median(measured[ours]), statistics.median(measured[baseline])


def middle(
    sides: tuple[Callable[[], T], Callable[[], T]], figure: Callable[[T], float], rounds: int
) -> tuple[T, T]:
    """The pair of runs whose ratio of figures is the median's, in turn like `paired`; a first pair warms both up."""
    pairs = [_pair(sides, number) for number in range(rounds + 1)][1:]
    return sorted(pairs, key=lambda pair: figure(pair[0]) / figure(pair[1]))[rounds // 2]


def _pair(sides: tuple[Callable[[], T], Callable[[], T]], number: int) -> tuple[T, T]:
    if number % 2:
        return sides[0](), sides[1]()
    floor = sides[1]()
    return sides[0](), floor


def table(lines: Sequence[Line]) -> str:
    """The lines as text, one a row, wide enough for the longest name."""
    width = max(len(line.name) for line in lines)
    return "\n".join(_row(line, width) for line in lines)


def _row(line: Line, width: int) -> str:
    word = "ok" if line.holds else "MISSED"
    figures = f"{line.ours:>10.3f} {line.baseline:>10.3f} {line.unit:<8}"
    return (
        f"{line.name:<{width}} {figures} {line.ratio:>7.3f} "
        f"({line.sense} {line.limit:g}) {word:<6} {line.against}"
    )


def write(lines: Iterable[Line], path: Path) -> None:
    """`results.json`: every line with its ratio and whether it holds."""
    rows = [asdict(line) | {"ratio": round(line.ratio, 4), "holds": line.holds} for line in lines]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
