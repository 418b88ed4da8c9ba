"""Chahe (查核): a construction-inspection team's whole work in one application."""

import os

from flask import Flask

from inspect_app.core import api, auth, clock, database, headers, health, logs, metrics, problems
from inspect_app.core.settings import Settings, load_settings
from inspect_app.core.storage import Storage

__version__ = "0.1.0"


def create_app(settings: Settings | None = None, clock_: clock.Clock | None = None) -> Flask:
    """The application; settings come from the environment unless given."""
    from inspect_app import rooms  # the rooms import what this module defines

    settings = settings or load_settings(os.environ)
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.secret_key = settings.secret_key
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = 2**20
    app.extensions["chahe.settings"] = settings
    app.extensions["chahe.clock"] = clock_ or clock.SystemClock()
    app.extensions["chahe.storage"] = Storage(settings.uploads_dir, settings.remote_storage)
    logs.configure(settings.log_level)
    logs.init_app(app)
    metrics.init_app(app)
    database.init_app(app, settings.database_url)
    headers.init_app(app, https=settings.is_production)
    auth.init_app(app, rooms.identify)
    health.init_app(app)
    api.init_app(app, __version__)
    problems.init_app(app)
    rooms.init_app(app, version=__version__, demo_mode=not settings.is_production)
    return app
