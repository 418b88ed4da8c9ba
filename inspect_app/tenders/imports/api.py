"""/api/v1/tenders/imports: lists sent by programs, imports under way, and the sources lists come from."""

import io
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request, url_for

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, PageArgs, check_version, paginate, request_json, versioned
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.tenders.imports import deciding, pages, queries, readers, receiving, schemas, sources
from inspect_app.tenders.imports.looking import Way
from inspect_app.tenders.imports.receiving import Arrival
from inspect_app.tenders.imports.sources import SourceData
from inspect_app.tenders.uploads import import_upload

blp = ApiBlueprint("tender_imports_api", __name__, description="標案匯入")


@blp.post("/tenders/imports")
@requires("tenders.write")
@blp.doc(requestBody=schemas.ROWS_BODY)
@blp.arguments(schemas.ImportArgs, location="query")
@blp.arguments(schemas.ImportFile, location="files")
@blp.response(200, schemas.ImportOut)
@blp.alt_response(202, schema=schemas.ImportRunOut)
def imports(args: dict[str, Any], files: dict[str, Any]) -> Any:
    """Import a list: good rows in one transaction, bad rows listed with line, field, reason.

    A file as multipart, or `{"rows": [...]}` as JSON. With `background=true` the worker does it: 202 and its address.
    """
    stream, filename, reader = _sent(files)
    if args.pop("background"):
        return _in_background(stream, filename, reader, args)
    if args.pop("source"):
        reason = "來源只用於 background=true。"
        raise InvalidFields("請更正查詢參數。", errors=[FieldError("source", reason)])
    return import_upload(stream, current_actor(), filename=filename, reader=reader, **args)


def _sent(files: dict[str, Any]) -> tuple[Any, str, str]:
    """The list's bytes, its name and its reader."""
    if request.is_json:
        body = request_json()
        if not isinstance(body, dict) or not isinstance(body.get("rows"), list) or len(body) != 1:
            reason = "應有 rows，為標案的清單，且沒有其他欄位。"
            raise InvalidFields("請更正內容。", errors=[FieldError("rows", reason)])
        return io.BytesIO(request.get_data()), "rows.json", readers.ROWS
    if "file" not in files:
        raise InvalidFields("請附上檔案。", errors=[FieldError("file", "必填。")])
    return files["file"].stream, files["file"].filename or "tenders", readers.AUTO


def _in_background(stream: Any, filename: str, reader: str, args: dict[str, Any]) -> Response:
    chosen = args["source"]
    source = queries.source(session(), chosen) if chosen else None
    way = receiving.way_of(source) if source else Way(reader)
    way = Way(way.reader, args["unit"] or way.unit, way.mapping, args["strict"] or way.strict)
    straight = not args["dry_run"]
    import_id = receiving.receive(stream, Arrival("api", filename, current_actor(), chosen, straight), way)
    answer = jsonify(schemas.ImportRunOut().dump(queries.get(session(), import_id)))
    answer.status_code = 202
    answer.headers["Location"] = url_for("tender_imports_api.run", import_id=import_id)
    return answer


@blp.get("/tenders/imports")
@requires("tenders.write")
@blp.arguments(schemas.RunArgs, location="query")
@blp.response(200, schemas.RunPage)
def runs(args: dict[str, Any]) -> dict[str, Any]:
    """Every import, newest first."""
    limit, cursor = args.pop("limit"), args.pop("cursor")
    return paginate(session(), queries.listed(queries.Wanted(**args)), limit, cursor)


@blp.get("/tenders/imports/<uuid:import_id>")
@requires("tenders.write")
@blp.response(200, schemas.ImportRunOut)
def run(import_id: UUID) -> Any:
    """One import: how far it has come, and what it came to."""
    return queries.get(session(), import_id)


@blp.post("/tenders/imports/<uuid:import_id>/cancel")
@requires("tenders.write")
@blp.response(200, schemas.ImportRunOut)
def cancel(import_id: UUID) -> Any:
    """Give an import up; one under way ends soon, and nothing of it is written."""
    with transaction() as current:
        return deciding.cancel(current, import_id, clock.now())


@blp.get("/tenders/imports/<uuid:import_id>/rejections.csv")
@requires("tenders.write")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="text/csv")
def rejections(import_id: UUID) -> Response:
    """The refused rows, for a spreadsheet."""
    return pages.rejections_file(queries.get(session(), import_id))


@blp.get("/tenders/import-sources")
@requires("tenders.write")
@blp.arguments(PageArgs, location="query")
@blp.response(200, schemas.SourcePage)
def source_list(args: dict[str, Any]) -> dict[str, Any]:
    """Where lists come from, by name."""
    return paginate(session(), queries.sources_listed(), args["limit"], args["cursor"])


@blp.post("/tenders/import-sources")
@requires("tenders.write")
@blp.arguments(schemas.SourceIn)
@blp.response(201, schemas.SourceOut)
def add_source(data: SourceData) -> Any:
    """Add a source, with how its lists are read."""
    with transaction() as current:
        source = sources.create(current, data, current_actor(), clock.now())
    return versioned(source, source.version, 201)


@blp.get("/tenders/import-sources/<uuid:source_id>")
@requires("tenders.write")
@blp.response(200, schemas.SourceOut)
def source(source_id: UUID) -> Any:
    """One source, with its version as ETag."""
    row = queries.source(session(), source_id)
    return versioned(row, row.version)


@blp.put("/tenders/import-sources/<uuid:source_id>")
@requires("tenders.write")
@blp.arguments(schemas.SourceIn)
@blp.response(200, schemas.SourceOut)
def replace_source(data: SourceData, source_id: UUID) -> Any:
    """Replace what is said of a source; needs If-Match."""
    with transaction() as current:
        row = queries.source(current, source_id)
        check_version(row.version, required=True)
        sources.change(current, row, data, current_actor(), clock.now())
    return versioned(row, row.version)
