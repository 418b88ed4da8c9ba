"""A city for the benchmarks: an empty database filled with as many started visits as a run will submit."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import flask_migrate
from flask import Flask
from sqlalchemy import insert

from bench.form import CODE, ITEMS
from inspect_app import create_app
from inspect_app.accounts import service as accounts
from inspect_app.core.database import Base, db, transaction
from inspect_app.core.permissions import Role
from inspect_app.core.settings import load_settings

PASSWORD = "a long benchmark password"
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
TEAM = (("leader", Role.LEADER), ("member1", Role.MEMBER), ("member2", Role.MEMBER))


def environment(folder: Path, url: str | None = None) -> dict[str, str]:
    """Settings of an application on loopback with everything under `folder`."""
    given = {"DATABASE_URL": url} if url else {}
    return {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(folder),
        "SECRET_KEY": "x" * 40,
        "LOG_LEVEL": "ERROR",
    } | given


@dataclass(frozen=True, slots=True)
class City:
    """A migrated database with its people; `token` is the leader's, `visits` are started."""

    folder: Path
    url: str | None
    token: str
    staff: str
    people: dict[str, UUID]

    @property
    def app(self) -> Flask:
        return create_app(load_settings(environment(self.folder, self.url)))


def found(folder: Path, url: str | None = None) -> City:
    """Migrate an empty database and let the staff and one team in."""
    app = create_app(load_settings(environment(folder, url)))
    with app.app_context():
        flask_migrate.upgrade()
        with transaction() as session:
            made = [
                accounts.add_user(session, accounts.NewUser(name, name, role, PASSWORD), NOW)
                for name, role in (*TEAM, ("staff", Role.STAFF))
            ]
            life = timedelta(days=3650)
            opened = {user.username: accounts.sign_in(session, user, NOW, life).token for user in made}
        people = {user.username: user.id for user in made}
        db.engine.dispose()
    return City(folder, url, opened["leader"], opened["staff"], people)


def start_visits(city: City, count: int) -> list[UUID]:
    """As many started visits to as many tenders, everyone declared; their ids."""
    agency, visits, tenders = uuid4(), [uuid4() for _ in range(count)], [uuid4() for _ in range(count)]
    rows: dict[str, list[dict[str, Any]]] = {
        "organisations": [{"id": agency, "name": f"測試機關 {agency}"}],
        "tenders": [
            {"id": id_, "number": str(id_), "name": "道路改善工程", "agency_id": agency, "kind": "work"}
            | {"own": True, "version": 1, "created_at": NOW, "updated_at": NOW}
            for id_ in tenders
        ],
        "inspections": [
            {"id": id_, "tender_id": tender, "on": TODAY, "method": "unannounced", "kind": "inspection"}
            | {"state": "started", "started_at": NOW, "version": 1, "created_at": NOW}
            for id_, tender in zip(visits, tenders, strict=True)
        ],
        "team_members": [row for id_ in visits for row in _team(city, id_)],
    }
    app = city.app
    with app.app_context(), transaction() as session:
        for name, values in rows.items():
            session.execute(insert(Base.metadata.tables[name]), values)
        db.engine.dispose()
    return visits


def _team(city: City, visit: UUID) -> Iterator[dict[str, Any]]:
    for position, (name, _) in enumerate(TEAM):
        role = "member" if position else "leader"
        yield {
            "inspection_id": visit,
            "user_id": city.people[name],
            "position": position,
            "role": role,
            "name": name,
            "outside": position == 1,
            "conflict": False,
            "declared_at": NOW,
        }


def submission(city: City) -> dict[str, Any]:
    """One submission of 60 items with three defects and three members' marks."""
    parts = {"quality_system": 17, "workmanship": 49, "progress": 16}
    return {
        "id": str(uuid4()),
        "form": {"code": CODE, "version": 1},
        "started_at": "2026-11-20T09:00:00+08:00",
        "finished_at": "2026-11-20T12:00:00+08:00",
        "device": {"id": "bench", "clock_offset_s": 0},
        "location": {"lat": 22.62, "lon": 120.31, "accuracy_m": 8},
        "answers": {item: {"result": "pass", "note": "現場與圖說相符，抽查三處。"} for item in ITEMS},
        "defects": [_defect(place) for place in ("一樓", "二樓", "三樓")],
        "marks": [{"member": str(city.people[name]), **parts} for name, _ in TEAM],
    }


def _defect(place: str) -> dict[str, Any]:
    given = {"id": str(uuid4()), "code": "5.01.01", "severity": "M", "party": "contractor", "points": 3}
    return given | {"note": "柱底混凝土有蜂窩", "place": place, "photos": []}


def write_requests(city: City, visits: list[UUID], path: Path) -> None:
    """One line a request, address and body, for the load generator."""
    with path.open("w", encoding="utf-8") as file:
        for visit in visits:
            body = json.dumps(submission(city), ensure_ascii=False)
            file.write(f"/api/v1/inspections/{visit}/submission\t{body}\n")
