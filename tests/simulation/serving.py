"""The application as gunicorn serves it in a simulated year."""

from pathlib import Path

from flask import Flask

from inspect_app import create_app
from tests.simulation.clocks import FileClock


def app(clock: str) -> Flask:
    return create_app(None, FileClock(Path(clock)))
