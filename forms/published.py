"""The checklists that are published: what is, stays."""

from functools import cache

from forms import lock
from forms.catalogue import was_published
from forms.errors import UnknownForm
from forms.marksheet import CODE as MARK_SHEET
from forms.reading import define
from forms.schema import NAME, FormDefinition

_ORDER = ("general", "building", "road", "drainage", "slope", "equipment")


@cache
def load(code: str, version: int) -> FormDefinition:
    """The published checklist; UnknownForm if there is none, PublishedFormChanged if it was tampered with."""
    name = f"{code}/v{version}.yaml"
    if code == MARK_SHEET or name not in lock.digests():
        raise UnknownForm(code, version, "、".join(f"{known} 第 {number} 版" for known, number in _known()))
    return define(lock.read(name), name, was_published)


@cache
def every() -> tuple[FormDefinition, ...]:
    """Every published checklist: the general one first, then by kind of works; of each the oldest first."""
    found = [load(code, version) for code, version in _known()]
    return tuple(sorted(found, key=lambda form: (_ORDER.index(form.works), form.code, form.version)))


@cache
def newest() -> tuple[FormDefinition, ...]:
    """Of each checklist the newest version."""
    return tuple({form.code: form for form in every()}.values())


def _known() -> list[tuple[str, int]]:
    names = [NAME.fullmatch(name) for name in lock.digests()]
    return sorted(
        (name["code"], int(name["version"])) for name in names if name and name["code"] != MARK_SHEET
    )
