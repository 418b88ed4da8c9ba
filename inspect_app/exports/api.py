"""/api/v1/exports: issued inspections as the authority takes them, in CSV, XLSX and JSON."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, jsonify

from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.core.problems import FieldError, InvalidFields, NotFound
from inspect_app.core.sheets import CSV, XLSX, Sheet, as_csv, as_items, as_xlsx, saved
from inspect_app.exports import schemas, service
from inspect_app.exports.records import Record
from inspect_app.exports.service import DATASETS, Quarter
from inspect_app.inspections.queries import InspectionFilter

blp = ApiBlueprint("exports_api", __name__, description="匯出")


@blp.get("/exports/<string:dataset>.<any(csv,json,xlsx):form>")
@requires("exports.read")
@blp.arguments(schemas.ExportArgs, location="query")
@blp.response(200, schemas.ExportOut)
@blp.doc(responses={"200": {"content": {CSV: {"schema": schemas.FILE}, XLSX: {"schema": schemas.FILE}}}})
def export(args: dict[str, Any], dataset: str, form: str) -> Response:
    """A dataset of one inspection, a year, a quarter, or some days; every issued inspection unless narrowed.

    Datasets: inspections, marks, inspection-defects, quarterly-return (needs year and quarter).
    """
    if dataset not in DATASETS:
        raise NotFound(f"沒有這種匯出；有的是 {'、'.join(DATASETS)}。")
    return GIVEN[form](dataset, _found(dataset, args))


def _found(dataset: str, args: dict[str, Any]) -> list[Record]:
    if dataset == "quarterly-return" and args["quarter"] is None:
        raise InvalidFields("請指定季別。", errors=[FieldError("quarter", "應為 1 至 4，並指定 year。")])
    if args["inspection"] is not None:
        return service.one(session(), current_actor(), args["inspection"])
    return service.several(session(), current_actor(), _wanted(args))


def _wanted(args: dict[str, Any]) -> InspectionFilter:
    if args["quarter"] is not None:
        return Quarter(args["year"], args["quarter"]).wanted
    if args["year"] is not None:
        return service.whole_year(args["year"])
    return InspectionFilter(since=args["since"], until=args["until"])


def _csv(dataset: str, found: Sequence[Record]) -> Response:
    return saved(as_csv(_table(dataset, found)), CSV, f"{dataset}.csv")


def _xlsx(dataset: str, found: Sequence[Record]) -> Response:
    return saved(as_xlsx(service.sheets(dataset, found)), XLSX, f"{dataset}.xlsx")


def _json(dataset: str, found: Sequence[Record]) -> Response:
    return jsonify(items=as_items(_table(dataset, found)), next=None)


def _table(dataset: str, found: Sequence[Record]) -> Sheet:
    return DATASETS[dataset].build(found)


GIVEN: dict[str, Callable[[str, Sequence[Record]], Response]] = {"csv": _csv, "json": _json, "xlsx": _xlsx}
