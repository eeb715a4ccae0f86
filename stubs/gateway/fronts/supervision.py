"""Starts front processes, starts those again that die, and ends them."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from stubs.dcc import not_simulated
from stubs.gateway.fronts.channel import Channel
from stubs.gateway.fronts.listeners import ENDED, hand_down, open_listeners
from stubs.gateway.fronts.messages import Begin, FromFront, Stop
from stubs.gateway.fronts.session import Session
from stubs.gateway.runtime import Runtime
from stubs.settings import DccSettings
from stubs.wire.errors import Blocked

_LOGGER = logging.getLogger("stubs.gateway.fronts")
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
"""Real seconds a front may take to end by itself: more than it gives its requests."""
_PAUSES = (0.0, 0.1, 0.5, 2.0, 5.0)
"""Real seconds before a front is started for the 1st, 2nd… time after one that was ready; then the last again."""


@dataclass(slots=True)
class _Front:
    """One place among the fronts: its sockets stay, its process may change."""

    sockets: Sequence[socket.socket]
    process: subprocess.Popen[bytes] | None = None
    channel: Channel[FromFront] | None = None
    session: Session | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Fronts:
    """The front processes of one simulated DCC.

    Args:
        runtime: decides what they ask.
        settings: ``workers`` of them, on ``host`` and ``port``.
    """

    def __init__(self, runtime: Runtime, settings: DccSettings) -> None:
        self._runtime = runtime
        self._certificates = tuple(runtime.dcc.pki.certificates)
        # A front needs no token, and no journal.
        told = msgspec.structs.replace(settings, control_token="", state_dir=None)
        self._begin = Begin(
            told,
            tuple(certificate.der for certificate in self._certificates),
            {tag: str(srv) for tag, srv in not_simulated().items()},
        )
        self._settings = settings
        self._fronts: list[_Front] = []
        self._watchers: list[asyncio.Task[None]] = []
        self._is_stopping = False

    async def start(self) -> int:
        """Listen, and start the processes; the port, once all are ready.

        Raises: OSError: the port cannot be had. Blocked: a process does not start.
        """
        self._fronts = [
            _Front(sockets)
            for sockets in open_listeners(self._settings.host, self._settings.port, self._settings.workers)
        ]
        await asyncio.gather(*(self._launch(front) for front in self._fronts))
        loop = asyncio.get_running_loop()
        self._watchers = [loop.create_task(self._keep(front), name="front") for front in self._fronts]
        port: int = self._fronts[0].sockets[0].getsockname()[1]
        return port

    @property
    def pids(self) -> tuple[int, ...]:
        """Their process ids, in order of their places; one that is being started again has none."""
        return tuple(front.process.pid for front in self._fronts if front.process is not None)

    async def _launch(self, front: _Front) -> None:
        """Start a process in its place, and wait until it listens. Raises: Blocked: it ended before."""
        ours, theirs = socket.socketpair()
        with theirs:
            front.process = subprocess.Popen(  # noqa: ASYNC220, S603 - a moment; ourselves
                [sys.executable, "-P", "-m", "stubs.gateway.fronts.process", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # before it can heed no signal: Ctrl-C at the terminal is for its core
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
            )
        front.gone = asyncio.Event()
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._connect(front, ours)
        except TimeoutError as error:
            raise Blocked(f"a front process was not ready within {_START_SECONDS:g} s") from error

    async def _connect(self, front: _Front, ours: socket.socket) -> None:
        """Hand the sockets to a process that has started, and let it begin. Raises: Blocked: it ended before."""
        try:
            await hand_down(ours, front.sockets)
        except BaseException:
            ours.close()
            raise

        def received(message: FromFront) -> None:
            session.received(message)

        def lost() -> None:
            front.gone.set()
            if not session.ready.done():
                session.ready.set_exception(Blocked(ENDED))
                session.ready.exception()  # it is looked at below, or nobody waits any more
            if not self._is_stopping:
                session.lost()

        front.channel = await Channel.open(ours, msgspec.msgpack.Decoder(FromFront), received, lost)
        front.session = session = Session(self._runtime, self._certificates, front.channel.send)
        front.channel.send(self._begin)
        await session.ready

    async def _keep(self, front: _Front) -> None:
        """Start a front again whenever it dies."""
        failures = 0
        while True:
            await front.gone.wait()
            code = await self._ended(front)
            _LOGGER.warning("a front process ended with %s: it is started again", code)
            await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            try:
                await self._launch(front)
                failures = 0
            except (Blocked, OSError) as error:
                failures += 1
                front.gone.set()
                _LOGGER.error("a front process cannot be started: %s", error)  # noqa: TRY400 - the surroundings

    async def _ended(self, front: _Front) -> int | None:
        """Let go of a process whose channel is closed, or that is to be no longer; its exit code."""
        process, front.process = front.process, None
        if front.channel is not None:
            front.channel.close()
            front.channel = None
        if process is None:
            return None
        process.kill()
        return await asyncio.get_running_loop().run_in_executor(None, process.wait)

    async def stop(self) -> None:
        """Let every front answer what is under way, and end it."""
        self._is_stopping = True
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        for front in self._fronts:
            if front.channel is not None:
                front.channel.send(Stop())
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                for front in self._fronts:
                    if front.channel is not None:
                        await front.gone.wait()
        for front in self._fronts:
            await self._ended(front)
            for listener in front.sockets:
                listener.close()
