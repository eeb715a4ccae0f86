"""Two small servers, each a process of its own: the bare aiohttp echo to compare with, and a User's endpoint.

``python endpoints.py echo|sink`` prints its URL when it listens and ends when its standard input closes.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_NO_CONTENT = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Sink(asyncio.Protocol):
    """Answers 204 to every POST, and does nothing else: what a User's endpoint costs at least."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """A connection of the DCC."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a whole request is there."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end]).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            if len(self._received) < end + 4 + length:
                return
            del self._received[: end + 4 + length]
            self._transport.write(_NO_CONTENT)


async def _serve_sink() -> str:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/smartdcc/duis"


async def _serve_echo() -> str:
    from aiohttp import web  # noqa: PLC0415 - the sink does without

    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read(), content_type="application/xml")

    app = web.Application()
    app.router.add_post("/echo", echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/echo"


async def _main(kind: str) -> None:
    url = await (_serve_echo() if kind == "echo" else _serve_sink())
    sys.stdout.write(url + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A running server."""

    process: subprocess.Popen[str]
    url: str


@contextmanager
def endpoint(kind: str) -> Iterator[Endpoint]:
    """Run ``echo`` or ``sink`` until the block ends."""
    command = [sys.executable, __file__, kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield Endpoint(process, process.stdout.readline().strip())
        process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
