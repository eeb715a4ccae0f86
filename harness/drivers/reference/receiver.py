"""The receive-response endpoint of the client: it can be taken down and brought up again at the same address.

Answers what the inbox says; body limit, media type and gzip as the DCC's public client has them.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from harness.drivers.http_endpoint import HttpEndpoint, ReceivedPost
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
        self._endpoint: HttpEndpoint | None = None
        self._lock = Lock()

    @property
    def url(self) -> str:
        """Return the URL to which the DCC should post."""
        return f"http://{self._host}:{self._port}{PATH}"

    @property
    def port(self) -> int:
        """Return the port on which it listens; 0 before the first start when any will do."""
        return self._port

    def start(self) -> None:
        """Listen, unless it does already. Raises: Blocked: the port is not available."""
        with self._lock:
            if self._endpoint is not None:
                return
            endpoint = HttpEndpoint(self._host, self._port, self._take, BODY_LIMIT, "application/xml")
            try:
                endpoint.start()
            except OSError as error:
                raise Blocked(
                    f"cannot receive on {self._host}:{self._port}: {error.strerror}",
                    mend="Choose another receive port, or 0 for any.",
                ) from error
            self._port = endpoint.port
            self._endpoint = endpoint

    def stop(self) -> None:
        """Stop listening and drop every connection; the address is kept for the next start."""
        with self._lock:
            endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            endpoint.stop()

    def _take(self, post: ReceivedPost) -> int:
        return self._receive(post.body)
