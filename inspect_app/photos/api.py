"""/api/v1/photos: sending in one go or resumably (tus 1.0.0), and reading."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.http import http_date

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, ProblemSchema
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.described import PROBLEM
from inspect_app.core.problems import NotFound, WrongMethod
from inspect_app.core.settings import current_settings
from inspect_app.photos import policy, queries, receiving, schemas, service, serving, viewing
from inspect_app.photos.models import PhotoUpload
from inspect_app.photos.resumable import draining, parts, protocol, uploading
from inspect_app.photos.service import Received

blp = ApiBlueprint("photos_api", __name__, description="照片")

PHOTO = "/photos/<string:sha256>"
FACTS = "/photos/<string:sha256>/facts"
UPLOADS = "/photos/uploads"
UPLOAD = "/photos/uploads/<uuid:upload_id>"
TUS_REFUSALS = {
    405: "不接受的操作",
    410: "上傳已逾期",
    412: "tus 版本不符",
    460: "檢查碼不符",
    507: "磁碟空間不足",
}
CREATION_REFUSALS = TUS_REFUSALS | {429: "這部平板未傳完的太多，或今日傳得太多"}

CHECK_AGAIN_AFTER = timedelta(minutes=1)

View = TypeVar("View", bound=Callable[..., Response])


def tells_tus_refusals(view: View, refusals: Mapping[int, str] = TUS_REFUSALS) -> View:
    """Document what only resumable uploads answer."""
    for status, meaning in refusals.items():
        told = blp.alt_response(status, schema=ProblemSchema, content_type=PROBLEM, description=meaning)
        view = told(view)
    return view


def tells_creation_refusals(view: View) -> View:
    """Document what the beginning of a resumable upload answers as well."""
    return tells_tus_refusals(view, CREATION_REFUSALS)


@blp.put(PHOTO)
@requires("photos.send")
@blp.arguments(schemas.SendArgs, location="query")
@blp.response(200, schemas.PhotoOut)
@blp.alt_response(201, schema=schemas.PhotoOut)
@blp.alt_response(429, schema=ProblemSchema, content_type=PROBLEM, description="這部平板今日傳得太多")
@blp.alt_response(507, schema=ProblemSchema, content_type=PROBLEM, description="磁碟空間不足")
@blp.doc(requestBody=schemas.ANY_BODY)
def send(args: dict[str, Any], sha256: str) -> tuple[Received, int]:
    """Send a JPEG, PNG, WebP or HEIC whole, as the raw body; again: 200 and the same answer."""
    wanted, inspection_id = _hex(sha256), args["inspection"]
    policy.check_sendable(session(), current_actor(), inspection_id)
    receiving.check_length(request.content_length)
    receiving.release_database()
    received, fresh = receiving.receive(request.stream, wanted, inspection_id, current_actor())
    return received, 201 if fresh else 200


@blp.get(PHOTO)
@requires("photos.read")
@blp.arguments(schemas.ReadArgs, location="query")
@blp.response(200, schemas.BINARY, content_type="image/jpeg")
@blp.alt_response(410, schema=ProblemSchema, content_type=PROBLEM, description="照片已依規定清除")
def photo(args: dict[str, Any], sha256: str) -> Response:
    """A photo's bytes: as received, or as a JPEG of at most 1600 (web) or 320 (thumb) pixels.

    The inspected get originals they did not send themselves without position, time, camera (EXIF).
    """
    row = policy.viewable(session(), current_actor(), _hex(sha256))
    size = args["size"]
    whole = size == queries.ORIGINAL and policy.gets_original(session(), current_actor(), row.sha256)
    response = serving.answer(row, size, whole=whole)
    return viewing.answered(response, row.sha256, size, current_actor(), viewing.way_of_request())


@blp.get(FACTS)
@requires("photos.notes")
@blp.response(200, schemas.FactsOut)
def facts(sha256: str) -> dict[str, Any]:
    """What a photo tells of itself (EXIF), as its camera wrote it and nobody checked; for the team and auditors."""
    return schemas.facts(policy.readable(session(), current_actor(), _hex(sha256)))


@blp.post(UPLOADS)
@requires("photos.send")
@tells_creation_refusals
@blp.response(201, headers=schemas.LOCATION | schemas.OFFSET | schemas.EXPIRES)
@blp.doc(parameters=[schemas.RESUMABLE, schemas.UPLOAD_LENGTH, schemas.UPLOAD_METADATA])
def begin_upload() -> Response:
    """Begin a resumable upload (tus); a body of its first bytes may come along."""
    protocol.check_version(request.headers)
    new = protocol.new_upload(request.headers, current_settings().max_photo_bytes)
    receiving.require_room()
    with transaction() as current:
        upload = service.open_upload(current, new, current_actor(), clock.now())
    receiving.release_database()
    first = request.mimetype == protocol.CHUNK_TYPE
    at = uploading.take(upload, _chunk(0), current_actor()) if first else 0
    location = url_for(".upload_standing", upload_id=upload.id)
    return _empty(201, {"Location": location, "Upload-Offset": str(at), **_expiry(upload)})


@blp.route(UPLOAD, methods=["HEAD"])
@requires("photos.send")
@tells_tus_refusals
@blp.response(200, headers=schemas.OFFSET | schemas.LENGTH | schemas.EXPIRES)
@blp.doc(parameters=[schemas.RESUMABLE])
def upload_standing(upload_id: UUID) -> Response:
    """How many bytes of an upload are safely here."""
    upload = _own_upload(upload_id)
    headers = {
        "Upload-Offset": str(uploading.standing(upload, current_actor())),
        "Upload-Length": str(upload.length),
        "Upload-Metadata": upload.described,
        "Cache-Control": "no-store",
    }
    return _empty(200, headers | _expiry(upload))


@blp.patch(UPLOAD)
@requires("photos.send")
@tells_tus_refusals
@blp.response(204, headers=schemas.OFFSET | schemas.EXPIRES)
@blp.doc(
    parameters=[schemas.RESUMABLE, schemas.UPLOAD_OFFSET, schemas.UPLOAD_CHECKSUM],
    requestBody=schemas.CHUNK_BODY,
)
def continue_upload(upload_id: UUID) -> Response:
    """Send an upload's next bytes; a connection cut on the way keeps what arrived."""
    protocol.check_version(request.headers)
    protocol.check_chunk_type(request.mimetype)
    chunk = _chunk(protocol.offset(request.headers))
    upload = _own_upload(upload_id, sending=True)
    at = uploading.take(upload, chunk, current_actor())
    return _empty(204, {"Upload-Offset": str(at), **_expiry(upload)})


