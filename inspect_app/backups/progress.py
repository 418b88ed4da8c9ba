"""Telling how far the work is: a bar on a terminal, a few plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import click

Advance = Callable[[int], None]
QUARTER = 25


class Progress(Protocol):
    """Whoever is told."""

    def stage(self, label: str, length: int) -> AbstractContextManager[Advance]:
        """A piece of work of so many units (rows or bytes); call what it yields with those newly done."""


class Silent:
    """Tells nobody."""

    @contextmanager
    def stage(self, label: str, length: int) -> Iterator[Advance]:
        yield lambda _done: None


class Bars:
    """A bar for each stage."""

    @contextmanager
    def stage(self, label: str, length: int) -> Iterator[Advance]:
        with click.progressbar(length=length, label=label) as bar:
            yield bar.update


class Lines:
    """A line at the start of each stage and at every quarter."""

    @contextmanager
    def stage(self, label: str, length: int) -> Iterator[Advance]:
        done = told = 0

        def advance(more: int) -> None:
            nonlocal done, told
            done += more
            percent = 100 * done // length if length else 100
            if percent >= told + QUARTER:
                told = percent - percent % QUARTER
                click.echo(f"{label} {told} %")

        click.echo(label)
        yield advance


def for_terminal() -> Progress:
    """Bars where somebody watches, lines in a log."""
    return Bars() if sys.stdout.isatty() else Lines()
