"""Ports that a test names before it listens there: outside the range from which the system gives out ports by itself."""

from __future__ import annotations

import itertools
import os
import socket

_FIRST, _PER_WORKER, _LAST = 20_000, 400, 32_000
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_next = itertools.cycle(range(_FIRST + _worker * _PER_WORKER, min(_FIRST + (_worker + 1) * _PER_WORKER, _LAST), 2))


def free_port() -> int:
    """A port that nobody listens on, nor on the one after it; another call, or another worker, gets another."""
    for port in _next:
        try:
            with socket.socket() as first, socket.socket() as second:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
        except OSError:
            continue
        return port
    raise AssertionError("the range has no end")
