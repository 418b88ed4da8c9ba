"""The run by hand, with other seeds: `python -m tests.concurrency.chaos --uploads 2000 --seed 7`; prints the table."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.concurrency.arena import Arena
from tests.concurrency.chaos.running import run, table
from tests.concurrency.invariants import broken
from tests.databases import migrate_to_head, running_postgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.concurrency.chaos")
    parser.add_argument("--uploads", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    told = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'chahe.sqlite3'}"
        if told.database == "postgresql":
            server = stack.enter_context(running_postgres())
            url = server.url(server.create())
        migrate_to_head(url, folder)
        arena = Arena.opened(folder, url, processes=2, threads=4)
        stack.callback(arena.close)
        photos = folder / "to-send"
        photos.mkdir()
        rows, proxy, gave_up = run(arena, photos, uploads=told.uploads, seed=told.seed, kills=told.kills)
        wrong = [*broken(arena), *gave_up]
    seen = {name: dict(counts) for name, counts in proxy.seen.items()}
    sys.stdout.write(f"{table(rows)}\n{proxy.requests} requests {seen}\n")
    sys.stdout.writelines(f"{each}\n" for each in wrong)
    return (
        1
        if wrong
        or any(
            row.lost or row.doubled or row.wrong or (row.spoiled and row.client != "rivalled") for row in rows
        )
        else 0
    )


if __name__ == "__main__":
    sys.exit(main())
