"""The papers of an inspection: letter (書面通知), notice (改善通知), record (查核紀錄)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from inspect_app.catalogue.paper import Visit
from inspect_app.core import roc
from inspect_app.core.clock import TAIPEI, legal_day
from inspect_app.defects import queries as defects
from inspect_app.defects.words import PARTIES, SEVERITIES
from inspect_app.documents import (
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Photo,
    Photos,
    Signature,
    Signatures,
    Table,
)
from inspect_app.inspections import queries
from inspect_app.inspections.models import Inspection, NamedPhoto, PhotoWaiver
from inspect_app.inspections.scores import MEAN
from inspect_app.inspections.words import KINDS, METHODS, TESTS
from inspect_app.photos import queries as photos
from inspect_app.photos.keeping import reading
from scoring.explain import explain

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect
    from inspect_app.photos.models import PhotoErasure

REGULATION = "工程施工查核小組作業辦法"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues the papers, and the page their QR opens."""

    name: str
    link: str


def letter(inspection: Inspection, issuer: Issuer) -> Document:
    """The written notice that the team shows at the gate (作業辦法 art. 5); says nothing of results."""
    people = tuple(
        (_role(person.role), person.name, "外聘" if person.outside else "內聘") for person in inspection.team
    )
    purpose = (
        f"本小組依政府採購法第 70 條及{REGULATION}第 5 條，於{roc.format_weekday(inspection.on)}"
        f"派員查核下列工程（{METHODS[inspection.method]}）。請提供文件並引導現場。"
    )
    return Document(
        title="工程施工查核書面通知",
        number=_number(inspection),
        issued_by=issuer.name,
        link=issuer.link,
        head=_tender_facts(inspection),
        blocks=(
            Paragraph(purpose),
            Heading("一、查核人員"),
            Table((Column("職務", 3), Column("姓名", 5), Column("聘任", 3)), people),
            Heading("二、請配合事項"),
            Paragraph("監造單位的建築師或技師、承攬廠商的專任工程人員到場說明（第 5 條）。", mark="（一）"),
            Paragraph("備妥契約、監造計畫、品質計畫、施工日誌、檢驗紀錄及進度資料。", mark="（二）"),
            Paragraph("指定項目的檢驗、拆驗或取樣，由各方會同辦理（第 6 條）。", mark="（三）"),
            Paragraph("查核人員不接受餽贈或招待；有應迴避情事請當場提出（第 13 條）。", mark="（四）"),
            Signatures(tuple(Signature(_role(person.role), person.name) for person in inspection.team)),
        ),
        footer="查核人員應主動出示本通知及身分證明文件。",
    )


def visit(inspection: Inspection) -> Visit:
    """What a paper form says of the visit it is taken to."""
    team = tuple((_role(person.role), person.name) for person in inspection.team)
    return Visit(inspection.id, _tender_facts(inspection), team)


def notice(session: Session, inspection: Inspection, issuer: Issuer) -> Document:
    """The correction notice of an issued inspection: every defect with points, photos and the deadline."""
    found = defects.of_inspection(session, inspection.id)
    named = {photo.sha256: photo for photo in queries.named_photos(session, inspection.id)}
    opening = (
        f"本小組於{roc.format_weekday(inspection.on)}查核旨揭工程，發現缺失 {len(found)} 項。"
        f"請督促監造單位及承攬廠商限期改善，審查完妥後報本小組備查（{REGULATION}第 9 條）。"
    )
    return Document(
        title="工程施工查核改善通知",
        number=inspection.issue_document or _number(inspection),
        issued_by=issuer.name,
        link=issuer.link,
        head=(*_tender_facts(inspection), Fact("發文日期", _issued_on(inspection))),
        blocks=(
            Paragraph(opening),
            Notice(f"請於{_deadline(inspection)}前改善完成並回復。", title="改善期限"),
            Heading("一、缺失及扣點"),
            _defect_table(found),
            Heading("二、改善說明"),
            Paragraph("每項缺失回復時附改善前、改善中、改善後照片。", mark="（一）"),
            Paragraph("未能如期改善者，請於期限前敘明理由申請展延（第 10 條）。", mark="（二）"),
            *_stand_ins(inspection, found),
            *_defect_photos(session, inspection, found, named),
        ),
    )


