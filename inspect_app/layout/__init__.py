"""The pages' shared parts: base templates, macros and the values they take.

Add ``TEMPLATES`` to the application's template folders; every name below it starts with ``layout/``.
"""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
