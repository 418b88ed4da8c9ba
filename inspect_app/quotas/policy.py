"""Who sees which number."""

from inspect_app.core.auth import Actor
from inspect_app.inspections import queries as inspections


def counts_unissued(actor: Actor) -> bool:
    """Whether an actor's figures count visits before their issue: the staff, who may know of them all."""
    return inspections.sees_all(actor)
