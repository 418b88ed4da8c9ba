"""/api/v1: an inspection's chain in short and its package, a photo's receipt, the public keys."""

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from threading import Lock
from typing import IO, Any, cast
from uuid import UUID
from weakref import finalize

from flask import Response, request, stream_with_context

from inspect_app.core import clock, sealing
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.core.permissions import PUBLIC
from inspect_app.core.problems import Problem
from inspect_app.evidence import packing, policy, schemas, service
from inspect_app.inspections import policy as inspections
from inspect_app.photos import service as photos
from inspect_app.photos import viewing

blp = ApiBlueprint("evidence_api", __name__, description="證據")
_one = Lock()


class Packing(Problem):
    """A package is read by one at a time in each process."""

    status, code, title = 503, "packing", "正在產生另一份證據包"


class Sink:
    """Where a ZIP is written that is sent while it grows."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is kept behind `taken`."""

    def taken(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


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
    with _turn() as turn:
        contents = packing.gather(session(), row, packing.Order(whole, request.url_root, clock.now()))
        if request.method == "GET":
            viewing.note(contents.originals, current_actor(), viewing.PACKAGE, clock.now())
        session().close()  # sending takes long, and needs the storage alone
        rest = turn.pop_all()
    response = Response(stream_with_context(_streamed(contents, rest)), mimetype="application/zip")
    response.call_on_close(rest.close)
    finalize(response, rest.close)  # should a server forget to close it
    name = f"evidence-{str(inspection_id)[:8]}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _turn() -> ExitStack:
    """This process's turn to read a package, until it is closed. Packing while another reads one."""
    if not _one.acquire(blocking=False):
        raise Packing("請一分鐘後再試。", headers={"Retry-After": "60"})
    turn = ExitStack()
    turn.callback(_one.release)
    return turn


def _streamed(contents: packing.Contents, turn: ExitStack) -> Iterator[bytes]:
    """The package as a ZIP, piece by piece; at its end the turn is the next one's."""
    sink = Sink()
    with (
        turn,
        zipfile.ZipFile(cast(IO[bytes], sink), "w") as archive,
        closing(packing.write(contents, packing.Archive(archive))) as steps,
    ):
        for _ in steps:
            yield sink.taken()
    yield sink.taken()


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
