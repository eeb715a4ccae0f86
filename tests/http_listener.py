"""A small HTTP server of the tests: threads of its own, no look-up of names, no printing."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from typing import Any


class Listener(ThreadingHTTPServer):
    """Serves in the background from ``listen`` until ``stop``."""

    daemon_threads = True

    def server_bind(self) -> None:
        """Bind, without asking the name service for our own name: that can take seconds and serves nobody."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is the peer's to repeat; nothing is printed."""

    def listen(self, name: str) -> None:
        """Begin to answer, in a thread called ``name``."""
        Thread(target=self.serve_forever, args=(0.02,), name=name, daemon=True).start()

    def stop(self) -> None:
        """No longer answer."""
        self.shutdown()
        self.server_close()


class QuietHandler(BaseHTTPRequestHandler):
    """One connection; times out, and writes no log of its own."""

    timeout = 10.0

    def answer(self, status: int, *, close: bool = False) -> None:
        """Answer with a status and no body."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if close:
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the run's journal has every exchange."""
