"""Posts the messages of one sender, open loop, and records the result of each: the only part that sends."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from harness.load.dispatch import Dispatcher, Done, Send
from harness.load.job import LoadJob, kind_of
from harness.load.records import Ending, Record, pack
from stubs.app import FleetMessage, delivery_tls
from stubs.clock import SystemClock
from stubs.events import AnyEvent, LoadEnded, LoadSampled

Sink = Callable[[AnyEvent], None]
"""Takes what happened, as events for a journal."""

_XML = "application/xml"
_BATCH = 512
"""Records of one event."""
_ANSWER = 64 * 1024
"""Octets of an answer that are read: nothing is looked at but its status."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a sender."""

    elapsed: float
    acknowledged: int
    errors: int
    backlog: int


Show = Callable[[Progress], None]
"""Takes progress as it is made."""


class Sender:
    """One sender.

    Args:
        job: its part.
        sink: is given events as messages end, in batches.
        show: is told about once a second where the sender is.
    """

    def __init__(self, job: LoadJob, sink: Sink, show: Show = lambda _: None) -> None:
        self._job = job
        self._plan = job.plan
        self._sink = sink
        self._show = show
        self._fleet = job.fleet()
        self._dispatcher = Dispatcher(self._plan, job.connections, job.retries, job.sender, job.senders)
        self._records: list[Record] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._acknowledged = self._errors = 0
        self._fleet.prepare(kind_of(row) for row in self._plan.profile.messages)
        # The wall clock gives the start, the monotonic clock the time since then; a late sender begins at once.
        self._origin = time.monotonic() + max(0.0, (job.start - SystemClock().now()).total_seconds())

    async def run(self, stop: asyncio.Event) -> bool:
        """Send until everything has ended, the time to drain is over, or ``stop`` is set; False: it was stopped."""
        timeout = aiohttp.ClientTimeout(total=self._job.timeout)
        connector = aiohttp.TCPConnector(ssl=delivery_tls(self._job.tls) or True, limit=0)
        showing = asyncio.get_running_loop().create_task(self._show_progress())
        async with aiohttp.ClientSession(timeout=timeout, connector=connector, auto_decompress=False) as session:
            try:
                await self._send(session, stop)
            finally:
                showing.cancel()
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # closed connections are let go
        left = self._dispatcher.broken_off if stop.is_set() else self._dispatcher.unsent
        for record in left(self._now()):
            self._keep(record)
        self._flush()
        return not stop.is_set()

    async def _send(self, session: aiohttp.ClientSession, stop: asyncio.Event) -> None:
        stopping = asyncio.get_running_loop().create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._changed.set())
        try:
            while not stop.is_set() and self._now() < self._job.seconds + self._job.drain:
                step = self._dispatcher.step(self._now())
                match step:
                    case Done():
                        return
                    case Send():
                        self._post(session, step)
                        await asyncio.sleep(0)  # answers are heard between two messages that are both due
                    case _:
                        await self._wait(step.until)
        finally:
            stopping.cancel()

    async def _wait(self, until: float | None) -> None:
        """Wait until an answer came, ``until``, or there is no more time to drain."""
        end = self._job.seconds + self._job.drain
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(end, end if until is None else until) - self._now())):
                await self._changed.wait()

    def _post(self, session: aiohttp.ClientSession, step: Send) -> None:
        body = step.body if step.body is not None else self._message(step.number).body
        task = asyncio.get_running_loop().create_task(self._posted(session, step.number, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _message(self, number: int) -> FleetMessage:
        row = self._plan.kind(number)
        at = self._job.start + timedelta(seconds=self._plan.due(number))
        message = self._fleet.message(number, kind_of(row), at)
        if self._job.is_sampled(number, self._plan.count):
            self._sink(
                LoadSampled(number=number, response_id=message.response_id, message_kind=row.kind, body=message.body)
            )
        return message

    async def _posted(self, session: aiohttp.ClientSession, number: int, body: bytes) -> None:
        ending, status = await self._answered(session, body)
        digest = hashlib.sha256(body).digest()
        record = self._dispatcher.ended(number, body, digest, self._now(), ending, status)
        if record is not None:
            self._keep(record)
        self._changed.set()

    async def _answered(self, session: aiohttp.ClientSession, body: bytes) -> tuple[Ending, int]:
        try:
            async with session.post(
                self._job.url, data=body, headers={"Content-Type": _XML}, allow_redirects=False
            ) as response:
                await response.content.read(_ANSWER)
                is_taken = 200 <= response.status < 300
                return Ending.ACKNOWLEDGED if is_taken else Ending.REFUSED, response.status
        except TimeoutError:
            return Ending.TIMEOUT, 0
        except (aiohttp.ClientError, OSError, ValueError):
            return Ending.NO_CONNECTION, 0

    def _keep(self, record: Record) -> None:
        self._records.append(record)
        self._acknowledged += record.is_acknowledged
        self._errors += not record.is_acknowledged
        if len(self._records) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._records:
            self._sink(LoadEnded(sender=self._job.sender, rows=pack(self._records)))
            self._records.clear()

    async def _show_progress(self) -> None:
        while True:
            now = self._now()
            self._show(Progress(now, self._acknowledged, self._errors, self._dispatcher.backlog(now)))
            await asyncio.sleep(1.0)

    def _now(self) -> float:
        return time.monotonic() - self._origin
