"""Threads that stay on one processor, and work that may take any."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from inspect_app.core import processors

on_linux = pytest.mark.skipif(not processors.KNOWN, reason="only Linux says where a thread may run")


@pytest.fixture
def before() -> Iterator[set[int]]:
    """Where this thread may run; put back afterwards."""
    found = os.sched_getaffinity(0)
    yield found
    os.sched_setaffinity(0, found)


@on_linux
@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("turn", range(5))
def test_a_thread_and_those_it_starts_stay_on_one_processor_in_turn(turn: int) -> None:
    processors.stay(turn)

    expected = {sorted(processors.EVERY)[turn % len(processors.EVERY)]}
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(os.sched_getaffinity, 0).result() == expected
    assert os.sched_getaffinity(0) == expected


@on_linux
@pytest.mark.usefixtures("before")
def test_work_without_pythons_lock_may_take_any_and_goes_back_even_when_it_fails() -> None:
    processors.stay(0)
    own = os.sched_getaffinity(0)

    taken = []

    def decode() -> None:
        with processors.every():
            taken.append(os.sched_getaffinity(0))
            raise ValueError("damaged")

    with pytest.raises(ValueError, match="damaged"):
        decode()

    assert taken == [processors.EVERY]
    assert os.sched_getaffinity(0) == own


@on_linux
def test_where_the_system_refuses_a_thread_runs_where_it_may(
    before: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[int]] = []

    def refused(_pid: int, wanted: set[int]) -> None:
        asked.append(wanted)
        raise PermissionError

    with monkeypatch.context() as system:
        system.setattr(os, "sched_setaffinity", refused)
        processors.stay(0)
        with processors.every():
            assert os.sched_getaffinity(0) == before

    assert asked == [{min(processors.EVERY)}, processors.EVERY, before]


def test_elsewhere_nothing_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where a thread may run: there is no such question, and asking would fail."""
    monkeypatch.setattr(processors, "KNOWN", False)
    for question in ("sched_setaffinity", "sched_getaffinity"):
        monkeypatch.delattr(os, question, raising=False)
    done = []

    processors.stay(1)
    with processors.every():
        done.append("work")

    assert done == ["work"]
