"""Ends an HTTP server so that no connection outlives the loop it was made in."""

from __future__ import annotations

import asyncio

from aiohttp.web import BaseRunner


async def close_runner(runner: BaseRunner) -> None:
    """Clean a runner up, and let go of its connections.

    aiohttp asks its connections to close and does not wait. A TLS connection is open until the client has said goodbye
    too, and any is whose client does not read; without this both are found open when the loop has ended.
    """
    handlers = runner.server.connections if runner.server is not None else ()
    transports = [handler.transport for handler in handlers if handler.transport is not None]
    await runner.cleanup()
    await asyncio.sleep(0)  # what was written leaves
    for transport in transports:
        assert isinstance(transport, asyncio.WriteTransport), "it belongs to a connection"
        transport.abort()
    await asyncio.sleep(0)  # ``abort`` closes the socket with the next turn of the loop
    await asyncio.sleep(0)
