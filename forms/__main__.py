"""`python -m forms check` reads every data file strictly; `publish` locks new checklist versions."""

import sys

from forms import lock, schema
from forms.catalogue import catalogue
from forms.errors import FormsError


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
    """Read every published checklist, every draft and the catalogue; what was read."""
    drafts = [schema.define((lock.DEFINITIONS / name).read_bytes(), name) for name in lock.unpublished()]
    counts = len(schema.published()), len(drafts), len(catalogue().codes)
    return "{} published, {} drafts, {} defect codes\n".format(*counts)


def publish() -> str:
    """Check the drafts, then lock them."""
    check()
    return "".join(f"published {name}\n" for name in lock.publish()) or "nothing new\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
