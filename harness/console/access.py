"""Access to the live page: browsers on this machine's loopback, with the token that was printed.

Pages are shown to a browser that once opened the printed address, which leaves a cookie; what changes something needs
the token in a header and a JSON content type besides, as at the control API. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Middleware

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-scripts allow-downloads; base-uri 'none'; frame-ancestors 'none'"
)
"""The report's own script has a digest in the page; in the sandbox it has no origin, and so no token of ours."""
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PUBLIC = frozenset({"/static/live.css"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Closed = Callable[[], str]


def with_headers() -> Middleware:
    """Every answer with the headers that keep foreign content out."""

    @web.middleware
    async def add(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(_HEADERS)
            raise
        if not response.prepared:
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return add


def only_with_token(token: str, cookie: str, closed: Closed) -> Middleware:
    """Pages for a browser that has the cookie ``cookie``; the address that was printed gives it one.

    ``closed`` is the page for everybody else.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in _PUBLIC or _bearer(request, token):
            return await handler(request)
        given = request.query.get("token")
        if given is not None and request.method == "GET" and _same(given, token):
            rest = urlencode([(name, value) for name, value in request.query.items() if name != "token"])
            there = web.HTTPSeeOther(f"{request.path}?{rest}" if rest else request.path)
            there.set_cookie(cookie, token, httponly=True, samesite="Strict", path="/")
            raise there
        if _same(request.cookies.get(cookie, ""), token):
            return await handler(request)
        return web.Response(status=401, text=closed(), content_type="text/html")

    return check


def _bearer(request: web.Request, token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and _same(given.strip(), token)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
