"""Two years from event to event, with real processes, a real mail server, and workers killed at random: each message
once, none missed, none early, none later than one lease after a worker lives.

Other years, databases and seeds, and more kills: `python -m tests.simulation --help`.
"""

import time
from pathlib import Path

import pytest

from tests.simulation import oracle, reckoning
from tests.simulation.conductor import Year

SEED = 20261124


@pytest.mark.parametrize(
    ("year", "database", "processes", "kills"),
    [(2020, "postgresql", 2, 12), (2026, "sqlite", 1, 0)],
    indirect=["database"],
)
def test_each_message_of_a_year_comes_once_and_on_time(
    year: int, database_url: str, tmp_path: Path, processes: int, kills: int
) -> None:
    simulated = Year(tmp_path, database_url, oracle.script(year, SEED), SEED, kills, processes)
    began = time.monotonic()
    with simulated.running():
        simulated.play()
        rows = reckoning.rows(simulated)
        strangers = reckoning.strangers(simulated)

    told = reckoning.table(simulated, rows, time.monotonic() - began)
    print(f"\n{told}")  # noqa: T201 - the table itself
    assert all(row.is_right for row in rows), told
    assert strangers == 0
    # The run proves nothing unless all this did happen.
    assert sum(row.expected for row in rows) > 400
    assert len(simulated.killed) >= kills
    assert not kills or sum(row.again for row in rows) > 0
