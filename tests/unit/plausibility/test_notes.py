"""Notes on photos, at and around their limits: time, place, software, and where the same picture stands."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from inspect_app.core.clock import TAIPEI
from inspect_app.plausibility import notes
from inspect_app.plausibility.exif import Taken
from inspect_app.plausibility.notes import Note, Use, Visit
from inspect_app.plausibility.rules import RulesError, read, rules

HERE, ELSEWHERE, DEFECT, OTHER = (UUID(int=number) for number in (1, 2, 3, 4))
DAY = date(2026, 11, 20)
BEGAN = datetime(2026, 11, 20, 9, 0, tzinfo=TAIPEI)
ENDED, ISSUED, ANSWERED = BEGAN + timedelta(hours=3), BEGAN + timedelta(days=4), BEGAN + timedelta(days=14)
VISIT = Visit(BEGAN, ENDED, ISSUED, 0, (22.62, 120.31))
METRE = 1 / 111_195.08
"""Degrees of latitude, on the round earth of `notes.distance_m`."""


def use(stage: str = "visit", sha256: str = "a", inspection: UUID = HERE, defect: UUID | None = None) -> Use:
    answered = None if stage == "visit" else ANSWERED
    return Use(inspection, "示範橋", DAY, stage, sha256, defect, "5.01.01" if defect else None, answered)


def timed(at: datetime, stage: str = "visit", visit: Visit = VISIT) -> list[Note]:
    found = use(stage, defect=DEFECT if stage != "visit" else None)
    return list(notes.times([found], {"a": Taken(at=at)}, visit, rules()))


# -- time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "minutes"),
    [
        (BEGAN - timedelta(minutes=10), None),
        (BEGAN - timedelta(minutes=10, seconds=1), 11),
        (BEGAN - timedelta(minutes=11), 11),
        (BEGAN, None),
        (ENDED, None),
        (ENDED + timedelta(minutes=10), None),
        (ENDED + timedelta(minutes=10, seconds=1), 11),
        (BEGAN - timedelta(days=365), 365 * 24 * 60),
    ],
)
def test_a_photo_of_the_visit_is_told_when_taken_more_than_ten_minutes_outside_it(
    at: datetime, minutes: int | None
) -> None:
    assert [note.figures["minutes"] for note in timed(at)] == ([minutes] if minutes else [])


def test_a_camera_without_zone_is_read_as_taipei_time_and_the_note_says_so() -> None:
    assert timed(datetime.fromisoformat("2026-11-20T09:30")) == []

    (note,) = timed(datetime.fromisoformat("2026-11-20T01:30"))

    assert note.figures["minutes"] == 450
    assert "以臺北時間計" in note.zh
    assert "Taipei" in note.en


def test_a_camera_that_names_its_zone_is_believed() -> None:
    assert timed(datetime(2026, 11, 20, 1, 30, tzinfo=UTC)) == []
    assert timed(datetime(2026, 11, 20, 10, 30, tzinfo=timezone(timedelta(hours=9)))) == []
    (note,) = timed(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    assert "以臺北時間計" not in note.zh


def test_a_visit_over_midnight_has_photos_of_both_days() -> None:
    night = Visit(
        datetime(2026, 11, 20, 22, 0, tzinfo=TAIPEI), datetime(2026, 11, 21, 1, 0, tzinfo=TAIPEI), None
    )

    assert timed(datetime.fromisoformat("2026-11-20T23:59"), visit=night) == []
    assert timed(datetime.fromisoformat("2026-11-21T00:01"), visit=night) == []
    assert [
        note.figures["minutes"] for note in timed(datetime.fromisoformat("2026-11-20T00:01"), visit=night)
    ] == [1319]


@pytest.mark.parametrize("offset", [1800.0, -1800.0])
def test_the_error_of_the_tablets_clock_is_allowed_for_either_way(offset: float) -> None:
    off = Visit(BEGAN, ENDED, None, offset)

    assert timed(BEGAN - timedelta(minutes=40), visit=off) == []
    (note,) = timed(BEGAN - timedelta(minutes=45), visit=off)
    assert note.figures["minutes"] == 15
    assert "1800" in note.zh


@pytest.mark.parametrize(
    ("stage", "at", "minutes"),
    [
        ("before", BEGAN, None),  # what the visit found, sent once more
        ("after", BEGAN, 4 * 24 * 60),
        ("during", ISSUED - timedelta(minutes=10), None),
        ("during", ISSUED - timedelta(minutes=11), 11),
        ("after", ANSWERED + timedelta(minutes=10), None),
        ("before", ANSWERED + timedelta(minutes=11), 11),
    ],
)
def test_a_correction_photo_lies_between_the_issue_and_its_answer(
    stage: str, at: datetime, minutes: int | None
) -> None:
    assert [note.figures["minutes"] for note in timed(at, stage)] == ([minutes] if minutes else [])


def test_without_a_time_or_a_limit_nothing_is_told_but_counted_as_unknown() -> None:
    assert timed(BEGAN - timedelta(days=9), visit=Visit()) == []
    assert list(notes.times([use()], {}, VISIT, rules())) == []

    told = notes.unknown([use(), use(sha256="b")], {"a": Taken(at=BEGAN)}, ["b"])

    assert (told.photos, told.time, told.place, told.look) == (2, 1, 2, 1)


# -- place ---------------------------------------------------------------------------------------------------


def placed(metres: float, visit: Visit = VISIT) -> list[Note]:
    spot = (22.62 + metres * METRE, 120.31)
    return list(notes.places([use()], {"a": Taken(spot=spot)}, visit, rules()))


@pytest.mark.parametrize(("metres", "told"), [(499, False), (499.9, False), (500.1, True), (501, True)])
def test_a_photo_farther_than_500_metres_from_the_submission_is_told(metres: float, told: bool) -> None:
    found = placed(metres)

    assert bool(found) is told
    assert all(note.figures["metres"] == pytest.approx(metres, abs=0.1) for note in found)


def test_exactly_the_limit_is_near_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "distance_m", lambda *_: 500.0)

    assert placed(0) == []


def test_without_a_position_of_the_submission_the_middle_of_three_other_photos_stands_for_the_site() -> None:
    uses = [use(sha256=sha256) for sha256 in "abcd"]
    near = {sha256: Taken(spot=(22.62, 120.31)) for sha256 in "abc"}
    far = {"d": Taken(spot=(22.62 + 900 * METRE, 120.31))}
    nowhere = Visit(BEGAN, ENDED)

    (note,) = notes.places(uses, near | far, nowhere, rules())

    assert note.use.sha256 == "d"
    assert note.figures["metres"] == pytest.approx(900, abs=0.2)
    assert "中位位置" in note.zh
    del near["c"]
    assert list(notes.places(uses, near | far, nowhere, rules())) == []


def test_photos_of_corrections_never_say_where_the_site_is() -> None:
    """The inspected, who send them, must not be able to move the site to themselves."""
    visit = [use(sha256=sha256) for sha256 in "abcd"]
    sent = [use("after", sha256, defect=DEFECT) for sha256 in "efghijk"]
    near = {sha256: Taken(spot=(22.62, 120.31)) for sha256 in "abcd"}
    far = {each.sha256: Taken(spot=(22.62 + 900 * METRE, 120.31)) for each in sent}

    told = notes.places([*visit, *sent], near | far, Visit(BEGAN, ENDED), rules())

    assert {note.use.sha256 for note in told} == set("efghijk")
    assert list(notes.places([*visit[:2], *sent], near | far, Visit(BEGAN, ENDED), rules())) == []


def test_distances_are_those_of_the_earth() -> None:
    taipei, kaohsiung = (25.0478, 121.5170), (22.6394, 120.3020)

    assert notes.distance_m(taipei, kaohsiung) == pytest.approx(295_300, rel=0.005)
    assert notes.distance_m(taipei, taipei) == 0


# -- software ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "software", ["Adobe Photoshop CC 2019 (Windows)", "SNAPSEED 2.0", "GIMP 2.10.34", "美圖秀秀", "Meitu 9"]
)
def test_programs_that_edit_pictures_are_told(software: str) -> None:
    (note,) = notes.edited([use()], {"a": Taken(software=software)}, rules())

    assert software in note.zh


@pytest.mark.parametrize(
    "software", ["17.5.1", "G991BXXU5CVF3", "Ver.1.00", "HDR+ 1.0.5", "ODK Collect", None]
)
def test_a_cameras_own_version_is_no_editing(software: str | None) -> None:
    assert list(notes.edited([use()], {"a": Taken(software=software)}, rules())) == []


# -- the same picture ----------------------------------------------------------------------------------------


def reused(here: list[Use], elsewhere: list[Use], differ: int = 0) -> list[Note]:
    by_photo: dict[str, list[Use]] = {}
    for each in [*here, *elsewhere]:
        by_photo.setdefault(each.sha256, []).append(each)
    bits = {
        each.sha256: {sha256: (0 if sha256 == each.sha256 else differ) for sha256 in by_photo}
        for each in here
    }
    return list(notes.reuses(here, by_photo, bits, rules()))


def test_the_same_file_at_another_inspection_is_told() -> None:
    (note,) = reused([use()], [use(inspection=ELSEWHERE)])

    assert note.other is not None
    assert (note.other.inspection, note.figures["bits"]) == (ELSEWHERE, 0)
    assert "同一個檔案" in note.zh


def test_a_picture_alike_is_told_with_how_much_agrees() -> None:
    (note,) = reused([use("after", defect=DEFECT)], [use("after", "b", ELSEWHERE, OTHER)], differ=5)

    assert "236" in note.zh
    assert "缺失 5.01.01 改善後" in note.zh


@pytest.mark.parametrize("stage", ["visit", "before"])
def test_what_the_visit_found_may_stand_there_once_more(stage: str) -> None:
    assert reused([use(), use(stage, defect=DEFECT)], []) == []


def test_a_photo_for_another_stage_or_defect_of_the_same_visit_is_told_once() -> None:
    stages = [use("before", defect=DEFECT), use("after", defect=DEFECT)]
    defects = [use("after", defect=DEFECT), use("after", defect=OTHER)]

    assert len(reused(stages, [])) == 1
    assert len(reused(defects, [])) == 1
    assert len(reused([use(), use("after", defect=DEFECT)], [])) == 1


def test_a_note_keeps_its_id_and_others_have_another() -> None:
    (first,), (again,) = (reused([use()], [use(inspection=ELSEWHERE)]) for _ in "12")
    (alike,) = reused([use()], [use(sha256="b", inspection=ELSEWHERE)], differ=5)

    assert first.id == again.id
    assert first.id != alike.id


def test_of_one_photo_only_the_most_alike_are_told() -> None:
    others = [use(sha256=f"b{number}", inspection=UUID(int=100 + number)) for number in range(40)]

    assert len(reused([use()], others, differ=3)) == rules().reuse.most


# -- the rules' own file -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bits: 41", "bits: 241"),
        ("limit_m: 500", "limit_m: far"),
        ("limit_m: 500", "limit: 500"),
        ("{metres}", "{miles}"),
        ("margin_minutes: 10", "margin_minutes: -1"),
    ],
)
def test_rules_that_cannot_be_are_refused_with_their_place(old: str, new: str) -> None:
    text = (notes.__file__.rsplit("/", 1)[0]) + "/rules.yaml"
    with open(text, encoding="utf-8") as file:
        data = file.read()
    assert old in data

    with pytest.raises(RulesError, match="rules"):
        read(data.replace(old, new, 1).encode(), "rules.yaml")


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ({"minutes": 119}, "119 分鐘"),
        ({"minutes": 120}, "約 2 小時"),
        ({"hours": 47, "minutes": 59}, "約 47 小時"),
        ({"days": 2}, "約 2 天"),
        ({"days": 1055, "hours": 23}, "約 1055 天"),
    ],
)
def test_how_long_outside_is_said_as_people_say_it(late: dict[str, float], words: str) -> None:
    (note,) = timed(ENDED + timedelta(**late))

    assert f"晚於查核結束 {words}。" in note.zh
