"""Signed addresses of pictures: good for minutes and for one reader, whose right is asked again each time."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from inspect_app.accounts.models import User
from inspect_app.core.clock import FixedClock
from inspect_app.inspections.models import TeamMember
from inspect_app.photos import addresses
from tests.api.photo_samples import become, name_photo, picture, put, sha, visit
from tests.clients import Api, Page
from tests.conftest import MakeApp, Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, sha256

SHA = sha(picture())


@pytest.fixture
def inspection(write: Write, people: Ids, as_user: AsUser) -> UUID:
    found = visit(write)
    assert put(as_user("leader"), found, picture()).status_code == 201
    name_photo(write, found, SHA)
    become(write, found, "submitted")
    return found


@pytest.fixture
def url(as_user: AsUser, inspection: UUID) -> str:
    """A member's address of the web copy."""
    return address(as_user("member1"))


def address(api: Api, size: str = "web") -> str:
    answer = api.get(f"/photos/{SHA}/address", size=size)
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["url"])


def status(client: Api, url: str) -> int:
    return client.send("GET", f"/{url}").status_code


@pytest.mark.every_database
def test_an_address_needs_no_token(client: Api, url: str) -> None:
    answer = client.send("GET", f"/{url}")

    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"].startswith("private, max-age=")


def test_it_runs_out_within_minutes(
    client: Api, as_user: AsUser, inspection: UUID, fixed_clock: FixedClock
) -> None:
    told = as_user("staff").get(f"/photos/{SHA}/address").get_json()
    ends = datetime.fromisoformat(told["expires_at"])
    assert addresses.WINDOW <= ends - fixed_clock.instant <= 2 * addresses.WINDOW

    fixed_clock.instant = ends - timedelta(seconds=1)
    assert status(client, told["url"]) == 200
    assert client.send("GET", f"/{told['url']}").headers["Cache-Control"] == "private, max-age=1"
    fixed_clock.instant = ends
    assert status(client, told["url"]) == 404


def test_within_a_window_it_is_the_same_so_that_browsers_keep_the_picture(
    as_user: AsUser, inspection: UUID, fixed_clock: FixedClock
) -> None:
    api = as_user("staff")
    first = address(api)
    fixed_clock.instant += timedelta(seconds=30)
    assert address(api) == first
    fixed_clock.instant += addresses.WINDOW
    assert address(api) != first


def test_it_is_bound_to_photo_size_reader_and_key(
    as_user: AsUser, client: Api, url: str, make_app: MakeApp
) -> None:
    word = url.rsplit("/", 1)[1]
    assert address(as_user("staff")) != url
    assert address(as_user("member1"), "thumb") != url
    for place in (0, len(word) // 2, len(word) - 2):
        spoilt = word[:place] + ("A" if word[place] != "A" else "B") + word[place + 1 :]
        assert status(client, url.replace(word, spoilt)) == 404
    other = Api(make_app(SECRET_KEY="another secret key, of which nobody knows").test_client())
    assert status(other, url) == 404


def test_who_leaves_the_team_is_refused_at_once(write: Write, client: Api, people: Ids, url: str) -> None:
    with write() as current:
        current.execute(
            update(TeamMember)
            .where(TeamMember.user_id == people["member1"])
            .values(user_id=people["member2"])
        )

    assert status(client, url) == 404


def test_who_is_locked_out_is_refused_at_once(write: Write, client: Api, people: Ids, url: str) -> None:
    with write() as current:
        current.execute(update(User).where(User.id == people["member1"]).values(active=False))

    assert status(client, url) == 404


def test_who_signs_out_is_refused_at_once(client: Api, as_user: AsUser, inspection: UUID) -> None:
    api = as_user("member1")
    url = address(api)
    api.delete("/auth/session")

    assert status(client, url) == 404


def test_every_refusal_is_the_same(client: Api, as_user: AsUser, url: str, fixed_clock: FixedClock) -> None:
    nonsense = client.send("GET", "/photos/addresses/nonsense")
    fixed_clock.instant += timedelta(hours=1)
    expired = client.send("GET", f"/{url}")

    told = [{**answer.get_json(), "request_id": ""} for answer in (nonsense, expired)]
    assert told[0] == told[1]


def test_who_may_not_read_the_photo_gets_no_address(as_user: AsUser, inspection: UUID) -> None:
    for who in ("member2", "auditor", "agency", "other_contractor"):
        answer = as_user(who).get(f"/photos/{SHA}/address")
        absent = as_user(who).get(f"/photos/{'0' * 64}/address")
        assert (answer.status_code, answer.get_json()["detail"]) == (404, absent.get_json()["detail"])


def test_an_original_seen_at_an_address_is_logged_as_its_readers_view(
    client: Api, as_user: AsUser, inspection: UUID
) -> None:
    assert client.send("GET", f"/{address(as_user('member1'), 'original')}").data == picture()

    (row,) = as_user("staff").get(f"/inspections/{inspection}/photo-views").get_json()["items"]
    assert (row["viewer"], row["way"]) == ("丁委員", "address")


def test_pages_show_pictures_at_signed_addresses(
    page: Page, as_user: AsUser, people: Ids, client: Api
) -> None:
    photos = [{"sha256": sha256()}]
    visit_ = Visit.submitted(as_user, people, photos=photos, defects=[defect_body(photos=[sha256()])])
    expect(visit_.send_photo(), 201)
    page.sign_in("staff")
    shown = page.get(f"/inspections/{visit_.id}").text

    assert f'src="/api/v1/photos/{sha256()}' not in shown
    url = shown.split('<img src="', 1)[1].split('"', 1)[0]
    assert url.startswith("/api/v1/photos/addresses/")
    assert status(client, url) == 200
