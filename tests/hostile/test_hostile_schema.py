"""schemathesis against the application's own document: whatever it says may be sent, by each role.

Every answer must be one the document knows: its status, its content type, its schema; never a server error.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.photo_samples import CHUNK
from tests.hostile.examples import EXAMPLES, places_of
from tests.hostile.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES = (
    "admin",
    "staff",
    "leader",
    "member1",
    "auditor",
    "agency",
    "supervisor",
    "contractor",
    "pcm",
    "anonymous",
)
BOUNDED = settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer(CHUNK)
def chunk(_: Any, value: Any) -> bytes:
    """A piece of a photo, as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def described(built: World) -> Any:
    """The document as schemathesis reads it, served without a network."""
    built.restore()
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", built.app)


@pytest.mark.parametrize("route", sorted(EXAMPLES))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_every_role_is_answered_as_the_document_says(
    world: World, described: Any, route: str, mode: GenerationMode
) -> None:
    method, path = route.split(" ", 1)
    operation = described[f"/api/v1{path}"][method]
    known = {"path_parameters": places_of(world, route)} if "{" in route else {}
    places = known if mode is GenerationMode.POSITIVE else {}
    told = operation.definition.raw["responses"].keys()

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode, **places))
    def attack(case: Any) -> None:
        for role in ROLES:
            world.api(role)
            headers = {"Authorization": f"Bearer {world.tokens[role]}"} if role in world.tokens else {}
            answer = case.call_and_validate(headers=headers, checks=CHECKS)
            assert str(answer.status_code) in told, f"{role}: {answer.status_code} is not documented"
        world.restore()

    attack()
