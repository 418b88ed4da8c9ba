"""Good requests of every command of the engine, and small helpers to change and refuse them."""

from copy import deepcopy
from typing import Any

import pytest

import scoring

Json = dict[str, Any]

SEED = "2026-11-23 公開抽籤 第一次"
GOOD: dict[str, Json] = {
    "grade": {
        "inspected_on": "2024-05-01",
        "marks": [
            {"member": "a", "total": 84, "outside": True},
            {"member": "b", "quality_system": 17, "workmanship": 49, "progress": 16},
        ],
        "outside": ["b"],
        "findings": ["safety"],
        "pending_tests": ["asphalt_core"],
    },
    "quota": {
        "year": 2024,
        "as_of": "2024-06-30",
        "tenders": [
            {"id": "L", "budget_twd": 60_000_000, "own": True, "count": 30},
            {"id": "S", "budget_twd": 3_000_000, "own": False, "count": 4},
        ],
        "inspections": [{"tender": "L", "on": "2024-03-01", "kind": "inspection", "count": 1}],
        "overrides": [{"band": 0, "required": 12, "document": "府研查字第1號", "approved_on": "2024-02-01"}],
        "visits_per_month": 3,
    },
    "penalty": {
        "procurement_twd": 60_000_000,
        "deductions": [
            {
                "code": "5.01.01",
                "party": "contractor",
                "points": 2,
                "also": ["supervisor"],
                "multiplier": 2,
                "allowed": [1, 2],
                "severity": "M",
            }
        ],
        "on": "2024-05-01",
        "cap_twd": 9_000,
    },
    "deadline": {"rule": "inspection_record", "from": "2024-09-26", "closures": ["2024-10-02"]},
    "filing": {
        "month": "2026-10",
        "as_of": "2026-11-07T00:00:00+08:00",
        "day": 6,
        "entries": [
            {"tender": "T1", "agency": "工務局", "must_file": True, "filed_at": "2026-11-06T23:59:59+08:00"},
            {"tender": "T2", "agency": "工務局", "filed_at": None},
        ],
    },
    "progress": {"tenders": [{"planned": "50.00", "actual": "44.10"}], "limit": "5.5"},
    "priorities": {
        "as_of": "2026-11-23",
        "tenders": [
            {
                "id": "A",
                "budget_twd": 60_000_000,
                "contract_twd": 40_000_000,
                "changed_twd": 9_000_000,
                "planned": "50",
                "actual": "39.5",
                "last_score": 74,
                "reports": 2,
                "changes": 3,
                "late_filings": 1,
                "accident": True,
                "suspended": True,
                "ordered": True,
                "never_visited": True,
            },
            {"id": "B", "budget_twd": 200_000_000},
            {"id": "C", "budget_twd": 1},
        ],
    },
    "draw": {
        "seed": SEED,
        "count": 2,
        "tenders": [{"id": "A", "weight": 3}, {"id": "B", "weight": 1}, {"id": "C", "weight": 0}],
    },
}
GOOD["replay"] = {
    "command": "progress",
    "request": GOOD["progress"],
    "result": {"total": 1, "behind": 1},
}


def good(command: str, /, **changes: Any) -> Json:
    """A good request with some keys changed; `...` takes a key away."""
    request = {**deepcopy(GOOD[command]), **changes}
    return {key: value for key, value in request.items() if value is not ...}


def ask(command: str, /, **request: Any) -> Json:
    """The engine's answer."""
    return scoring.run(command, request)


def refused(command: str, request: object) -> scoring.ScoringError:
    """The error of a request that must not be answered."""
    with pytest.raises(scoring.ScoringError) as caught:
        scoring.run(command, request)  # type: ignore[arg-type]
    return caught.value


def step_of(answer: Json, rule: str) -> Json:
    """The first step of a rule."""
    return next(step for step in answer["steps"] if step["rule"] == rule)
