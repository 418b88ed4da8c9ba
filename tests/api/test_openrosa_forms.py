"""What a tablet finds: the forms, whose visits stand among them, how it says who it is; and nothing for others."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from forms import published
from inspect_app.accounts.limits import limiter
from inspect_app.accounts.models import Device, User
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.openrosa import media
from inspect_app.tenders.models import Tender
from tests import builders, openrosa_builders
from tests.clients import Api, Page
from tests.conftest import Write
from tests.inspections_builders import TEAM, AsUser, Ids, Visit, expect, strangers
from tests.openrosa_builders import Collect
from tests.unit.catalogue.sheets import delimited, rows

MakeTablet = Callable[[str], Collect]
OUTSIDERS = ("admin", "auditor", "agency", "contractor", "other_leader", "other_member")
GENERAL = [form.code for form in published.newest()]


@pytest.fixture(autouse=True)
def others(people: Ids, write: Write) -> None:
    with write() as current:
        strangers(current)


@pytest.fixture
def tablet_of(app: Flask, write: Write, people: Ids) -> MakeTablet:
    def make(username: str) -> Collect:
        with write() as current:
            return Collect(app.test_client(), username, openrosa_builders.tablet_token(current, username))

    return make


def ids(tablet: Collect) -> list[str]:
    return [form["formID"] for form in tablet.forms()]


# -- the list ----------------------------------------------------------------------------------------------------


def test_everyone_finds_the_newest_of_every_checklist(tablet_of: MakeTablet) -> None:
    assert ids(tablet_of("contractor")) == GENERAL


@pytest.mark.every_database
def test_a_leader_finds_each_of_his_open_visits_by_name(
    tablet_of: MakeTablet, as_user: AsUser, people: Ids
) -> None:
    started = Visit.started(as_user, people, on="2026-11-23")
    planned = Visit.planned(as_user, people, on="2026-11-20")
    Visit.submitted(as_user, people)
    found = tablet_of("leader").forms()[len(GENERAL) :]

    assert [form["formID"] for form in found] == [
        f"{code}_{visit.id}" for visit in (planned, started) for code in GENERAL
    ]
    assert found[0]["name"].startswith("工程施工查核檢查表 115/11/20 115-水-")


def test_a_member_does_not_find_what_only_the_leader_may_send(
    tablet_of: MakeTablet, as_user: AsUser, people: Ids
) -> None:
    Visit.planned(as_user, people)

    assert ids(tablet_of("member1")) == GENERAL


def test_nor_does_a_leader_who_goes_along_as_a_member(
    app: Flask, tablet_of: MakeTablet, as_user: AsUser, people: Ids
) -> None:
    with app.app_context():
        deputy = session().scalars(select(User.id).where(User.username == "other_leader")).one()
    Visit.planned(as_user, people, members=[str(deputy)])

    assert ids(tablet_of("other_leader")) == GENERAL


def test_the_list_tells_what_is_downloaded(tablet_of: MakeTablet, as_user: AsUser, people: Ids) -> None:
    Visit.planned(as_user, people)
    tablet = tablet_of("leader")

    for form in tablet.forms():
        data = tablet.download(form["formID"]).encode()
        model = fromstring(data)
        root = model.find(f".//{openrosa_builders.XFORM}instance")[0]  # type: ignore[index]
        assert form["hash"] == f"md5:{hashlib.md5(data).hexdigest()}"  # noqa: S324 - OpenRosa's own
        assert (root.get("id"), root.get("version")) == (form["formID"], form["version"])


def test_the_manifest_leads_to_the_defect_codes(tablet_of: MakeTablet) -> None:
    tablet = tablet_of("leader")
    manifest = tablet.get(tablet.forms()[0]["manifestUrl"].removeprefix("http://localhost")).text
    (file,) = fromstring(manifest)
    told = {openrosa_builders.name_of(each): each.text or "" for each in file}
    answer = tablet.get(told["downloadUrl"].removeprefix("http://localhost"))

    assert (told["filename"], told["hash"]) == ("codes.csv", media.md5(answer.data))
    assert answer.text.startswith("name,label,points\n")


def imported(app: Flask, folder: Path) -> None:
    """A revision from the 22nd of November 2026 on, with a further code and a further advice."""
    file = folder / "缺失扣點表.xlsx"
    file.write_bytes(
        delimited([*rows(), ["5.01.77", "新的缺失，另有說明", "-7"], ["7.01.10", "其他建議", "-1"]])
    )
    command = [
        "catalogue",
        "import",
        str(file),
        "--revision",
        "roc-115",
        "--counts-from",
        "2026-11-22",
        "--yes",
    ]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output


def offered(tablet: Collect, form_id: str) -> tuple[bool, bool]:
    """Whether a form's file of codes has the new code, and its advice the new one."""
    (form,) = [each for each in tablet.forms() if each["formID"] == form_id]
    manifest = expect(tablet.get(form["manifestUrl"].removeprefix("http://localhost")), 200).text
    (url,) = [
        each.text for each in fromstring(manifest)[0] if openrosa_builders.name_of(each) == "downloadUrl"
    ]
    codes = expect(tablet.get((url or "").removeprefix("http://localhost")), 200).text
    return "5.01.77" in codes, ">7.01.10<" in tablet.download(form_id)


