"""The application for a WSGI server and for `flask --app wsgi`."""

import sys

from inspect_app import create_app
from inspect_app.core.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(f"設定有誤，未啟動（settings refused）: {error}")
