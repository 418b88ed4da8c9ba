"""The application with the benchmarks' checklist."""

from bench import form
from inspect_app import create_app

form.register()
app = create_app()