@blp.delete(UPLOAD)
@requires("photos.send")
@tells_tus_refusals
@blp.response(204)
@blp.doc(parameters=[schemas.RESUMABLE])
def drop_upload(upload_id: UUID) -> Response:
    """Give an upload up; a photo already received stays."""
    upload = _own_upload(upload_id)
    with transaction() as current:
        service.remove_upload(current, upload.id)
    parts.of(upload.id).remove()
    return _empty(204)


@blp.post(UPLOAD)
@requires("photos.send")
@tells_tus_refusals
@blp.response(204, headers=schemas.OFFSET)
@blp.doc(parameters=[schemas.RESUMABLE, schemas.METHOD])
def overridden(upload_id: UUID) -> Response:
    """PATCH, DELETE or HEAD for a client behind a proxy that knows none of them (tus)."""
    views = {"PATCH": continue_upload, "DELETE": drop_upload, "HEAD": upload_standing}
    view = views.get(request.headers.get("X-HTTP-Method-Override", ""))
    if view is None:
        raise WrongMethod("請改用 PATCH、HEAD 或 DELETE，或以 X-HTTP-Method-Override 指明。")
    response: Response = view(upload_id=upload_id)
    return response


@blp.after_request
def drain_refused(response: Response) -> Response:
    """Let a client that sends before it reads learn why it was refused."""
    return draining.drain_behind(response)


@blp.after_request
def add_tus_headers(response: Response) -> Response:
    """Every answer on an upload speaks tus, its refusals too; OPTIONS tells what is supported."""
    if request.url_rule is None or UPLOADS not in request.url_rule.rule:
        return response
    response.headers["Tus-Resumable"] = protocol.VERSION
    if request.method == "OPTIONS":
        response.headers["Tus-Version"] = protocol.VERSION
        response.headers["Tus-Extension"] = protocol.EXTENSIONS
        response.headers["Tus-Max-Size"] = str(current_settings().max_photo_bytes)
        response.headers["Tus-Checksum-Algorithm"] = ",".join(protocol.ALGORITHMS)
    return response


def _own_upload(upload_id: UUID, *, sending: bool = False) -> PhotoUpload:
    """The actor's upload, checked; the database is let go, for a body may follow.

    Whether photos may still be sent is asked when an upload begins and under lock when it ends; in between only
    once it has stood for a while.
    """
    protocol.check_version(request.headers)
    upload = policy.own_upload(session(), current_actor(), upload_id, clock.now())
    if sending and clock.now() - upload.created_at > CHECK_AGAIN_AFTER:
        policy.check_sendable(session(), current_actor(), upload.inspection_id)
    receiving.release_database()
    return upload


def _chunk(offset: int) -> uploading.Chunk:
    return uploading.Chunk(offset, request.stream, request.content_length, protocol.checksum(request.headers))


def _expiry(upload: PhotoUpload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at)}


def _empty(status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(status=status, headers=headers)


def _hex(sha256: str) -> str:
    if (found := protocol.hex_digest(sha256)) is None:
        raise NotFound("網址中的照片識別碼應為 64 個十六進位字元；請從查核紀錄開啟。")
    return found
