"""/api/v1: an inspection's chain in short and its package, a photo's receipt, the public keys."""

import tempfile
import zipfile
from typing import IO, Any, cast
from uuid import UUID

from flask import Response, request, send_file

from inspect_app.core import clock, sealing
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.core.permissions import PUBLIC
from inspect_app.evidence import packing, policy, schemas, service
from inspect_app.inspections import policy as inspections
from inspect_app.photos import service as photos
from inspect_app.photos import viewing

blp = ApiBlueprint("evidence_api", __name__, description="證據")
IN_MEMORY = 1 << 22


@blp.get("/evidence/keys")
@requires(PUBLIC)
@blp.arguments(schemas.KeyArgs, location="query")
@blp.response(200, schemas.KeyList)
def keys(args: dict[str, Any]) -> dict[str, Any]:
    """The city's public keys, the oldest first and the one in use last; or the one of an id."""
    wanted = args.get("id")
    found = [each for each in service.published(session()) if wanted in (None, each["id"])]
    return {"items": found, "next": None}


@blp.get("/inspections/<uuid:inspection_id>/evidence.zip")
@requires("inspections.read")
@blp.response(200, content_type="application/zip")
def package(inspection_id: UUID) -> Response:
    """Everything that proves an inspection: originals, submissions, papers, chain, receipts, verifier."""
    row = policy.packed(session(), current_actor(), inspection_id)
    whole = inspections.sees_all_marks(current_actor(), row)
    order = packing.Order(whole, request.url_root, clock.now())
    file = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - sent, then closed
    with zipfile.ZipFile(file, "w") as archive:
        originals = packing.pack(session(), row, packing.Archive(archive), order)
    viewing.note(originals, current_actor(), viewing.PACKAGE, clock.now())
    file.seek(0)
    return send_file(
        file, "application/zip", as_attachment=True, download_name=f"evidence-{str(row.id)[:8]}.zip"
    )


@blp.get("/photos/<string:sha256>/receipt")
@requires("photos.read")
@blp.arguments(schemas.ReceiptArgs, location="query")
@blp.response(200, schemas.SealedOut)
def receipt(args: dict[str, Any], sha256: str) -> dict[str, Any]:
    """The receipt of a photo sent for an inspection: the actor's own, or for staff, team and auditor the first."""
    row = policy.receipt(session(), current_actor(), sha256.lower(), args["inspection"])
    link = photos.link_of(session(), row)
    sealed = sealing.receipt("photo", row.inspection_id, row.sha256, row.received_at, link)
    if sealed is None:
        raise sealing.KeyUnusable("金鑰暫時無法使用，收據稍後再取；照片已收到。")
    return sealed
