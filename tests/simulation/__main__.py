"""A year by hand: `python -m tests.simulation --year 2020 --database postgresql --seed 7 --kills 40`; prints the table."""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.databases import migrate_to_head, running_postgres
from tests.simulation import oracle, reckoning
from tests.simulation.conductor import Year


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.simulation")
    parser.add_argument("--year", type=int, choices=(2020, 2026), default=2026)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--kills", type=int, default=20)
    told = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'chahe.sqlite3'}"
        if told.database == "postgresql":
            server = stack.enter_context(running_postgres())
            url = server.url(server.create())
        migrate_to_head(url, folder)
        processes = 2 if told.database == "postgresql" else 1
        year = Year(folder, url, oracle.script(told.year, told.seed), told.seed, told.kills, processes)
        began = time.monotonic()
        with year.running():
            year.play()
            rows = reckoning.rows(year)
            strangers = reckoning.strangers(year)
        sys.stdout.write(f"{reckoning.table(year, rows, time.monotonic() - began)}\n")
    return 0 if all(row.is_right for row in rows) and not strangers else 1


if __name__ == "__main__":
    sys.exit(main())