def record(session: Session, inspection: Inspection, issuer: Issuer) -> Document:
    """The inspection record (查核紀錄) of an issued inspection, with its grade; no mark by member."""
    found = defects.of_inspection(session, inspection.id)
    result = inspection.result or {}
    team = tuple(
        (_role(person.role), person.name, "外聘" if person.outside else "內聘") for person in inspection.team
    )
    return Document(
        title="工程施工查核紀錄",
        number=inspection.issue_document or _number(inspection),
        issued_by=issuer.name,
        link=issuer.link,
        head=(
            *_tender_facts(inspection),
            *_amounts(inspection),
            Fact("查核型態", KINDS[inspection.kind]),
            Fact("查核方式", METHODS[inspection.method]),
            Fact("查核成績", f"{result.get('score', '')} 分（{result.get('label', '')}）"),
            Fact("發文日期", _issued_on(inspection)),
            *_lateness(inspection),
        ),
        blocks=(
            Heading("一、查核人員"),
            Table((Column("職務", 3), Column("姓名", 5), Column("聘任", 3)), team),
            Heading("二、成績計算"),
            _steps(result.get("steps", ())),
            *_tests(session, inspection),
            Heading("三、缺失及扣點"),
            _defect_table(found),
            Heading("四、扣點統計"),
            Facts(tuple(_points_by_party(found)), together=True),
            *_waivers(session, inspection),
        ),
    )


def _tender_facts(inspection: Inspection) -> tuple[Fact, ...]:
    tender = inspection.tender_facts
    facts = (
        ("標案名稱", tender.name),
        ("標案編號", tender.number),
        ("主辦機關", tender.agency),
        ("專案管理", tender.pcm),
        ("監造單位", tender.supervisor),
        ("承攬廠商", tender.contractor),
        ("查核日期", roc.format_weekday(inspection.on)),
    )
    return tuple(Fact(label, value) for label, value in facts if value)


def _amounts(inspection: Inspection) -> list[Fact]:
    tender = inspection.tender_facts
    known = (("預算金額", tender.budget_twd), ("契約金額", tender.contract_twd))
    return [Fact(label, f"{twd:,} 元") for label, twd in known if twd is not None]


def _lateness(inspection: Inspection) -> list[Fact]:
    """Why the record went out late, as it was given with the issue."""
    reason = inspection.frozen.late_reason if inspection.frozen else None
    return [Fact("發文超過七天之原因", reason)] if reason else []


def _stand_ins(inspection: Inspection, found: Sequence["Defect"]) -> list[Paragraph]:
    """Who answers for parties that the tender, as it was at the issue, does not name."""
    parties = dict.fromkeys(defect.party for defect in found)
    unnamed = [PARTIES[party] for party in parties if getattr(inspection.tender_facts, party) is None]
    if not unnamed:
        return []
    return [Paragraph(f"標案未載明{'、'.join(unnamed)}，其缺失請主辦機關代為回復。", mark="（三）")]


def _defect_table(found: Sequence["Defect"]) -> Table:
    columns = (
        Column("項次", 6, "right"),
        Column("缺失編號", 13),
        Column("缺失情形", 42),
        Column("等級", 8, "center"),
        Column("扣點", 7, "right"),
        Column("記點對象", 20),
    )
    rows = [
        (str(place), row.code, _words(row), SEVERITIES[row.severity], str(row.points), _parties(row))
        for place, row in enumerate(found, 1)
    ]
    return Table(columns, tuple(rows), empty="（本次查核未發現缺失）")


def _words(defect: "Defect") -> str:
    place = f"【{defect.place}】" if defect.place else ""
    return f"{place}{defect.note or '（未填說明，請見照片）'}"


def _parties(defect: "Defect") -> str:
    also = "、".join(PARTIES[party] for party in defect.also)
    return f"{PARTIES[defect.party]}；併扣{also}" if also else PARTIES[defect.party]


def _points_by_party(found: Sequence["Defect"]) -> list[Fact]:
    totals = dict.fromkeys(PARTIES, 0)
    for defect in found:
        for party in (defect.party, *defect.also):
            totals[party] += defect.points
    return [Fact(PARTIES[party], f"{points} 點") for party, points in totals.items()]


def _defect_photos(
    session: Session, inspection: Inspection, found: Sequence["Defect"], named: Mapping[str, NamedPhoto]
) -> list[Heading | Photos | Paragraph]:
    """Every defect's photos, and in the place of one that did not come until the issue why it need not have come."""
    wanted = [sha256 for defect in found for sha256 in defect.photos]
    waived = _waived(session, inspection)
    received = photos.received(session, inspection.id, wanted) - waived.keys()
    erased = photos.erased(session, received)
    blocks: list[Heading | Photos | Paragraph] = []
    for place, defect in enumerate(found, 1):
        shown = [sha256 for sha256 in defect.photos if sha256 in received and sha256 not in erased]
        shots = tuple(_photo(session, sha256, named.get(sha256)) for sha256 in shown)
        unseen = [_instead(waived[sha256]) for sha256 in defect.photos if sha256 in waived]
        unseen += [_erased(erased[sha256]) for sha256 in defect.photos if sha256 in erased]
        if shots or unseen:
            blocks.append(Heading(f"缺失 {place}　{defect.code}", level=2))
            blocks += [*([Photos(shots)] if shots else []), *unseen]
    return [Heading("三、缺失照片"), *blocks] if blocks else []


