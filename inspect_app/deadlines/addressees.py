"""From audiences to the people one writes to, each looked up once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.accounts import contacts
from inspect_app.core.permissions import Role
from inspect_app.deadlines.clocks import Audience
from inspect_app.messages.letters import Recipient


@dataclass
class Addressees:
    """Remembers whom it looked up; good for one piece of work."""

    session: Session
    _staff: list[Recipient] | None = None
    _people: dict[UUID, list[Recipient]] = field(default_factory=dict)
    _parties: dict[tuple[str, UUID], list[Recipient]] = field(default_factory=dict)

    def of(self, audience: Audience) -> Iterator[Recipient]:
        """Everybody of an audience; one who is in it twice may come twice."""
        if audience.staff:
            yield from self.staff()
        for person in sorted(audience.people):
            yield from self._person(person)
        for pair in sorted(audience.organisations):
            yield from self.party(pair)

    def staff(self) -> list[Recipient]:
        if self._staff is None:
            self._staff = contacts.with_role(self.session, Role.STAFF)
        return self._staff

    def party(self, pair: tuple[str, UUID]) -> list[Recipient]:
        """The officers of an organisation in a role."""
        if pair not in self._parties:
            self._parties[pair] = contacts.of_party(self.session, pair[1], pair[0])
        return self._parties[pair]

    def parties(self, pairs: Iterable[tuple[str, UUID]]) -> list[Recipient]:
        return [each for pair in pairs for each in self.party(pair)]

    def _person(self, person: UUID) -> list[Recipient]:
        if person not in self._people:
            self._people[person] = contacts.with_ids(self.session, [person])
        return self._people[person]
