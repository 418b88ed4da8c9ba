"""The queue of writers: one at a time, in the order they came, across processes, and never for ever."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread
from time import sleep

import pytest

from inspect_app.core.writers import QueueFull, WriterQueue

HOLD = (
    "import sys, time; from pathlib import Path; from inspect_app.core.writers import WriterQueue\n"
    "with WriterQueue(Path(sys.argv[1])).turn():\n"
    "    print('held', flush=True); time.sleep(float(sys.argv[2]))"
)


@contextmanager
def held_elsewhere(path: Path, seconds: float) -> Iterator["subprocess.Popen[str]"]:
    """Another process has the turn for so long."""
    command = [sys.executable, "-c", HOLD, str(path), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_threads_are_served_in_the_order_they_came(tmp_path: Path) -> None:
    queue, served = WriterQueue(tmp_path / "db"), list[int]()

    def work(number: int) -> None:
        with queue.turn():
            served.append(number)

    with queue.turn():
        threads = []
        for number in range(8):
            threads.append(Thread(target=work, args=(number,)))
            threads[-1].start()
            while queue.waiting < number + 2:
                sleep(0.001)
    for thread in threads:
        thread.join()

    assert served == list(range(8))


def test_only_one_is_at_work(tmp_path: Path) -> None:
    queue, at_work, most, gate = WriterQueue(tmp_path / "db"), set[int](), list[int](), Barrier(6)

    def work(number: int) -> None:
        gate.wait()
        with queue.turn():
            at_work.add(number)
            sleep(0.002)
            most.append(len(at_work))
            at_work.remove(number)

    threads = [Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1] * 6


def test_who_waits_too_long_is_told_and_leaves_the_line(tmp_path: Path) -> None:
    path = tmp_path / "db"
    queue = WriterQueue(path, limit_s=0.05)

    with held_elsewhere(path, 30), pytest.raises(QueueFull), queue.turn():
        pass

    assert queue.waiting == 0


def test_a_thread_that_gives_up_does_not_hold_up_the_next(tmp_path: Path) -> None:
    queue, told = WriterQueue(tmp_path / "db", limit_s=0.05), list[str]()

    def work() -> None:
        try:
            with queue.turn():
                told.append("served")
        except QueueFull:
            told.append("gave up")

    with queue.turn():
        waiting = Thread(target=work)
        waiting.start()
        waiting.join()
    work()

    assert told == ["gave up", "served"]


def test_another_process_waits_for_its_turn_too(tmp_path: Path) -> None:
    path = tmp_path / "db"

    with held_elsewhere(path, 0.3) as other, WriterQueue(path, limit_s=20).turn():
        ended = other.wait(5)

    assert ended == 0


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "db"

    with held_elsewhere(path, 60) as other:
        other.kill()
        other.wait()
        with WriterQueue(path, limit_s=5).turn():
            served = True

    assert served


def test_a_transaction_inside_a_transaction_is_a_mistake_not_a_wait(tmp_path: Path) -> None:
    queue = WriterQueue(tmp_path / "db", limit_s=5)

    with queue.turn(), pytest.raises(RuntimeError, match="inside a transaction"), queue.turn():
        pass
