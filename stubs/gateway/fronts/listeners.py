"""Listening sockets that share one port: one for each front and address, opened by the core and handed down.

The core keeps them open: connections that wait while a front is started again are not lost. A front inherits none of
them: it gets them once it can notice the end of its core, or the port of a core that was killed would stay taken until
its fronts had started.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from contextlib import ExitStack

from stubs.wire.errors import Blocked

ENDED = "a front process ended before it was ready"
_MOST = 253
"""Sockets of one front, one for each address of the host: as many as Linux passes in one message."""
_MARK = b"."

Address = tuple[socket.AddressFamily, tuple[str | int | bytes, ...]]


def open_listeners(host: str, port: int, number: int) -> list[list[socket.socket]]:
    """Open the sockets of ``number`` processes, one for each address of ``host``; with port 0 all get one free port.

    Raises: OSError: the port cannot be had, or this system cannot share ports.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses: list[Address] = [(family, (*address,)) for family, _, _, _, address in dict.fromkeys(found)]
    with ExitStack() as stack:
        opened: list[list[socket.socket]] = [[] for _ in range(number)]
        for family, address in addresses:
            if port:
                _check_free(family, address)
            for sockets in opened:
                listener = stack.enter_context(_listener(family, (address[0], port, *address[2:])))
                port = port or listener.getsockname()[1]
                sockets.append(listener)
        stack.pop_all()
    return opened


def _check_free(family: socket.AddressFamily, address: tuple[str | int | bytes, ...]) -> None:
    """Sockets that share ports would share one with another simulated DCC too, and nobody would be told."""
    with _socket(family) as probe:
        probe.bind(address)
        probe.listen()


def _listener(family: socket.AddressFamily, address: tuple[str | int | bytes, ...]) -> socket.socket:
    if not hasattr(socket, "SO_REUSEPORT"):
        raise OSError("this system cannot let processes share a port")
    listener = _socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(socket.SOMAXCONN)
        listener.setblocking(False)  # noqa: FBT003 - its only argument
    except OSError:
        listener.close()
        raise
    return listener


def _socket(family: socket.AddressFamily) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return made


async def hand_down(front: socket.socket, listeners: Sequence[socket.socket]) -> None:
    """Wait until a front asks for its sockets (``ask_for_listeners``), and send them.

    Args:
        front: the core's end of the connection to it.
        listeners: stay open here, too.
    Raises: Blocked: it ended before it asked.
    """
    front.setblocking(False)  # noqa: FBT003 - its only argument
    try:
        if not await asyncio.get_running_loop().sock_recv(front, len(_MARK)):
            raise Blocked(ENDED)
        socket.send_fds(front, [_MARK], [listener.fileno() for listener in listeners])
    except ConnectionError as error:
        raise Blocked(ENDED) from error


def ask_for_listeners(core: socket.socket) -> list[socket.socket]:
    """Ask the core for the sockets of this process, and wait for them. Raises: ConnectionError: the core is gone."""
    core.sendall(_MARK)
    mark, descriptors, _, _ = socket.recv_fds(core, len(_MARK), _MOST)
    if not mark:
        raise ConnectionResetError("the core is gone")
    return [socket.socket(fileno=number) for number in descriptors]
