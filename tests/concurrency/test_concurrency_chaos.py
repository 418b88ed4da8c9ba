"""Real clients send photos through a network that cuts, delays, shortens and repeats, to a server that is killed:
nothing is lost, nothing is there twice, every byte is as it was sent.

250 uploads on each database; more, with other seeds: `python -m tests.concurrency.chaos --help`.
"""

from pathlib import Path

import pytest

from tests.concurrency.chaos.proxy import FATES
from tests.concurrency.chaos.running import run, table
from tests.concurrency.conftest import OpenArena
from tests.concurrency.invariants import broken

UPLOADS, KILLS = 250, 3
SEEDS = {"sqlite": 20261123, "postgresql": 20261124}


@pytest.mark.every_database
def test_no_upload_is_lost_doubled_or_changed_by_a_bad_network_and_a_dying_server(
    database: str, open_arena: OpenArena, tmp_path: Path
) -> None:
    arena = open_arena(database, processes=2, threads=4)

    rows, proxy, gave_up = run(arena, tmp_path, uploads=UPLOADS, seed=SEEDS[database], kills=KILLS)

    told = f"{table(rows)}\n{proxy.seen}"
    print(f"\n{database}, {proxy.requests} requests\n{told}")  # noqa: T201 - the table itself
    assert gave_up == [], told
    assert [(row.lost, row.doubled, row.wrong) for row in rows] == [(0, 0, 0)] * len(rows), told
    assert {row.client for row in rows if row.spoiled} <= {"rivalled"}, told
    assert sum(row.uploads for row in rows) == UPLOADS
    assert broken(arena) == []
    # The run proves nothing unless all this did happen.
    assert [fate for fate in FATES if proxy.count(fate) == 0] == []
    assert [client for client in ("tus-js-client", "tuspy", "rival") if not proxy.seen[client]] == []
    assert proxy.count("409", "423") > 0
    assert proxy.count("460") > 0
    assert {row.restarts for row in rows} == {KILLS}
