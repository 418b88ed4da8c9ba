"""/api/v1: signed addresses of photos, who saw an original, erasing one."""

from typing import Any
from uuid import UUID

from flask import Response

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, PageArgs, ProblemSchema, paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.core.described import PROBLEM
from inspect_app.core.permissions import PUBLIC
from inspect_app.core.problems import NotFound
from inspect_app.photos import addresses, erasing, policy, queries, schemas, serving, viewing
from inspect_app.photos.resumable import protocol

blp = ApiBlueprint("photo_access_api", __name__, description="照片的查看")

ERASED: dict[str, Any] = {
    "schema": ProblemSchema,
    "content_type": PROBLEM,
    "description": "照片已依規定清除",
}


@blp.get("/photos/<string:sha256>/address")
@requires("photos.read")
@blp.arguments(schemas.ReadArgs, location="query")
@blp.response(200, schemas.AddressOut)
@blp.alt_response(410, **ERASED)
def address(args: dict[str, Any], sha256: str) -> addresses.Address:
    """An address of the picture for the next minutes, for whoever asks; it needs no token."""
    photo = policy.viewable(session(), current_actor(), _hex(sha256))
    return addresses.make(photo.sha256, args["size"], current_actor())


@blp.get("/photos/addresses/<string:signed>")
@requires(PUBLIC)
@blp.response(200, schemas.BINARY, content_type="image/jpeg")
@blp.alt_response(410, **ERASED)
def at(signed: str) -> Response:
    """The picture of a signed address, as long as its reader may read it."""
    found = addresses.opened(signed)
    try:
        photo = policy.viewable(session(), found.reader, found.sha256)
    except NotFound as error:
        raise NotFound(addresses.REFUSED) from error
    whole = found.size == queries.ORIGINAL and policy.gets_original(session(), found.reader, photo.sha256)
    answer = serving.answer(photo, found.size, whole=whole)
    response = serving.for_a_while(answer, found.expires_at - clock.now())
    return viewing.answered(response, photo.sha256, found.size, found.reader, viewing.ADDRESS)


@blp.get("/inspections/<uuid:inspection_id>/photo-views")
@requires("photos.read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, schemas.ViewPage)
def views(args: dict[str, Any], inspection_id: UUID) -> dict[str, Any]:
    """Who was given which original of an inspection, when and by which way, the last first; not for the inspected."""
    row = viewing.log_of(session(), current_actor(), inspection_id)
    return paginate(session(), viewing.listed(row.id), args["limit"], args["cursor"])


@blp.post("/photos/<string:sha256>/erasure")
@requires("photos.erase")
@blp.arguments(schemas.ErasureIn)
@blp.response(201, schemas.ErasureOut)
def erase(given: dict[str, str], sha256: str) -> erasing.Erasure:
    """Erase a photo's bytes for good, with the reason, once no open case needs it; its row and hash stay."""
    return erasing.erase(_hex(sha256), given["reason"], current_actor(), clock.now())


def _hex(sha256: str) -> str:
    if (found := protocol.hex_digest(sha256)) is None:
        raise NotFound("網址中的照片識別碼應為 64 個十六進位字元；請從查核紀錄開啟。")
    return found
