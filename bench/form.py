"""Checklists of 60 items, known to the benchmarks' own server only."""

from typing import Any
from uuid import uuid4

from forms.conditions import Comparison, Join
from forms.published import load
from forms.schema import Choice, Demands, FormDefinition, FormItem, Section
from forms.text import Text
from inspect_app.inspections import checks

CODE, MIXED_CODE = "bench-60", "bench-mixed"
ITEMS = tuple(f"item-{number:02}" for number in range(60))
FORM = FormDefinition(
    CODE,
    1,
    "量測用查核表",
    (Section("all", "全部", tuple(FormItem(id_, "量測項目", "check") for id_ in ITEMS)),),
)
PHOTO, SIGNED = "a" * 64, "b" * 64


def _round(at: int) -> tuple[FormItem, ...]:
    """Ten items as a checklist mixes them: six checks, of which three demand and one is hidden; one of each other."""
    first, steel, depth = (f"r{at}-{name}" for name in ("check", "choice", "number"))
    failed = Demands(("5.01",), photo=True, note=True)
    on_steel = Join("all", (Comparison(steel, "is", "steel"), Comparison(depth, "at_least", 3)))
    choices = tuple(Choice(id_, Text(id_, id_)) for id_ in ("steel", "concrete", "wood"))
    return (
        FormItem(first, "量測項目", "check", on_fail=failed),
        FormItem(steel, "量測項目", "choice", choices=choices),
        FormItem(depth, "量測項目", "number", unit="cm", low=0, high=100, decimals=1, on_fail=failed),
        FormItem(f"r{at}-when", "量測項目", "check", shown_when=on_steel, on_fail=failed),
        FormItem(f"r{at}-else", "量測項目", "check", shown_when=Comparison(first, "is", "na")),
        FormItem(f"r{at}-text", "量測項目", "text", shown_when=Comparison(first, "answered", True)),
        FormItem(f"r{at}-photo", "量測項目", "photo"),
        *(FormItem(f"r{at}-plain-{number}", "量測項目", "check") for number in range(2)),
        FormItem(f"r{at}-signature", "量測項目", "signature", role="leader")
        if at == 5
        else FormItem(f"r{at}-plain-2", "量測項目", "check"),
    )


MIXED = tuple(item for at in range(6) for item in _round(at))
MIXED_FORM = FormDefinition(MIXED_CODE, 1, "量測用查核表", (Section("all", "全部", MIXED),))


def register() -> None:
    """Let this process's application accept the checklists."""
    vars(checks)["load"] = _load


def _load(code: str, version: int) -> FormDefinition:
    known = {CODE: FORM, MIXED_CODE: MIXED_FORM}
    return known[code] if code in known else load(code, version)


def mixed_submission() -> dict[str, Any]:
    """A submission of the mixed checklist without a fault: one check in six failed, with what that demands."""
    told = {
        "choice": {"value": "steel"},
        "number": {"result": "pass", "value": "12.5", "note": "三處平均"},
        "text": {"value": "與圖說相符，抽查三處。"},
        "photo": {"photos": [PHOTO]},
    }
    passed = {"result": "pass", "note": "現場與圖說相符，抽查三處。"}
    answers = {item.id: told.get(item.kind, passed) for item in MIXED if item.kind != "signature"}
    answers = {id_: answer for id_, answer in answers.items() if not id_.endswith("-else")}
    answers["r2-check"] = {"result": "fail", "note": "柱底有蜂窩", "photos": [PHOTO]}
    return {
        "id": str(uuid4()),
        "form": {"code": MIXED_CODE, "version": 1},
        "started_at": "2026-11-20T09:00:00+08:00",
        "finished_at": "2026-11-20T12:00:00+08:00",
        "answers": answers,
        "defects": [_defect(place) for place in ("一樓", "二樓", "三樓")],
        "marks": [{"member": str(uuid4()), "total": total} for total in (82, 84, 80)],
        "photos": [{"sha256": PHOTO, "bytes": 2_000_000, "caption": "柱底"}],
        "signatures": [{"role": "leader", "sha256": SIGNED}],
    }


def _defect(place: str) -> dict[str, Any]:
    given = {"id": str(uuid4()), "code": "5.01.01", "severity": "M", "party": "contractor", "points": 3}
    return given | {"note": "柱底混凝土有蜂窩", "place": place, "photos": [PHOTO]}
