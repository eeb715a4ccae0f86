"""The SMKI repository over HTTP: an aiohttp application around ``stubs.smki.repository``; default port 8083.

Paths as the DCC's public client has them, under ``/services``. The ``apikey`` of the query and any further headers
are accepted and not looked at. The zip's path is ours: that the emulator serves one is known, where is not. So is the
path at which a device's certificate is asked for.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

from aiohttp import web

from stubs.smki.repository import MALFORMED, Answer, Repository
from stubs.wire.errors import Blocked

SEARCH = "/services/certificatesearch"
RETRIEVE = "/services/retrievecertificate"
CERTIFY = "/services/devicecertificate"
ORGANISATIONS = "/services/organisationcertificates.zip"

LARGEST_REQUEST = 64 * 1024
READ_SECONDS = 10.0
"""Seconds that a request may take to arrive."""

_XML_TYPES = frozenset({"application/xml", "text/xml"})


def make_app(repository: Repository, read_seconds: float = READ_SECONDS) -> web.Application:
    """The application; whoever runs it chooses address and port (loopback by default)."""
    references = itertools.count(1)

    def lookup(answer: Callable[[bytes, int], Answer]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            if request.content_type not in _XML_TYPES:
                return _problem(f"expected content type application/xml, found {request.content_type}")
            try:
                async with asyncio.timeout(read_seconds):
                    body = await request.read()
            except TimeoutError:
                return _problem(
                    f"the request did not arrive within {read_seconds:g} s", web.HTTPRequestTimeout.status_code
                )
            try:
                found = answer(body, next(references))
            except Blocked as blocked:  # what is issued is recorded first
                return _problem(str(blocked), web.HTTPServiceUnavailable.status_code)
            return web.Response(status=found.status, body=found.body, content_type="application/xml", charset="utf-8")

        return handle

    async def organisations(_request: web.Request) -> web.Response:
        return web.Response(
            body=repository.organisations_zip(),
            content_type="application/zip",
            headers={"Content-Disposition": 'attachment; filename="organisation-certificates.zip"'},
        )

    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_post(SEARCH, lookup(repository.search))
    app.router.add_post(RETRIEVE, lookup(repository.retrieve))
    app.router.add_post(CERTIFY, lookup(repository.certify))
    app.router.add_get(ORGANISATIONS, organisations)
    return app


def _problem(text: str, status: int = MALFORMED) -> web.Response:
    return web.Response(status=status, text=text + "\n")
