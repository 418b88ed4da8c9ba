"""The loopback mail server of the benchmark: takes every mail and keeps none. Prints its port."""

import asyncio
import socket
import sys
from typing import Any

from aiosmtpd.smtp import SMTP


class Sink:
    """aiosmtpd's handler that throws away what it takes."""

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return "250 OK"


async def serve() -> None:
    """Until it is killed."""
    listening, loop = socket.create_server(("127.0.0.1", 0)), asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(Sink(), ident="sink", loop=loop), sock=listening)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
