"""`python -m forms check` reads every data file strictly; `publish` locks new checklist versions."""

import sys
from pathlib import Path

from forms import catalogue, lock, marksheet, published, reading
from forms.errors import FormsError
from forms.schema import FormDefinition


def main(arguments: list[str]) -> int:
    """0 when all is well, 1 with the reason on standard error, 2 for a wrong command line."""
    commands = {"check": check, "publish": publish}
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write("usage: python -m forms check|publish\n")
        return 2
    try:
        sys.stdout.write(commands[arguments[0]]())
    except FormsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def check() -> str:
    """Read every published file and every draft; what was read."""
    codes = catalogue.catalogue()
    drafts = [
        *(_check_definition(name) for name in lock.unpublished()),
        *(
            catalogue.define(_draft(catalogue.CODES, name), name)
            for name in lock.unpublished(catalogue.CODES)
        ),
    ]
    for form in published.every():
        _check_mark_sheet(form)
    counts = len(published.every()), len(catalogue.revisions()), len(codes.codes), len(drafts)
    return "{} checklists, {} revisions of the catalogue ({} codes in the newest), {} drafts\n".format(
        *counts
    )


def publish() -> str:
    """Check the drafts, then lock them."""
    check()
    added = [*lock.publish(), *lock.publish(catalogue.CODES)]
    return "".join(f"published {name}\n" for name in added) or "nothing new\n"


def _check_definition(name: str) -> object:
    data = _draft(lock.DEFINITIONS, name)
    if name.startswith(f"{marksheet.CODE}/"):
        return marksheet.define(data, name)
    form = reading.define(data, name, catalogue.catalogue().knows)
    _check_mark_sheet(form)
    return form


def _check_mark_sheet(form: FormDefinition) -> None:
    """UnknownForm where a checklist names a mark sheet that is not published."""
    if form.mark_sheet is not None:
        marksheet.mark_sheet(form.mark_sheet)


def _draft(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
