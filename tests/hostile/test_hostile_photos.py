"""Photos that are traps, in one go and resumably: a clear answer each, and nothing stays."""

import time

import pytest

from inspect_app.photos.pictures import copying
from tests.api.photo_samples import Tus, described, put, sha
from tests.hostile.pictures import PICTURES, TAKEN, encoded
from tests.hostile.verdicts import ill_told
from tests.hostile.world import World
from tests.inspections_builders import expect, jpeg

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, on notes it cannot read


@pytest.fixture
def before(world: World) -> str:
    return world.digest()


def leftovers(world: World) -> list[str]:
    """Unfinished bytes that stay in the storage."""
    return [str(path) for path in world.files() if path.parts[0].startswith("incoming") and path.suffix == ""]


@pytest.mark.parametrize("name", PICTURES)
def test_a_trap_sent_whole_is_answered_clearly(world: World, before: str, name: str) -> None:
    data, status = PICTURES[name]
    kept = leftovers(world)

    began = time.perf_counter()
    answer = put(world.api("leader"), world.ids["started"], data)

    assert answer.status_code == status, answer.text
    assert time.perf_counter() - began < 6
    assert leftovers(world) == kept
    if status != TAKEN:
        assert list(ill_told(answer)) in ([], ["names no field"])
        assert world.digest() == before
    assert put(world.api("leader"), world.ids["started"], jpeg(40)).status_code == 201


@pytest.mark.parametrize("name", [name for name, (data, _) in PICTURES.items() if data])
def test_a_trap_sent_in_two_pieces_is_answered_clearly(world: World, name: str) -> None:
    data, status = PICTURES[name]
    kept = leftovers(world)
    tablet = Tus(world.api("leader"), world.ids["started"], data)  # type: ignore[arg-type]
    expect(tablet.create(), 201)
    half = len(data) // 2
    if half:
        expect(tablet.patch(0, half), 204)

    answer = tablet.patch(half)

    assert answer.status_code == (204 if status == TAKEN else status), answer.text
    assert leftovers(world) == kept
    if status != TAKEN:
        assert tablet.head().status_code == 404


@pytest.mark.parametrize("claimed", ["0" * 64, sha(b"another")])
def test_bytes_of_another_hash_leave_nothing(world: World, before: str, claimed: str) -> None:
    answer = put(world.api("leader"), world.ids["started"], encoded(), claimed)

    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "sha256")
    assert world.digest() == before


def test_too_little_memory_is_not_the_pictures_fault(
    world: World, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(copying, "web_copy", exhausted)
        answer = put(world.api("leader"), world.ids["started"], encoded())

    assert (answer.status_code, answer.get_json()["code"]) == (503, "no_memory")
    assert answer.headers["Retry-After"] == "30"
    assert world.digest() == before
    assert put(world.api("leader"), world.ids["started"], encoded()).status_code == 201


def test_an_upload_that_met_too_little_memory_goes_on_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = jpeg(41)
    tablet = Tus(world.api("leader"), world.ids["started"], data)  # type: ignore[arg-type]
    expect(tablet.create(), 201)
    with monkeypatch.context() as patched:
        patched.setattr(copying, "fitted", lambda *_: (_ for _ in ()).throw(MemoryError))
        assert tablet.patch(0).status_code == 503

    assert tablet.offset() == len(data)
    assert world.send("GET", f"/photos/{sha(data)}", "leader").status_code == 200


@pytest.mark.parametrize(
    "name", ["../../secret_key", "/etc/passwd", "..\\..\\a.jpg", "a\0.jpg", "x" * 2_000, "a.php"]
)
def test_a_name_given_with_the_bytes_names_nothing(world: World, name: str) -> None:
    """Photos are known by their hash; tus tells a file's name, and whoever sends may tell another kind."""
    data, inspection = jpeg(42), world.ids["started"]
    before = set(world.files())
    tablet = Tus(world.api("leader"), inspection, data)  # type: ignore[arg-type]
    told = described(sha256=sha(data), inspection=inspection, filename=name, filetype="text/html")
    expect(tablet.create(**{"Upload-Metadata": told}), 201)
    expect(tablet.patch(0), 204)

    new = [path for path in set(world.files()) - before if path.parts[0] == "photos"]
    assert {path.name for path in new} == {sha(data)}
    assert world.send("GET", f"/photos/{sha(data)}", "leader").mimetype == "image/jpeg"
