"""Checklists and the catalogue: loaded beside the bare C loader, and held against a submission beside its decoding."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial

import msgspec
import yaml

from bench.form import MIXED, mixed_submission, register
from bench.harness import Line, paired, seconds
from forms import catalogue, lock, marksheet, published
from inspect_app.inspections import checks
from inspect_app.inspections.body import SubmissionBody

TIMES, LOADS = 400, 2


def lines() -> Iterator[Line]:
    """What a process does once, and what it does for every submission."""
    ours, bare = paired(_of(LOADS, _load), _of(LOADS, _parse))
    yield Line("forms, all loaded", ours, bare, "s", "at most", 4, "yaml.CSafeLoader, the same files")
    register()
    body = json.dumps(mixed_submission(), ensure_ascii=False).encode()
    decode = partial(msgspec.json.Decoder(SubmissionBody).decode, body)
    submission = decode()
    if found := checks.faults(submission):
        raise RuntimeError(f"the submission is to be without fault, not {found[:3]}")
    ours, bare = paired(_of(TIMES, lambda: checks.faults(submission)), _of(TIMES, decode), rounds=9)
    name = f"submission checked, {len(MIXED)} mixed items"
    yield Line(name, ours, bare, "s", "at most", 5, "msgspec decoding the same body")


def _of(times: int, work: Callable[[], object]) -> Callable[[], float]:
    def many() -> None:
        for _ in range(times):
            work()

    return lambda: seconds(many)


def _load() -> None:
    """Everything that is published, as a fresh process reads it."""
    for kept in (catalogue._read, catalogue.revisions, published.load, published.every, marksheet.mark_sheet):
        kept.cache_clear()
    catalogue.revisions()
    published.every()
    for name in lock.digests():
        if found := re.fullmatch(rf"{marksheet.CODE}/v([0-9]+)\.yaml", name):
            marksheet.mark_sheet(int(found[1]))


def _parse() -> None:
    """The same files, with nothing asked of them."""
    for folder in (lock.DEFINITIONS, catalogue.CODES):
        for name in lock.digests(folder):
            yaml.load((folder / name).read_bytes(), yaml.CSafeLoader)
