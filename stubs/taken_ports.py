"""Whether the ports of the simulated DCC are free: all that are not are named at once, before anything listens."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from stubs.wire.errors import InputError

Wanted = tuple[str, str, int]
"""Setting, host and port."""


def require_free_ports(wanted: Iterable[Wanted]) -> None:
    """Raises: InputError: some cannot be listened on; it names each with its setting and its option. 0 is any port."""
    tried = [(one, error) for one in wanted if one[2] and (error := _cannot_bind(one[1], one[2])) is not None]
    if tried:
        raise cannot_listen(tried)


def cannot_listen(tried: Iterable[tuple[Wanted, OSError]]) -> InputError:
    """Return the error for ports that cannot be listened on, each with its reason."""
    found = list(tried)
    what = "; ".join(f"{host}:{port}: {error.strerror or error}" for (_, host, port), error in found)
    settings = ", ".join(f"{setting} (--{setting.replace('_', '-')})" for (setting, _, _), _ in found)
    which = ("the port", "another") if len(found) == 1 else ("the ports", "others")
    return InputError(
        f"cannot listen on {what}",
        mend=f"Stop what uses {which[0]}, or set {settings} to {which[1]} (0 picks a free one).",
    )


def _cannot_bind(host: str, port: int) -> OSError | None:
    """Why nothing can be bound there; None when it can, or when only listening will tell."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        return error if error.errno in {errno.EADDRINUSE, errno.EACCES} else None
    return None
