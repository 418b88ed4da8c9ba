"""Threads that stay on one processor, and work that may take any."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from inspect_app.core import processors

pytestmark = pytest.mark.skipif(not processors.KNOWN, reason="only Linux says where a thread may run")


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.parametrize("turn", range(5))
def test_a_thread_and_those_it_starts_stay_on_one_processor_in_turn(turn: int) -> None:
    processors.stay(turn)

    expected = {sorted(processors.EVERY)[turn % len(processors.EVERY)]}
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(os.sched_getaffinity, 0).result() == expected
    assert os.sched_getaffinity(0) == expected


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


def test_where_the_system_refuses_a_thread_runs_where_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_pid: int, _wanted: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refused)

    processors.stay(1)
    with processors.every():
        pass


def test_elsewhere_nothing_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors, "KNOWN", False)
    monkeypatch.delattr(os, "sched_setaffinity")

    processors.stay(1)
    with processors.every():
        pass
