"""Opening a session: authenticate first, then one transaction for the token."""

from datetime import timedelta

from inspect_app.accounts import service
from inspect_app.core import clock
from inspect_app.core.database import session, transaction
from inspect_app.core.settings import current_settings


def open_session(username: str, password: str) -> service.Issued:
    """A fresh token for the right password, else NotSignedIn."""
    settings = current_settings()
    user = service.authenticate(session(), username, password, production=settings.is_production)
    with transaction() as current:
        return service.sign_in(current, user, clock.now(), timedelta(hours=settings.session_hours))
