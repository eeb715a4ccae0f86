"""Connections on which the head of a request must arrive in time; aiohttp by itself waits for an hour.

A head is timed as a whole, from its first octet: one that trickles in gains nothing by its next octet. A connection
on which nothing at all was sent is idle, and left alone.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

from aiohttp import web

_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

OnLate = Callable[[str], None]
"""Told the client's address."""


class TimedHandler(web.RequestHandler):
    """One connection of a server."""

    __slots__ = ("_late", "_on_late", "_seconds")

    def __init__(self, server: web.Server, seconds: float, on_late: OnLate) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), access_log=None, auto_decompress=False)  # type: ignore[arg-type]
        self._seconds = seconds
        self._on_late = on_late
        self._late: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Octets came: the timer runs from the first one of a head to its last."""
        super().data_received(data)
        if not self._is_in_head():
            self._end()
        elif self._late is None:
            self._late = self._loop.call_later(self._seconds, self._give_up)

    def _is_in_head(self) -> bool:
        """Whether what came so far is the beginning of a head: none was complete, or the next one is waited for."""
        waiter = self._waiter
        return self._request_count == 0 or (waiter is not None and not waiter.done())

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
        if transport is None or transport.is_closing() or not self._is_in_head():
            return
        peer = transport.get_extra_info("peername")
        transport.write(_TOO_LATE)
        self.force_close()
        self._on_late(str(peer[0]) if isinstance(peer, tuple) else "unknown")


async def listen(
    server: web.Server, host: str, port: int, tls: ssl.SSLContext | None, seconds: float, on_late: OnLate
) -> asyncio.Server:
    """Listen for connections whose heads must arrive within ``seconds``. Raises: OSError: the port cannot be had."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: TimedHandler(server, seconds, on_late), host, port, ssl=tls, backlog=socket.SOMAXCONN
    )
