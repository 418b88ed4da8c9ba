"""Every endpoint is decided: told in metrics and logs, or withheld for the sake of visits before issue."""

from flask import Flask

from inspect_app.core import withheld

SECRET_ROOMS = ("inspections", "inspections_api", "photos_api", "defects", "defects_api")


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_endpoint_is_decided(app: Flask) -> None:
    """A new one: may it tell that a visit is planned or goes on? Name it in core/withheld.py."""
    undecided = sorted(each for each in endpoints(app) if not withheld.is_decided(each))

    assert undecided == []


def test_an_endpoint_nobody_thought_of_is_withheld() -> None:
    assert withheld.is_withheld("inspections_api.something_new")
    assert withheld.is_withheld("a_new_room.index")
    assert not withheld.is_decided("inspections_api.something_new")


def test_no_room_of_visits_is_told_as_a_whole() -> None:
    assert [room for room in SECRET_ROOMS if room in withheld.TOLD_ROOMS] == []


def test_whatever_the_rooms_of_visits_and_photos_do_is_withheld(app: Flask) -> None:
    rooms = {"inspections", "inspections_api", "photos_api"}
    told = [
        each for each in endpoints(app) if each.partition(".")[0] in rooms and not withheld.is_withheld(each)
    ]

    assert told == []


def test_every_decision_is_about_an_endpoint_that_there_is(app: Flask) -> None:
    named = set().union(*withheld.WITHHELD.values()) | withheld.TOLD | withheld.UNCOUNTED

    assert named - endpoints(app) == set()


def test_no_endpoint_is_decided_twice() -> None:
    named = [endpoint for group in withheld.WITHHELD.values() for endpoint in group]

    assert len(named) == len(set(named))
    assert not set(named) & (withheld.TOLD | withheld.UNCOUNTED)
