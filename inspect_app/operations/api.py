"""/api/v1/operations: how the installation is, for the administrator."""

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import requires
from inspect_app.core.database import session
from inspect_app.operations import schemas, service
from inspect_app.operations.overview import Overview

blp = ApiBlueprint("operations_api", __name__, description="系統狀態")


@blp.get("/operations")
@requires("operations.read")
@blp.response(200, schemas.OperationsOut)
def operations() -> Overview:
    """Versions, database, disks, storage, workers, jobs, failures and settings, with what needs doing."""
    return service.overview(session(), clock.now())
