"""What a submission must say beyond its types: the form's items, the catalogue's codes, the photos it names."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from forms import validation
from forms.catalogue import Catalogue
from forms.errors import UnknownDefectCode, UnknownForm
from forms.marksheet import sheet_of
from forms.published import load
from forms.schema import FormDefinition
from forms.validation import Besides, Demand
from inspect_app.core import clock
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.inspections.body import FoundDefect, Remark, SubmissionBody

REMARKS = {"merits": "優點", "advice": "建議"}
ADVICE = "請依各欄位的說明更正後再送；平板上的資料仍在。"


def faults(body: SubmissionBody) -> tuple[FieldError, ...]:
    """Every field that does not fit the form, the photos or the other fields, as far as no catalogue is needed."""
    return (*_times(body), *_answers(body), *_defects(body), *_photos(body))


def demands(body: SubmissionBody) -> tuple[Demand, ...]:
    """What failed items still ask for; whether it can be recorded depends on the catalogue."""
    form = _form(body)
    return tuple(validation.unmet(form, body.answers, _besides(body))) if form else ()


def demand_faults(unmet: Iterable[Demand], known: Catalogue) -> Iterator[FieldError]:
    """Failed items without a defect that they ask for and that the catalogue, of the visit's revision, has."""
    return (FieldError(*fault) for fault in validation.unrecorded(unmet, known))


def code_faults(body: SubmissionBody, known: Catalogue) -> Iterator[FieldError]:
    """Codes and points that the catalogue, of the visit's revision, does not have, and remarks under other codes."""
    for index, defect in enumerate(body.defects):
        yield from _points(defect, f"defects[{index}]", known)
    form = _form(body)
    for name in REMARKS:
        groups = getattr(sheet_of(form), name) if form else ()
        yield from _remark_codes(name, getattr(body, name), groups, known)


def refuse(found: Sequence[FieldError], prefix: str = "") -> None:
    """InvalidFields naming them all, if there are any."""
    if found:
        raise InvalidFields(
            ADVICE, errors=[FieldError(f"{prefix}{each.field}", each.reason) for each in found]
        )


def check_instants(body: SubmissionBody, prefix: str = "") -> None:
    """InvalidFields for an instant in a year that has no ROC date, which the database may not hold in UTC."""
    named = [("started_at", body.started_at), ("finished_at", body.finished_at)]
    named += [
        (f"photos[{i}].taken_at", photo.taken_at) for i, photo in enumerate(body.photos) if photo.taken_at
    ]
    unknown = [field for field, at in named if not clock.is_known(at)]
    refuse([FieldError(field, "應為民國 1 年至 999 年之間的時間。") for field in unknown], prefix)


def _times(body: SubmissionBody) -> Iterator[FieldError]:
    if body.finished_at < body.started_at:
        yield FieldError("finished_at", "不可早於 started_at。")


def _answers(body: SubmissionBody) -> Iterator[FieldError]:
    try:
        form = load(body.form.code, body.form.version)
    except UnknownForm as error:
        yield FieldError("form", str(error))
        return
    for fault in validation.faults(form, body.answers, _besides(body)):
        yield FieldError(*fault)


def _form(body: SubmissionBody) -> FormDefinition | None:
    try:
        return load(body.form.code, body.form.version)
    except UnknownForm:
        return None


def _besides(body: SubmissionBody) -> Besides:
    return Besides(
        {defect.code for defect in body.defects}, {signature.role for signature in body.signatures}
    )


def _defects(body: SubmissionBody) -> Iterator[FieldError]:
    seen: set[UUID] = set()
    for index, defect in enumerate(body.defects):
        path = f"defects[{index}]"
        if defect.id in seen:
            yield FieldError(f"{path}.id", "同一缺失編號只能出現一次。")
        seen.add(defect.id)
        if defect.party in defect.also or len(set(defect.also)) < len(defect.also):
            yield FieldError(f"{path}.also", "併扣對象不可重複，也不可與記點對象相同。")


def _points(defect: FoundDefect, path: str, known: Catalogue) -> Iterator[FieldError]:
    try:
        code = known.item(defect.code)
    except UnknownDefectCode as error:
        yield FieldError(f"{path}.code", str(error))
        return
    if not known.points_allowed(defect.code, defect.severity, defect.points):
        allowed = "0" if defect.severity == "L" else code.points or "0 到 5"
        yield FieldError(f"{path}.points", f"{defect.code} 的 {defect.severity} 級可扣點數：{allowed}。")


def team_faults(body: SubmissionBody, team: Collection[UUID]) -> Iterator[FieldError]:
    """Marks given for people who are not on the visit's team."""
    for index, mark in enumerate(body.marks):
        if mark.member not in team:
            yield FieldError(f"marks[{index}].member", "不在本次查核的名單上。")


def _photos(body: SubmissionBody) -> Iterator[FieldError]:
    listed = [photo.sha256 for photo in body.photos]
    if len(set(listed)) < len(listed):
        yield FieldError("photos", "同一張照片只能列一次。")
    carried = {*listed, *(signature.sha256 for signature in body.signatures)}
    for path, names in _naming(body):
        for index, sha256 in enumerate(names):
            if sha256 not in carried:
                yield FieldError(f"{path}.photos[{index}]", "這張照片沒有列在 photos 或 signatures。")


def _naming(body: SubmissionBody) -> Iterator[tuple[str, Sequence[str]]]:
    yield from ((f"answers.{item}", answer.photos) for item, answer in body.answers.items())
    yield from ((f"defects[{index}]", defect.photos) for index, defect in enumerate(body.defects))


def _remark_codes(
    name: str, remarks: Sequence[Remark], groups: Collection[str], known: Catalogue
) -> Iterator[FieldError]:
    for index, remark in enumerate(remarks):
        try:
            known.get(remark.code)
        except UnknownDefectCode as error:
            yield FieldError(f"{name}[{index}].code", str(error))
            continue
        if groups and not validation.covers(groups, remark.code):
            reason = f"{REMARKS[name]}的編號為 {'、'.join(groups)}，或其下的編號。"
            yield FieldError(f"{name}[{index}].code", reason)
