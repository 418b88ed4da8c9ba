"""The kinds of messages, declared in one table: their words, and whether one may choose not to be mailed."""

from dataclasses import dataclass

from inspect_app.core.permissions import EVERYONE, Role


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is `room.what` and never changes; `title` is for people, zh-Hant.

    `optional`: a person may choose to have it in the inbox alone; a duty's chase may not be declined. `roles`: whose
    accounts may receive it at all, which is what their choices list. `withheld`: that it was sent would tell of a visit
    before its issue (作業辦法 art. 13), so it stays out of every list, count and gauge for administrators.
    """

    name: str
    title: str
    optional: bool
    roles: frozenset[Role] = EVERYONE
    withheld: bool = False


KINDS: dict[str, Kind] = {}


def declare(*kinds: Kind) -> None:
    """Make kinds known; ValueError for a name given twice."""
    for kind in kinds:
        if kind.name in KINDS and KINDS[kind.name] != kind:
            raise ValueError(f"message kind {kind.name} declared twice; give each a name of its own")
        KINDS[kind.name] = kind
