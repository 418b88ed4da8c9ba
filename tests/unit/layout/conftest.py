"""The shared templates inside a small application."""

import pytest
from layout_samples import Pages, make_app


@pytest.fixture(scope="session")
def pages() -> Pages:
    """The renderer; the templates hold no state."""
    return Pages(make_app())
