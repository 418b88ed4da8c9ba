"""A checklist of 60 items, known to the benchmarks' own server only."""

from forms.published import load
from forms.schema import FormDefinition, FormItem, Section
from inspect_app.inspections import checks

CODE = "bench-60"
ITEMS = tuple(f"item-{number:02}" for number in range(60))
FORM = FormDefinition(
    CODE,
    1,
    "量測用查核表",
    (Section("all", "全部", tuple(FormItem(id_, "量測項目", "check") for id_ in ITEMS)),),
)


def register() -> None:
    """Let this process's application accept the checklist."""
    vars(checks)["load"] = _load


def _load(code: str, version: int) -> FormDefinition:
    return FORM if code == CODE else load(code, version)
