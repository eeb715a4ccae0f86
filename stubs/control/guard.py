"""Guards a web interface on loopback: checks Host and Origin, and demands a token for operations that change something.

Loopback keeps other machines out, not other programs of this machine, and not web pages that a browser here shows:
a page can post to loopback, and a name of its own can be made to point there (DNS rebinding).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from stubs.private_files import write_private
from stubs.wire.errors import InputError

FILE_NAME = "control.json"
"""In the state folder, readable by its owner only: address and token of the control API that runs."""
TOKEN_VARIABLE = "UEPT_DCC_CONTROL_TOKEN"  # noqa: S105 - a name
_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE = frozenset({"GET", "HEAD"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AccessFile(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the access file in the state folder."""

    url: str
    token: str
    pid: int = 0
    """Process that listens; 0: not told, by an earlier version."""


def new_token() -> str:
    """Return a new random token."""
    return secrets.token_urlsafe(32)


def write_access(folder: Path, access: AccessFile) -> Path:
    """Put address and token where only the owner reads them. Raises: InputError: the file cannot be written."""
    path = folder / FILE_NAME
    try:
        write_private(path, msgspec.json.encode(access) + b"\n")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}", mend="Check the state folder.") from error
    return path


def read_access(folder: Path) -> AccessFile:
    """Address and token of the simulated DCC that runs on this state folder. Raises: InputError: none does."""
    path = folder / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=AccessFile)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no simulated DCC runs on {folder}: {path.name} cannot be read",
            mend="Start `uept serve --state` on it, or give --url and --token.",
        ) from error


def authorisation(token: str) -> dict[str, str]:
    """Headers of a changing call."""
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def guard(token: str) -> Middleware:
    """A middleware that refuses what a foreign page or a stranger on this machine could send."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        said = _refusal(request, token)
        if said is None:
            return await handler(request)
        status, why = said
        headers = {"WWW-Authenticate": "Bearer"} if status == web.HTTPUnauthorized.status_code else {}
        return web.Response(
            status=status, body=msgspec.json.encode({"error": why}), content_type="application/json", headers=headers
        )

    return check


def _refusal(request: web.Request, token: str) -> tuple[int, str] | None:
    if not _is_ours(f"//{request.headers.get('Host', '')}"):
        return 421, "expected a Host of this machine's loopback: 127.0.0.1, localhost or [::1]"
    origin = request.headers.get("Origin")
    if origin is not None and not _is_same(origin, request.headers["Host"]):
        return 403, "expected no Origin or this server's own: another page may not use it"
    if request.method in _SAFE:
        return None
    if request.method in _WITH_BODY and request.content_type != "application/json":
        return 400, f"expected content type application/json, got {request.content_type}"
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    if scheme.lower() != "bearer" or not is_right:
        return 401, (
            f"expected the header Authorization: Bearer with the control token: see {FILE_NAME} in the state folder, "
            f"{TOKEN_VARIABLE}, or control_token in the line printed at start"
        )
    return None


def _is_ours(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, user = parts.hostname, parts.username
    except ValueError:
        return False
    return host in _HOSTS and user is None


def _is_same(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower() and _is_ours(origin)
