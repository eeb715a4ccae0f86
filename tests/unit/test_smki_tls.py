"""Certificates for HTTPS on loopback."""

from __future__ import annotations

import asyncio
import ssl

import aiohttp
import pytest
from aiohttp import web

from stubs.http_runner import close_runner
from stubs.smki.authority import make_hierarchy
from stubs.smki.tls import client_identity, server_identity, trust_only
from stubs.wire.errors import PeerError

HIERARCHY = make_hierarchy(b"tls".ljust(32, b"."))
AUTHORITY = HIERARCHY.issuing
TRUSTED = AUTHORITY.key_pair.certificate.pem


async def _fetch(server: ssl.SSLContext, client: ssl.SSLContext) -> str:
    async def hello(request: web.Request) -> web.Response:
        peer = request.get_extra_info("peercert")
        return web.Response(text=peer["subject"][0][0][1] if peer else "nobody")

    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server).start()
        url = f"https://127.0.0.1:{runner.addresses[0][1]}/"
        async with aiohttp.ClientSession() as session, session.get(url, ssl=client) as answer:
            return await answer.text()
    finally:
        await close_runner(runner)


def _client(*, certified: bool) -> ssl.SSLContext:
    context = client_identity(AUTHORITY, "party").context(ssl.Purpose.SERVER_AUTH)
    if not certified:
        context = ssl.create_default_context()
    return trust_only(context, TRUSTED)


def test_a_client_that_trusts_the_authority_accepts_the_server() -> None:
    assert asyncio.run(_fetch(server_identity(AUTHORITY).context(), _client(certified=False))) == "nobody"


def test_a_server_knows_the_client_by_its_certificate() -> None:
    server = trust_only(server_identity(AUTHORITY).context(), TRUSTED)
    assert asyncio.run(_fetch(server, _client(certified=True))) == "party"


def test_a_client_without_certificate_is_refused_when_one_is_wanted() -> None:
    server = trust_only(server_identity(AUTHORITY).context(), TRUSTED)
    with pytest.raises(aiohttp.ClientError):
        asyncio.run(_fetch(server, _client(certified=False)))


def test_a_strangers_server_is_refused() -> None:
    stranger = make_hierarchy(b"stranger".ljust(32, b".")).issuing
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        asyncio.run(_fetch(server_identity(stranger).context(), _client(certified=False)))


def test_the_same_authority_gives_the_same_identity() -> None:
    assert server_identity(AUTHORITY) == server_identity(AUTHORITY)
    assert server_identity(AUTHORITY) != server_identity(AUTHORITY, ("example.test",))


def test_text_without_a_certificate_cannot_be_trusted() -> None:
    with pytest.raises(PeerError, match="no certificate to trust"):
        trust_only(ssl.create_default_context(), "x")
