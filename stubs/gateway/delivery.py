"""Deliveries: each User's messages posted to its Receive Response URL, one at a time, in order."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Set as AbstractSet

import aiohttp

from stubs.dcc.outbound.reply import XML
from stubs.gateway.runtime import Runtime
from stubs.recording import recordable
from stubs.scheduler import QueuedMessage
from stubs.settings import DccSettings
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64

_SHOWN = 200
_LONGEST_ANSWER = 64 * 1024
"""Nothing in an answer is looked at but its status."""
_CHUNK = 16 * 1024
_NOBODY: frozenset[Eui64] = frozenset()


async def _is_short(response: aiohttp.ClientResponse) -> bool:
    """Read an answer to its end, so that the connection can be used again; False: it is too long, and was left."""
    size = 0
    async for part in response.content.iter_chunked(_CHUNK):
        size += len(part)
        if size > _LONGEST_ANSWER:
            response.close()
            return False
    return True


class Delivery:
    """Posts what is ready; the journal learns of every attempt.

    Args:
        runtime: core, journal, clock.
        settings: how long one attempt may take.
        tls: for ``https`` URLs; None trusts the machine's authorities.
    """

    def __init__(self, runtime: Runtime, settings: DccSettings, tls: ssl.SSLContext | None = None) -> None:
        self._runtime = runtime
        self._busy: dict[Eui64, asyncio.Task[None]] = {}
        timeout = aiohttp.ClientTimeout(total=settings.delivery_timeout)
        connector = aiohttp.TCPConnector(ssl=tls if tls is not None else True, limit=0)
        # What an endpoint sends is counted as it comes: not inflated.
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector, auto_decompress=False)
        runtime.on_turn = self.start_ready
        runtime.passing = self._passing

    def _passing(self) -> AbstractSet[Eui64]:
        users = self._runtime.dcc.state.outbox.waiting
        if not users:
            return _NOBODY
        return {user for user in users if user in self._busy or self._runtime.dcc.receive_url(user) is None}

    def start_ready(self) -> None:
        """Start a delivery for every User that has something due and none under way."""
        dcc = self._runtime.dcc
        if not dcc.state.outbox.waiting:
            return
        for message in dcc.state.outbox.ready(self._runtime.clock.now()):
            url = dcc.receive_url(message.user)
            if url is not None and message.user not in self._busy:
                task = asyncio.get_running_loop().create_task(self._deliver(message, url), name="delivery")
                self._busy[message.user] = task

    async def _deliver(self, message: QueuedMessage, url: str) -> None:
        attempt = message.attempts + 1
        try:
            if self._runtime.commits_aside:
                await self._runtime.durable()
            status, reason = await self._post(url, self._runtime.body_of(message))
        except Blocked:
            return
        finally:
            self._busy.pop(message.user, None)
            self._runtime.wake()
        self._record(message, attempt, status, reason)

    async def _post(self, url: str, body: bytes) -> tuple[int | None, str]:
        try:
            async with self._session.post(
                url, data=body, headers={"Content-Type": XML}, allow_redirects=False
            ) as response:
                if not await _is_short(response):
                    return None, f"the answer is longer than {_LONGEST_ANSWER} bytes"
                return response.status, f"expected a 2xx status, got {response.status}"
        except TimeoutError:
            return None, "no answer in time"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return None, recordable(f"{type(error).__name__}: {error}")[:_SHOWN]

    def _record(self, message: QueuedMessage, attempt: int, status: int | None, reason: str) -> None:
        dcc = self._runtime.dcc
        if message.message not in dcc.state.outbox.users:
            return  # dropped meanwhile, by a reset

        now = self._runtime.clock.now()
        if status is not None and 200 <= status < 300:
            events = dcc.delivered(message.message, attempt, status, now)
        else:
            events = dcc.delivery_failed(message.message, attempt, status, reason, now)
        # No commit of its own: if this is lost, the message is delivered again, with the same ResponseID.
        self._runtime.journal.append_recorded(events, now)
        self._runtime.wake()

    async def stop(self) -> None:
        """Break off what is under way (it is delivered again after a restart) and close the connections."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._session.close()
