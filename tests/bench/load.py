"""A load generator for loopback: few connections, kept alive, requests made beforehand, answers barely looked at."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_SECONDS = 120.0
_MOST_CONNECTIONS = 64


def post(url: str, body: bytes) -> bytes:
    """A whole HTTP request."""
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(slots=True)
class Outcome:
    """What became of a load."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Seconds from the planned moment to the last octet of the answer."""
    bad: list[bytes] = field(default_factory=list)
    """Starts of answers that were not 200, or did not hold what was expected."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._answer = bytearray()
        self._transport: Any = None
        self._began = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def send(self, request: bytes, planned: float) -> None:
        self._began = planned
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._answer[:end]).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(self._answer) < end + 4 + length:
            return
        whole = bytes(self._answer)
        self._answer.clear()
        self._load.answered(self, whole, self._began)

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lost(exc)

    def close(self) -> None:
        self._transport.close()


class _Load:
    def __init__(self, requests: Iterable[bytes], expected: tuple[bytes, ...]) -> None:
        self.outcome = Outcome()
        self.done = asyncio.get_running_loop().create_future()
        self.idle: list[_Connection] = []
        self.due: deque[float] = deque()
        """Planned moments of requests that no connection was free for."""
        self.is_open = False
        self._requests = deque(requests)
        self._left = len(self._requests)
        self._expected = expected

    def start(self, connection: _Connection, planned: float | None = None) -> None:
        if self._requests:
            connection.send(self._requests.popleft(), planned or time.perf_counter())

    def answered(self, connection: _Connection, answer: bytes, began: float) -> None:
        self.outcome.latencies.append(time.perf_counter() - began)
        if not answer.startswith(b"HTTP/1.1 200") or not any(code in answer for code in self._expected):
            self.outcome.bad.append(answer[:2000])
        self._left -= 1
        if not self._left:
            self.done.set_result(None)
        elif not self.is_open:
            self.start(connection)
        elif self.due:
            self.start(connection, self.due.popleft())
        else:
            self.idle.append(connection)

    def lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError(f"the server closed a connection: {exc}"))


async def _connect(load: _Load, url: str, connections: int, tls: ssl.SSLContext | None) -> list[_Connection]:
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK or parts.port is None or connections > _MOST_CONNECTIONS:
        raise ValueError(f"loads go to a port on loopback, over at most {_MOST_CONNECTIONS} connections, not to {url}")
    host, port = parts.hostname, parts.port
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: _Connection(load), host, port, ssl=tls) for _ in range(connections)]
    return [protocol for _, protocol in made]


async def _closed(
    url: str, requests: Sequence[bytes], connections: int, tls: ssl.SSLContext | None, expected: tuple[bytes, ...]
) -> Outcome:
    load = _Load(requests, expected)
    opened = await _connect(load, url, connections, tls)
    began = time.perf_counter()
    for connection in opened:
        load.start(connection)
    async with asyncio.timeout(_LONGEST_SECONDS):
        await load.done
    load.outcome.seconds = time.perf_counter() - began
    for connection in opened:
        connection.close()
    return load.outcome


async def _open(
    url: str, requests: Sequence[bytes], connections: int, rate: float, expected: tuple[bytes, ...]
) -> Outcome:
    load = _Load(requests, expected)
    load.is_open = True
    load.idle = opened = await _connect(load, url, connections, None)
    opened = list(opened)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()

    def arrive(number: int) -> None:
        planned = began + number / rate
        if load.idle:
            load.start(load.idle.pop(), planned)
        else:
            load.due.append(planned)
        if number + 1 < len(requests):
            wait = began + (number + 1) / rate - time.perf_counter()
            loop.call_later(max(0.0, wait), arrive, number + 1)

    arrive(0)
    async with asyncio.timeout(_LONGEST_SECONDS):
        await load.done
    load.outcome.seconds = time.perf_counter() - began
    for connection in opened:
        connection.close()
    return load.outcome


def closed(
    url: str,
    requests: Sequence[bytes],
    connections: int,
    tls: ssl.SSLContext | None = None,
    expected: tuple[bytes, ...] = (b">I0<", b">I99<"),
) -> Outcome:
    """Each connection sends its next request when it has the last one's answer."""
    return asyncio.run(_closed(url, requests, connections, tls, expected))


def steady(
    url: str,
    requests: Sequence[bytes],
    connections: int,
    rate: float,
    expected: tuple[bytes, ...] = (b">I0<", b">I99<"),
) -> Outcome:
    """Requests arrive ``rate`` times a second, whatever the answers do; latency counts from the planned moment."""
    return asyncio.run(_open(url, requests, connections, rate, expected))
