"""Receivers of our own: one that shows how good one can be, and two broken ones that load rehearsals must catch.

    reference         takes a message, acknowledges it, verifies and processes it once; keeps order of arrival
    slows-down        takes longer for each acknowledgement, the more messages it has taken
    loses-messages    acknowledges everything, and drops what does not fit its queue

``POST /`` takes a message; ``GET /processed`` waits until nothing waits and lists ResponseIDs in the order of
processing. ``python -m harness.load.receiving`` runs one until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from stubs.app import Pki, load_pki
from stubs.http_runner import close_runner
from stubs.wire.errors import InputError, PeerError
from stubs.wire.xmlsig import REFERENCE_CLIENT, verify

_RESPONSE_ID = re.compile(rb"<sr:ResponseID>\s*([0-9A-Fa-f:-]{1,80})\s*</sr:ResponseID>")
_TAKEN, _REFUSED = 204, 400
_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Behaviour of a receiver towards what comes.

    Args:
        delay: seconds before an acknowledgement, by the number of messages that were taken before.
        capacity: messages that may wait to be processed; what comes beyond is dropped, acknowledged all the same.
    """

    delay: Callable[[int], float] = lambda _: 0.0
    capacity: int = sys.maxsize


BEHAVIOURS = {
    "reference": Behaviour(),
    "slows-down": Behaviour(delay=lambda taken: min(0.002 * taken, 5.0)),
    "loses-messages": Behaviour(capacity=64),
}
"""By name, as ``uept load --receiver`` takes them."""


@dataclass(slots=True)
class Inbox:
    """Messages received, with their state. Pure: bytes in, status out.

    Args:
        pki: certificates to verify signatures with.
        behaviour: what is wrong with it.
        is_quick: process what waits as soon as there is time; False: only when asked what was processed.
    """

    pki: Pki
    behaviour: Behaviour
    is_quick: bool = True
    processed: list[str] = field(default_factory=list)
    rejected: int = 0
    taken: int = 0
    _waiting: deque[tuple[str, bytes]] = field(default_factory=deque)
    _seen: set[str] = field(default_factory=set)

    def take(self, body: bytes) -> int:
        """Take one message; the HTTP status to answer with."""
        found = _RESPONSE_ID.search(body)
        if found is None:
            return _REFUSED
        name = found[1].decode("ascii")
        self.taken += 1
        if name not in self._seen and len(self._waiting) < self.behaviour.capacity:
            self._seen.add(name)
            self._waiting.append((name, body))
        return _TAKEN

    def work(self) -> bool:
        """Process one message that waits; whether there was one."""
        if not self._waiting:
            return False
        name, body = self._waiting.popleft()
        try:
            verify(body, self.pki.certificates, REFERENCE_CLIENT)
        except PeerError:
            self.rejected += 1
        else:
            self.processed.append(name)
        return True


class Receiver:
    """HTTP server in front of an inbox, in the caller's loop. ``take`` replaces the inbox's own, if given."""

    def __init__(self, inbox: Inbox, take: Callable[[bytes], int] | None = None) -> None:
        self._inbox = inbox
        self._take = take or inbox.take
        self._runner: web.ServerRunner | None = None
        self._came = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen; return the URL for messages. Raises: OSError: the port is not available."""
        runner = web.ServerRunner(web.Server(self._handle, access_log=None))
        await runner.setup()
        site = web.TCPSite(runner, host, port, backlog=1024)
        await site.start()
        self._runner = runner
        self._worker = asyncio.get_running_loop().create_task(self._work())
        return f"http://{host}:{runner.addresses[0][1]}/"

    async def stop(self) -> None:
        """Stop listening and processing."""
        if self._worker is not None:
            self._worker.cancel()
        if self._runner is not None:
            await close_runner(self._runner)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "GET" and request.path == "/processed":
            await self._work_off()
            return web.Response(text="".join(f"{name}\n" for name in self._inbox.processed))
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        if (request.content_length or 0) > _LIMIT:
            return web.Response(status=413)
        body = await request.content.read()
        before = self._inbox.taken
        status = self._take(body)
        self._came.set()
        delay = self._inbox.behaviour.delay(before)
        if delay:
            await asyncio.sleep(delay)
        return web.Response(status=status)

    async def _work(self) -> None:
        while self._inbox.is_quick:
            await self._came.wait()
            self._came.clear()
            await self._work_off()

    async def _work_off(self) -> None:
        while self._inbox.work():  # noqa: ASYNC110 - lets messages in between
            await asyncio.sleep(0)


def behaviour_of(name: str) -> Behaviour:
    """Return the behaviour of a name. Raises: InputError: there is none of that name."""
    if name not in BEHAVIOURS:
        raise InputError(f"no receiver {name!r}", mend=f"Known: {', '.join(BEHAVIOURS)}.")
    return BEHAVIOURS[name]


async def _serve(name: str, pki: Path) -> None:
    receiver = Receiver(Inbox(load_pki(pki), behaviour_of(name), is_quick=name != "loses-messages"))
    url = await receiver.start("127.0.0.1", 0)
    with suppress(BrokenPipeError):  # whoever started it was interrupted: its input has ended, too
        os.write(sys.stdout.fileno(), json.dumps({"url": url}).encode() + b"\n")
    await asyncio.to_thread(sys.stdin.buffer.read)
    await receiver.stop()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
