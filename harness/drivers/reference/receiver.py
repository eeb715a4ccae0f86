"""The receive-response endpoint: one HTTP server in threads of its own, that can be taken down and brought up.

Answers what the inbox says; body limit, read limit and gzip as the DCC's public client has them.
"""

from __future__ import annotations

import socket
import zlib
from collections.abc import Callable
from threading import Lock
from typing import Any

from harness.drivers.listening import Listener, QuietHandler
from stubs.wire import Blocked

PATH = "/smartdcc/duis"
"""Default path of the public client's endpoint; any path is accepted."""

BODY_LIMIT = 16 * 1024 * 1024


class Receiver:
    """Listens on ``host:port`` and hands every body to ``receive``, which answers with a status.

    The port is chosen at the first start when 0, and kept when the endpoint is taken down and brought up again.
    """

    def __init__(self, host: str, port: int, receive: Callable[[bytes], int]) -> None:
        self._host = host
        self._port = port
        self._receive = receive
        self._server: _Server | None = None
        self._lock = Lock()

    @property
    def url(self) -> str:
        """Where the DCC should post."""
        return f"http://{self._host}:{self._port}{PATH}"

    def start(self) -> None:
        """Listen; nothing happens when it does already. Raises: Blocked: the port cannot be had."""
        with self._lock:
            if self._server is not None:
                return
            try:
                server = _Server((self._host, self._port), self._receive)
            except OSError as error:
                raise Blocked(
                    f"cannot receive on {self._host}:{self._port}: {error.strerror}",
                    mend="Choose another receive port, or 0 for any.",
                ) from error
            self._port = server.server_port
            self._server = server
            server.listen("receive-response")

    def stop(self) -> None:
        """Stop listening and drop every connection; the address is kept for the next start."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.stop()
            server.drop_connections()


class _Server(Listener):
    """Knows its connections, so that kept-alive ones end when the endpoint does."""

    def __init__(self, address: tuple[str, int], receive: Callable[[bytes], int]) -> None:
        self.receive = receive
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        with self._lock:
            connections = tuple(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it had gone already


class _Handler(QuietHandler):
    """One connection of the DCC."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        """Take one message and answer when the inbox has decided."""
        media_type = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        body = self._body()
        if body is None:
            self.answer(413 if self._size() > BODY_LIMIT else 400, close=True)
        elif media_type != "application/xml":
            self.answer(415)
        else:
            self.answer(self.server.receive(body))

    def _size(self) -> int:
        length = self.headers.get("Content-Length", "")
        return int(length) if length.isdecimal() else -1

    def _body(self) -> bytes | None:
        """The body, unpacked; None when its length is not stated, too large or not kept."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            data = self._chunks()
        else:
            size = self._size()
            if not 0 <= size <= BODY_LIMIT:
                return None
            data = self.rfile.read(size)
            if len(data) != size:
                return None
        return _unpack(data) if self.headers.get("Content-Encoding", "") == "gzip" else data

    def _chunks(self) -> bytes:
        data = b""
        while len(data) <= BODY_LIMIT:
            size = int(self.rfile.readline(32).partition(b";")[0] or b"0", 16)
            data += self.rfile.read(size)
            self.rfile.readline(8)
            if size == 0:
                break
        return data


def _unpack(data: bytes) -> bytes | None:
    """Gzip to plain, within the limit; None when it is not gzip."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, BODY_LIMIT)
    except zlib.error:
        return None
    return plain if unpacker.eof else None
