"""Connections on which the head of a request must arrive in time; aiohttp by itself waits for an hour.

A head is timed as a whole, from its first octet: one that trickles in gains nothing by its next octet. A connection
on which nothing at all was sent is idle, and left alone.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict, CIMultiDictProxy

from stubs.recording import recordable

_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

OnRefused = Callable[[str, str, str], None]
"""Called with the rule, the reason and the client's address of a request refused before a handler of ours sees it."""
_SHOWN = 200


def waits_for_head(handler: web.RequestHandler) -> bool:
    """Whether what came so far is the beginning of a head: none was complete, or the next one is waited for.

    The one place that leans on private names of aiohttp, whose range is pinned for it; a test fails when they change.
    """
    waiter = handler._waiter  # noqa: SLF001
    return handler._request_count == 0 or (waiter is not None and not waiter.done())  # noqa: SLF001


class TimedHandler(web.RequestHandler):
    """One connection of a server."""

    __slots__ = ("_late", "_on_refused", "_seconds")

    def __init__(self, server: web.Server, seconds: float, on_refused: OnRefused) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), access_log=None, auto_decompress=False)  # type: ignore[arg-type]
        self._seconds = seconds
        self._on_refused = on_refused
        self._late: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Octets came: the timer runs from the first one of a head to its last."""
        super().data_received(data)
        if not waits_for_head(self):
            self._end()
        elif self._late is None:
            self._late = asyncio.get_running_loop().call_later(self._seconds, self._give_up)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Record, like a wrong path, octets that are no HTTP; the library answers them by itself."""
        if isinstance(exc, HttpProcessingError):
            why = " ".join(f"{type(exc).__name__}: {message or exc}".split())
            self._on_refused("not-http", why[:_SHOWN], self._peer())
        return super().handle_error(request, status, exc, message)

    def _peer(self) -> str:
        peer = self.transport.get_extra_info("peername") if self.transport is not None else None
        return str(peer[0]) if isinstance(peer, tuple) else "unknown"

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection ended."""
        self._end()
        super().connection_lost(exc)

    def _end(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        transport = self.transport
        if transport is None or transport.is_closing() or not waits_for_head(self):
            return
        peer = self._peer()
        transport.write(_TOO_LATE)
        self.force_close()
        self._on_refused("too-slow", f"the head did not arrive within {self._seconds:g} s", peer)


def readable_expectations(server: web.Server) -> None:
    """Let a header ``Expect`` of any octets be refused with 417: the library quotes it, and can write text only."""
    make = server.request_factory

    def made(message: RawRequestMessage, *more: Any) -> web.BaseRequest:
        wanted = message.headers.get("Expect", "")
        if recordable(wanted) != wanted:
            headers = CIMultiDict(message.headers)
            headers["Expect"] = recordable(wanted)
            message = message._replace(headers=CIMultiDictProxy(headers))
        return make(message, *more)

    server.request_factory = made


async def listen_on(
    server: web.Server, listener: socket.socket, tls: ssl.SSLContext | None, seconds: float, on_refused: OnRefused
) -> asyncio.Server:
    """Listen like ``listen``, on a socket that is bound and listens already."""
    readable_expectations(server)
    return await asyncio.get_running_loop().create_server(
        lambda: TimedHandler(server, seconds, on_refused), sock=listener, ssl=tls, backlog=socket.SOMAXCONN
    )


async def listen(
    server: web.Server, host: str, port: int, tls: ssl.SSLContext | None, seconds: float, on_refused: OnRefused
) -> asyncio.Server:
    """Listen for connections whose heads must arrive within ``seconds``. Raises: OSError: the port is not available."""
    readable_expectations(server)
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: TimedHandler(server, seconds, on_refused), host, port, ssl=tls, backlog=socket.SOMAXCONN
    )