def _waived(session: Session, inspection: Inspection) -> dict[str, PhotoWaiver]:
    """The waivers of photos that had not come when the papers were issued: what comes later changes no paper."""
    issued_at = inspection.issued_at
    return {
        sha256: row
        for sha256, row in queries.waivers_of(session, inspection.id).items()
        if row.arrived_at is None or (issued_at is not None and row.arrived_at > issued_at)
    }


def _instead(waiver: PhotoWaiver) -> Paragraph:
    return Paragraph(f"照片未收到（{_decided(waiver)}）：{waiver.reason}（雜湊 {waiver.sha256}）", mark="※")


def _erased(erasure: "PhotoErasure") -> Paragraph:
    day = roc.format_long(legal_day(erasure.erased_at))
    return Paragraph(f"照片已依規定清除（{day}）；雜湊 {erasure.sha256}", mark="※")


def _decided(waiver: PhotoWaiver) -> str:
    return f"{waiver.waived_by_name} {roc.format_long(legal_day(waiver.waived_at))}核定免補"


def _waivers(session: Session, inspection: Inspection) -> list[Heading | Table]:
    """The photos that were waived and had not come when the record was issued."""
    named = {photo.sha256: photo for photo in queries.named_photos(session, inspection.id)}
    rows = tuple(
        (_called(named[sha256]), row.reason, _decided(row))
        for sha256, row in _waived(session, inspection).items()
    )
    columns = (Column("照片", 32), Column("免補理由", 38), Column("核定", 26))
    return [Heading("五、未收到而免補的照片"), Table(columns, rows)] if rows else []


def _called(named: NamedPhoto) -> str:
    words = [*([named.caption] if named.caption else []), _day_and_time(named), f"雜湊 {named.sha256[:16]}"]
    return "　".join(word for word in words if word)


def _photo(session: Session, sha256: str, named: NamedPhoto | None) -> Photo:
    words = [named.caption] if named and named.caption else []
    if named and named.taken_at:
        words.append(_day_and_time(named))
    return Photo(_web_copy(session, sha256), sha256, "　".join(words))


def _web_copy(session: Session, sha256: str) -> Path:
    """The copy without EXIF: a camera's position is not for the paper."""
    return reading.path_of(session, sha256, photos.WEB)


def _day_and_time(named: NamedPhoto) -> str:
    if named.taken_at is None:
        return ""
    local = named.taken_at.astimezone(TAIPEI)
    return f"{roc.format_long(local.date())} {local:%H:%M}"


def _steps(steps: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple((str(place), explain({**step, "inputs": _without_marks(step)}, "zh-Hant"), str(step["article"]))
                 for place, step in enumerate(steps, 1))  # fmt: skip
    return Table((Column("步驟", 6, "right"), Column("說明", 56), Column("依據", 34)), rows)


def _without_marks(step: Mapping[str, Any]) -> Mapping[str, Any]:
    return {} if step["rule"] == MEAN else step["inputs"]


def _tests(session: Session, inspection: Inspection) -> list[Heading | Table]:
    rows = [
        (
            TESTS[row.test],
            {"pass": "合格", "fail": "不合格"}.get(row.result or "", "待判定"),
            row.document or "",
        )
        for row in queries.tests_of(session, inspection.id)
    ]
    if not rows:
        return []
    return [
        Heading("抽驗結果", level=2),
        Table((Column("試驗", 4), Column("結果", 2), Column("文號", 4)), tuple(rows)),
    ]


def _number(inspection: Inspection) -> str:
    return f"查核-{roc.format_compact(inspection.on)}-{str(inspection.id)[:8]}"


def _issued_on(inspection: Inspection) -> str:
    return roc.format_long(legal_day(inspection.issued_at)) if inspection.issued_at else ""


def _deadline(inspection: Inspection) -> str:
    return roc.format_weekday(inspection.correct_by) if inspection.correct_by else "所定期限"


def _role(role: str) -> str:
    return "領隊" if role == "leader" else "查核委員"
