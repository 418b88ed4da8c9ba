"""`make bench`: measure everything, print the table, write bench/results.json; 1 when a limit is missed."""

import argparse
import sys
from pathlib import Path

from bench import (
    evidence,
    flagging,
    forms,
    importing,
    likeness,
    pages,
    papers,
    photos,
    resumable,
    scoring,
    searching,
    sending,
    start,
    storage,
    submission,
    worker,
)
from bench.harness import Line, table, write

ROOMS = {
    "submission": submission.lines,
    "photos": photos.lines,
    "resumable": resumable.lines,
    "storage": storage.lines,
    "likeness": likeness.lines,
    "papers": papers.lines,
    "importing": importing.lines,
    "flagging": flagging.lines,
    "pages": pages.lines,
    "searching": searching.lines,
    "forms": forms.lines,
    "scoring": scoring.lines,
    "evidence": evidence.lines,
    "sending": sending.lines,
    "start": start.lines,
    "worker": worker.lines,
}
RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument(
        "only", nargs="*", choices=[[], *ROOMS], help="measure only these; nothing is written then"
    )
    chosen = parser.parse_args().only
    found: list[Line] = []
    for name in chosen or ROOMS:
        print(f"{name} …", file=sys.stderr, flush=True)
        found += ROOMS[name]()
    print(table(found))
    if not chosen:
        write(found, RESULTS)
    return 0 if all(line.holds for line in found) else 1


if __name__ == "__main__":
    sys.exit(main())
