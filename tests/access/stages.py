"""One city six times: without a planned visit, and with the same visit at each stage before its issue.

All stages grow from one database, so that everything but the visit has the same ids and times in each.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests import builders
from tests.access import objects
from tests.access.actors import TEAM
from tests.access.world import Ids, World
from tests.inspections_builders import Visit, defect_body, expect, plan_body, sha256

WITHOUT = "without"
STAGES = ("planned", "started", "incomplete", "submitted", "cancelled")
OTHERS = {
    "agency": "另一個機關",
    "supervisor": "另一家監造公司",
    "contractor": builders.OTHER_CONTRACTOR,
    "pcm": "另一家專管公司",
}
SHOT, LATE, UPLOADED = 41, 42, objects.UPLOADED


@dataclass
class Stages:
    """The world, the secret visit's tender, one inspected before, and every id there is.

    `pool` holds the ids by kind, the secret visit's last; `metrics` what they told at each stage.
    """

    world: World
    tender: str
    known_tender: str
    pool: dict[str, list[Ids]] = field(default_factory=dict)
    metrics: dict[str, str] = field(default_factory=dict)

    def save(self, stage: str) -> None:
        """Keep this stage, and what the metrics tell at this moment."""
        self.metrics[stage] = self.world.ask("anonymous", "GET", "/metrics").response.text
        self.world.save(stage)


def build(world: World) -> Stages:
    """Save the world as `without` and as each of STAGES; the visit is to a tender never inspected before.

    A second visit is planned with it, to a tender that has an issued one.
    """
    known = objects.begin(objects.plan(world))
    objects.submit_whole(world, known, 30, 2)
    expect(known.issue(), 200)
    other = _others_visit(world, _tender(world, "115-他-001", **OTHERS))
    fresh = _tender(world, "115-密-001", pcm=builders.PCM)
    stages = Stages(world, fresh, known.tender)
    stages.pool = _pool(known, [known, other])
    stages.pool["tender"].append({"tender_id": fresh})
    stages.pool["filing note"] = [{"filing_note_id": objects.filing_note(world, known.tender)}]
    stages.save(WITHOUT)
    _grow(stages)
    return stages


def _tender(world: World, number: str, **organisations: str) -> str:
    answer = world.as_user("staff").post("/tenders", builders.tender_body(number, **organisations))
    return str(expect(answer, 201).get_json()["id"])


def _others_visit(world: World, tender: str) -> Visit:
    """A planned visit of another team, so that its members' lists are not empty."""
    ids = {name: str(world.people[name]) for name in ("other_leader", "other_member")}
    body = plan_body(tender, world.people, leader=ids["other_leader"], members=[ids["other_member"]])
    answer = expect(world.as_user("staff").post("/inspections", body), 201)
    return Visit(world.as_user, world.people, tender, answer.get_json()["id"])


def _grow(stages: Stages) -> None:
    """Plan the visit and take it through its stages; what it names joins the pool."""
    world = stages.world
    visit = _planned(world, stages.tender)
    second = _planned(world, stages.known_tender)
    stages.save("planned")
    for each in (visit, second):
        expect(each.post("staff", "/cancel", {"reason": "消息走漏"}), 200)
    stages.save("cancelled")
    world.restore("planned")
    expect(visit.start(), 200)
    expect(visit.mark("member1", 84), 201)
    expect(visit.send_photo(SHOT, "member1"), 201)
    upload = objects.begin_upload(visit, "leader")
    stages.save("started")
    body = _submission(world)
    expect(visit.submit(body), 201)
    stages.save("incomplete")
    expect(visit.send_photo(LATE), 201)
    stages.save("submitted")
    stages.pool["inspection"].append(objects.visit_ids(second))
    stages.pool["inspection"].append({"inspection_id": visit.id, "submission_id": body["id"]})
    stages.pool["defect"].append({"defect_id": body["defects"][0]["id"]})
    stages.pool["photo"] += [{"sha256": sha256(number)} for number in (SHOT, LATE)]
    sent = [{"sha256": sha256(number), "inspection_id": visit.id} for number in (SHOT, LATE)]
    stages.pool["receipt"] += sent
    stages.pool["upload"] = [{"upload_id": upload}]


def _planned(world: World, tender: str) -> Visit:
    """A visit planned, moved to another day, and declared for by its team."""
    members = [str(world.people[username]) for username in TEAM[1:]]
    staff = world.as_user("staff")
    body = plan_body(tender, world.people, members=members, on="2026-11-24")
    answer = expect(staff.post("/inspections", body), 201)
    visit = Visit(world.as_user, world.people, tender, answer.get_json()["id"])
    expect(visit.replan(visit.etag(), members=members, on="2026-11-23"), 200)
    visit.declare(*TEAM)
    return visit


def _submission(world: World) -> dict[str, Any]:
    found = defect_body(also=["supervisor"], photos=[sha256(SHOT)])
    named = [{"sha256": sha256(SHOT)}, {"sha256": sha256(LATE), "caption": "夜間補拍"}]
    changes = {"defects": [found], "photos": named, "pending_tests": ["asphalt_core"], "id": str(uuid4())}
    times = {"started_at": "2026-11-23T08:00:00+08:00", "finished_at": "2026-11-23T08:50:00+08:00"}
    return objects.body(world, **changes, **times)


OF_PEOPLE = ("outgoing", "message", "contact", "confirmation", "declining", "calendar")
"""Kinds that belong to a person, not to a visit; what there is of them is asked for in the matrix."""


def _pool(known: Visit, visits: list[Visit]) -> dict[str, list[Ids]]:
    defects = known.api("staff").get("/defects", inspection=known.id).get_json()["items"]
    return {
        "inspection": [objects.visit_ids(visit) for visit in visits],
        "defect": [{"defect_id": row["id"]} for row in defects],
        "tender": [{"tender_id": visit.tender} for visit in visits],
        "photo": [{"sha256": sha256(30)}],
        "receipt": [{"sha256": sha256(30), "inspection_id": known.id}],
        "upload": [],
        "address": [{"signed": "no-such-address"}],
        "device": [],
        "import": [objects.ABSENT["import"]],
        "import source": [objects.ABSENT["import source"]],
        "form": [{"code": "construction-inspection", "version": "1"}],
        "revision": [{"revision": "roc-111"}],
        "closure": [{"on": "2026-11-25"}, {"on": "2026-11-26"}],
        "defect code": [{"defect_code": "5.01.01"}, {"defect_code": "5.01"}],
        "file": [],
        "job": [{"job": "photos.expire"}],
        **{kind: [objects.ABSENT[kind]] for kind in OF_PEOPLE},
    }
