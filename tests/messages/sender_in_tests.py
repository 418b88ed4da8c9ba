"""A sender in a process of its own, with a short lease: rounds until every message has been decided. For kill tests.

Argument: the lease in seconds. Settings come from the environment, the time is the machine's.
"""

import sys
import time
from datetime import timedelta

from sqlalchemy import select

from inspect_app import create_app
from inspect_app.core import leases
from inspect_app.core.database import session
from inspect_app.core.jobs import Pace
from inspect_app.messages import delivery
from inspect_app.messages.models import WAITING, OutboxMessage

PATIENCE_S = 60


def main(lease_s: str) -> None:
    app = create_app()
    app.extensions["chahe.pace"] = Pace(lease=timedelta(seconds=float(lease_s)))
    for _ in range(PATIENCE_S * 10):
        delivery.deliver(app, leases.process_name())
        with app.app_context():
            if (
                session().scalar(select(OutboxMessage.id).where(OutboxMessage.state == WAITING).limit(1))
                is None
            ):
                return
        time.sleep(0.1)
    sys.exit("messages are still waiting")


if __name__ == "__main__":
    main(*sys.argv[1:])
