"""A front process: ``python -m stubs.gateway.fronts.process CHANNEL``, the number of an inherited descriptor.

It ends when the core says so or is gone, and heeds no signal by which a supervisor ends both at once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import NoReturn

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from stubs.gateway.fronts.channel import Channel
from stubs.gateway.fronts.listeners import ask_for_listeners
from stubs.gateway.fronts.messages import Begin, FromCore, Logged, Message, Ready
from stubs.gateway.fronts.remote import RemoteCore
from stubs.gateway.garbage import ShortCollections
from stubs.gateway.heads import listen_on
from stubs.gateway.service import make_app
from stubs.gateway.tls import server_tls
from stubs.http_runner import close_runner
from stubs.recording import recordable

SHUTDOWN_SECONDS = 1.0
"""Time that requests under way may take when the core stops, seconds."""


class _ToCore(logging.Handler):
    """Log handler that sends each log record to the core, which knows where and how to show it."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            return  # what a client sent that is no HTTP: the entry of its refusal tells of it
        text = record.getMessage()
        text = f"{text}: {type(error).__name__}: {error}" if error is not None else text
        self._send(Logged(record.name, record.levelno, recordable(text)))


def _end_process() -> NoReturn:
    """End this process: the core is gone, and a client sees what it would see of a single process that died."""
    os._exit(1)


async def _serve(channel_end: socket.socket, listeners: list[socket.socket]) -> None:
    first: asyncio.Future[Begin] = asyncio.get_running_loop().create_future()
    core: RemoteCore | None = None

    def received(message: FromCore) -> None:
        if isinstance(message, Begin):
            first.set_result(message)
        elif core is not None:
            core.received(message)
        else:  # it stops before it began
            _end_process()

    channel = await Channel.open(channel_end, msgspec.msgpack.Decoder(FromCore), received, _end_process)
    logging.getLogger().handlers[:] = [_ToCore(channel.send)]
    begin = await first
    core = RemoteCore(begin, channel.send)
    async with AsyncExitStack() as stack:
        await _listen(core, begin, listeners, stack)
        ShortCollections(asyncio.get_running_loop().call_soon_threadsafe).install()
        channel.send(Ready())
        await core.stopping.wait()
    channel.flush()


async def _listen(core: RemoteCore, begin: Begin, listeners: list[socket.socket], stack: AsyncExitStack) -> None:
    settings = begin.settings
    tls = server_tls(settings.tls)
    runner = web.AppRunner(make_app(core, settings), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(close_runner, runner)
    assert runner.server is not None, "it was set up"

    def refused(rule: str, why: str, peer: str) -> None:
        core.refused_unread(rule, recordable(why), "duis", recordable(peer))

    for listener in listeners:
        listening = await listen_on(runner.server, listener, tls, settings.read_timeout, refused)
        stack.callback(listening.close)


def main() -> None:
    """Serve until the core ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    try:
        listeners = ask_for_listeners(channel)
    except ConnectionError:
        _end_process()
    asyncio.run(_serve(channel, listeners))
    os._exit(0)  # the journal is not here: there is nothing to close


if __name__ == "__main__":
    main()