@pytest.mark.every_database
def test_a_visits_form_offers_the_codes_of_its_day(
    app: Flask, tablet_of: MakeTablet, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    before = Visit.planned(as_user, people, on="2026-11-20")
    after = Visit.planned(as_user, people, on="2026-11-22")
    imported(app, tmp_path)
    tablet, code = tablet_of("leader"), "construction-inspection"

    assert offered(tablet, f"{code}_{before.id}") == (False, False)
    assert offered(tablet, f"{code}_{after.id}") == (True, True)


def test_the_general_form_and_the_workbook_offer_the_codes_of_today(
    app: Flask, tablet_of: MakeTablet, as_user: AsUser, tmp_path: Path, fixed_clock: FixedClock
) -> None:
    imported(app, tmp_path)
    tablet, path = tablet_of("leader"), "/forms/construction-inspection/1/xlsform"
    found = {}
    for day in (20, 22):
        fixed_clock.instant = datetime(2026, 11, day, 4, tzinfo=UTC)
        choices = load_workbook(BytesIO(as_user("staff").get(path).data))["choices"].values
        advice = any(row[:2] == ("advice", "7.01.10") for row in choices)
        found[day] = (*offered(tablet, "construction-inspection"), advice)

    assert found == {20: (False, False, False), 22: (True, True, True)}


def test_a_revision_that_is_not_there_has_no_media(tablet_of: MakeTablet) -> None:
    tablet = tablet_of("leader")

    answers = [tablet.get(f"/openrosa/media/roc-999/{name}") for name in ("manifest", "codes.csv")]

    assert [(each.status_code, "roc-111" in each.text) for each in answers] == [(404, True)] * 2


def test_letters_that_xml_does_not_know_are_left_out(
    tablet_of: MakeTablet, as_user: AsUser, people: Ids, write: Write
) -> None:
    visit = Visit.planned(as_user, people)
    with write() as current:
        for tender in current.scalars(select(Tender)):
            tender.name = "道路\x0b改善\ufffe"
    tablet = tablet_of("leader")
    form_id = f"construction-inspection_{visit.id}"

    (name,) = [form["name"] for form in tablet.forms() if form["formID"] == form_id]
    title = fromstring(tablet.download(form_id)).find(".//{http://www.w3.org/1999/xhtml}title")

    assert name.endswith("道路改善")
    assert title is not None
    assert title.text == name


def test_a_visits_form_holds_its_team_and_its_id(tablet_of: MakeTablet, as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    text = tablet_of("leader").download(f"construction-inspection_{visit.id}")

    assert f"'{visit.id}'" in text
    assert "selected-at('" + " ".join(str(people[name]) for name in TEAM) in text
    assert "selected-at('丙領隊 丁委員 戊委員'" in text
    assert "CHAHE-" not in text


# -- secrecy -----------------------------------------------------------------------------------------------------


def plain(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """An answer without what differs each time."""
    changing = ("X-Request-Id", "Date", "X-RateLimit-Reset")
    return (
        answer.status_code,
        sorted(pair for pair in answer.headers.items() if pair[0] not in changing),
        answer.data,
    )


@pytest.mark.parametrize("username", OUTSIDERS)
def test_the_list_is_byte_for_byte_the_same_with_and_without_a_planned_visit(
    tablet_of: MakeTablet, as_user: AsUser, people: Ids, username: str
) -> None:
    tablet = tablet_of(username)
    before = plain(tablet.get("/openrosa/formList"))
    Visit.planned(as_user, people)

    assert plain(tablet.get("/openrosa/formList")) == before


@pytest.mark.parametrize("username", [*OUTSIDERS, "staff"])
def test_the_form_of_a_visit_one_is_not_on_is_absent(
    tablet_of: MakeTablet, as_user: AsUser, people: Ids, username: str
) -> None:
    visit, tablet = Visit.planned(as_user, people), tablet_of(username)
    path = "/openrosa/forms/construction-inspection/1/inspections/"

    there, nowhere = (plain(tablet.get(f"{path}{id_}")) for id_ in (visit.id, uuid4()))

    assert there[0] == 404
    assert there == nowhere


@pytest.mark.parametrize("username", ["member1", "leader"])
@pytest.mark.parametrize("stage", ["submitted", "cancelled", "closed"])
def test_a_visits_form_is_for_its_leader_while_it_may_be_filled_in(
    tablet_of: MakeTablet, as_user: AsUser, people: Ids, username: str, stage: str
) -> None:
    started = Visit.started(as_user, people, on="2026-11-23")
    ended = Visit.planned(as_user, people) if stage == "cancelled" else Visit.submitted(as_user, people)
    if stage == "cancelled":
        expect(as_user("staff").post(f"/inspections/{ended.id}/cancel", {"reason": "颱風"}), 200)
    if stage == "closed":
        ended.issue()
        ended.close()
    tablet, path = tablet_of(username), "/openrosa/forms/construction-inspection/1/inspections"

    answers = [tablet.get(f"{path}/{id_}").status_code for id_ in (started.id, ended.id)]

    assert answers == [200 if username == "leader" else 404, 404]


def test_sending_to_a_visit_one_is_not_on_is_sending_to_none(
    tablet_of: MakeTablet, as_user: AsUser, people: Ids
) -> None:
    visit, tablet, instance = Visit.planned(as_user, people), tablet_of("other_leader"), uuid4()
    xform = expect(tablet.get("/openrosa/forms/construction-inspection/1"), 200).text

    there, nowhere = (
        plain(tablet.send(openrosa_builders.fill(xform, openrosa_builders.all_pass(people, id_), instance)))
        for id_ in (visit.id, str(uuid4()))
    )

    assert there[0] == 404
    assert there == nowhere


# -- who it is ---------------------------------------------------------------------------------------------------


def status(tablet: Collect, username: str, password: str) -> int:
    return Collect(tablet.client, username, password).get("/openrosa/formList").status_code


def test_the_password_is_a_tablets_token(tablet_of: MakeTablet, write: Write) -> None:
    tablet = tablet_of("leader")
    with write() as current:
        session_token = builders.token(current, "leader")

    assert status(tablet, "leader", tablet.token) == 200
    assert status(tablet, "member1", tablet.token) == 401
    assert status(tablet, "leader", session_token) == 401
    assert status(tablet, "leader", builders.PASSWORD) == 401
    assert status(tablet, "leader", "") == 401


def test_without_a_token_one_is_told_how_to_come(client: Api) -> None:
    answers = [client.send(method, f"//openrosa/{path}") for method, path in
               (("GET", "formList"), ("HEAD", "submission"), ("POST", "submission"))]  # fmt: skip

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {
        'Basic realm="chahe", charset="UTF-8"'
    }


def test_a_revoked_tablet_finds_nothing_any_more(app: Flask, tablet_of: MakeTablet, as_user: AsUser) -> None:
    tablet = tablet_of("leader")
    with app.app_context():
        device = session().scalars(select(Device.id)).one()
    before = tablet.get("/openrosa/formList").status_code

    as_user("admin").delete(f"/devices/{device}")

    assert (before, tablet.get("/openrosa/formList").status_code) == (200, 401)


def test_a_browsers_cookie_is_no_credential_here(page: Page, people: Ids) -> None:
    page.sign_in("leader")

    assert page.get("/").status_code == 302
    assert page.client.get("/openrosa/formList").status_code == 401
    assert page.client.post("/openrosa/submission").status_code == 401


def test_elsewhere_http_basic_is_no_credential(tablet_of: MakeTablet) -> None:
    assert tablet_of("leader").get("/api/v1/me").status_code == 401


def test_only_a_leader_may_send(tablet_of: MakeTablet) -> None:
    answered = {name: tablet_of(name).head().status_code for name in ("leader", "member1", "staff", "agency")}

    assert answered == {"leader": 204, "member1": 403, "staff": 403, "agency": 403}


def test_guesses_count_together_at_whatever_address(tablet_of: MakeTablet) -> None:
    limiter.reset()
    tablet = tablet_of("leader")
    guess = Collect(tablet.client, "leader", "guess")

    asked = [
        guess.get(f"/openrosa/{path}").status_code for path in ("formList", "media/roc-111/codes.csv") * 50
    ]
    stopped = [guess.get("/openrosa/formList").status_code, guess.head().status_code]
    limiter.reset()

    assert (set(asked), stopped) == ({401}, [429, 429])


def test_only_what_lies_below_the_path_is_told_in_openrosas_form(client: Api) -> None:
    answers = [client.send("GET", f"//{path}") for path in ("openrosa/nothing", "openrosafoo", "nothing")]

    assert ["OpenRosaResponse" in answer.text for answer in answers] == [True, False, False]


def test_guessing_tokens_is_stopped_but_coming_without_one_is_not(tablet_of: MakeTablet) -> None:
    limiter.reset()
    tablet = tablet_of("leader")

    bare = {tablet.client.get("/openrosa/formList").status_code for _ in range(120)}
    guessed = [status(tablet, "leader", f"guess {number}") for number in range(101)]
    limiter.reset()

    assert bare == {401}
    assert guessed == [401] * 100 + [429]


# -- downloads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", published.every(), ids=lambda form: f"{form.code}-{form.version}")
def test_every_checklist_can_be_downloaded_as_xlsform_and_xform(
    as_user: AsUser, form: published.FormDefinition
) -> None:
    api, path = as_user("auditor"), f"/forms/{form.code}/{form.version}"
    workbook, xform = api.get(f"{path}/xlsform"), api.get(f"{path}/xform")

    assert workbook.data[:2] == b"PK"
    assert (
        workbook.headers["Content-Disposition"] == f'attachment; filename="{form.code}-v{form.version}.xlsx"'
    )
    assert fromstring(xform.data).tag.endswith("}html")


def test_an_unknown_checklist_is_not_found(as_user: AsUser) -> None:
    api = as_user("auditor")

    assert [api.get(f"/forms/none/1/{kind}").status_code for kind in ("xlsform", "xform")] == [404, 404]
