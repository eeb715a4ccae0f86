"""The HTTP endpoints of our drivers: one POST in, one status out. aiohttp reads chunks, gzip and lengths."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiohttp import web

from harness.drivers.http_loop import http_loop, run_in_loop

_SILENT = logging.getLogger("harness.drivers.http_endpoint")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False

_THREADS = 32
"""POSTs answered at the same time; the others wait in the socket."""


@dataclass(frozen=True, slots=True)
class ReceivedPost:
    """One POST: path with its escapes, media type without parameters, the body unpacked."""

    path: str
    media_type: str
    body: bytes


class HttpEndpoint:
    """Answers POSTs on ``host:port`` from ``start`` to ``stop``.

    Args:
        host: an address of this machine.
        port: 0 lets the system choose; ``port`` says which it became.
        answer: gives the HTTP status of one POST; called in a thread of its own, it may wait.
        body_limit: octets of a body, unpacked; a larger one is answered 413.
        media_type: the only one that is taken, anything else is answered 415; None takes all.
    """

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[ReceivedPost], int],
        body_limit: int,
        media_type: str | None = None,
    ) -> None:
        self.port = port
        self._host = host
        self._answer = answer
        self._body_limit = body_limit
        self._media_type = media_type
        self._runner: web.ServerRunner | None = None
        self._threads: ThreadPoolExecutor | None = None

    def start(self) -> None:
        """Listen. Raises: OSError: the port is not available."""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="endpoint")
        run_in_loop(self._start())

    async def _start(self) -> None:
        server = web.Server(self._handle, access_log=None, logger=_SILENT)
        runner = web.ServerRunner(server, shutdown_timeout=0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self.port).start()
        except OSError:
            await runner.cleanup()
            raise
        self.port = int(runner.addresses[0][1])
        self._runner = runner

    def stop(self) -> None:
        """Stop listening and drop every connection; does nothing when it does not listen."""
        runner, self._runner = self._runner, None
        threads, self._threads = self._threads, None
        if runner is not None:
            run_in_loop(runner.cleanup())
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        if (request.content_length or 0) > self._body_limit:
            return _closing(413)
        try:
            body = await self._body(request)
        except (web.RequestPayloadError, ConnectionError):
            return _closing(400)
        if body is None:
            return _closing(413)
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if self._media_type is not None and media_type != self._media_type:
            return web.Response(status=415)
        threads = self._threads
        if threads is None:
            return _closing(503)
        post = ReceivedPost(request.rel_url.raw_path, media_type, body)
        status = await asyncio.wrap_future(threads.submit(self._answer, post), loop=http_loop())
        return web.Response(status=status)

    async def _body(self, request: web.BaseRequest) -> bytes | None:
        """The whole body; None when it is longer than the limit."""
        body = bytearray()
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > self._body_limit:
                return None
        return bytes(body)


def _closing(status: int) -> web.Response:
    response = web.Response(status=status)
    response.force_close()
    return response
