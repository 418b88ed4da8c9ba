"""A list holds exactly what its reader may open; a photo is read by whoever may read what names it."""

import re

import pytest

from tests.access import sending
from tests.access.actors import COLUMNS, PEOPLE
from tests.access.objects import ABSENT
from tests.access.world import World

DETAILS = {"inspections": "inspection", "defects": "defect", "tenders": "tender"}
READERS = [who for who in PEOPLE if who != "admin"]
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def walked(world: World, who: str, path: str) -> list[str]:
    """The ids of a list, read to its end two at a time."""
    ids, cursor = [], ""
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = world.ask(who, "GET", path, query_string=query).response.get_json()
        ids += [row["id"] for row in page["items"]]
        if (cursor := page["next"]) is None:
            return ids


def every_id(world: World, room: str) -> set[str]:
    """Every object of a kind there is, from the database itself."""
    rows = world.watch.execute(f"SELECT id FROM {room}").fetchall()  # noqa: S608 - a table of ours
    return {f"{hex_[:8]}-{hex_[8:12]}-{hex_[12:16]}-{hex_[16:20]}-{hex_[20:]}" for (hex_,) in rows}


def opened(world: World, who: str, room: str, prefix: str) -> set[str]:
    answers = {id_: world.ask(who, "GET", f"{prefix}/{room}/{id_}").status for id_ in every_id(world, room)}
    return {id_ for id_, status in answers.items() if status == 200}


@pytest.mark.parametrize("room", DETAILS)
@pytest.mark.parametrize("who", READERS)
def test_a_list_holds_what_its_reader_may_open(world: World, who: str, room: str) -> None:
    ids = walked(world, who, f"/api/v1/{room}")

    assert len(ids) == len(set(ids))
    assert set(ids) == opened(world, who, room, "/api/v1")


@pytest.mark.parametrize("room", DETAILS)
@pytest.mark.parametrize("who", READERS)
def test_a_page_links_to_what_its_reader_may_open(world: World, who: str, room: str) -> None:
    narrowed = {"open": "", "state": ""} if room == "defects" else {}
    page = world.ask(who, "GET", f"/{room}", query_string=narrowed).response.text
    linked = set(re.findall(f'href="/{room}/({UUID})"', page))

    assert linked <= opened(world, who, room, "")
    assert bool(linked) == bool(opened(world, who, room, ""))


@pytest.mark.parametrize("who", READERS)
def test_a_tenders_page_links_only_to_inspections_its_reader_may_open(world: World, who: str) -> None:
    linked = set()
    for tender in opened(world, who, "tenders", ""):
        page = world.ask(who, "GET", f"/tenders/{tender}").response.text
        linked |= set(re.findall(f"/inspections/({UUID})", page))

    assert linked == opened(world, who, "inspections", "")


@pytest.mark.parametrize("who", READERS)
def test_a_page_shows_only_photos_that_its_reader_may_open(world: World, who: str) -> None:
    shown = set()
    for room in ("inspections", "defects"):
        for id_ in opened(world, who, room, ""):
            page = world.ask(who, "GET", f"/{room}/{id_}").response.text
            shown |= set(re.findall(r"/api/v1/photos/([0-9a-f]{64})", page))

    assert {sha256 for sha256 in shown if not reads_photo(world, who, sha256)} == set()


def reads_photo(world: World, who: str, sha256: str) -> bool:
    statuses = {
        world.ask(who, "GET", f"/api/v1/photos/{sha256}", query_string={"size": size}).status
        for size in ("thumb", "web", "original")
    }
    assert len(statuses) == 1, "every size is the same photo"
    return statuses == {200}


@pytest.mark.parametrize("who", COLUMNS[2:])
def test_a_head_request_tells_what_a_get_tells(world: World, who: str) -> None:
    for name in ("submitted", "issued"):
        ids = world.objects["inspection"][name]
        answers = {
            method: sending.ask(world, who, f"{method} {sending.VISIT}", ids) for method in ("GET", "HEAD")
        }
        headers = {method: answer.plain()[:2] for method, answer in answers.items()}
        assert headers["HEAD"] == headers["GET"]


@pytest.mark.parametrize("who", ["anonymous", "contractor", "staff"])
def test_options_tell_nothing_of_an_object(world: World, who: str) -> None:
    found = [
        sending.ask(world, who, f"OPTIONS {rule}", ids).plain(ids)[:3]
        for ids in (world.objects["inspection"]["planned"], ABSENT["inspection"])
        for rule in (sending.VISIT, sending.VISIT_PAGE)
    ]

    assert found[:2] == found[2:]
