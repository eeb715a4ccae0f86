"""The core, its journal and the clock in one event loop: requests, the agenda's timer, calls from other threads."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Container, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from schemas.load import Service
from stubs.clock import Clock
from stubs.dcc import CheckedRequest, Dcc, Handled, Reply
from stubs.dcc.core import Events
from stubs.events import AnyEvent, JournalStalled, MessageQueued, RequestRefused
from stubs.gateway.group_commit import GroupCommit
from stubs.gateway.refusals import Refusals
from stubs.journal import Journal
from stubs.recording import read_back_all, recordable
from stubs.scheduler import QueuedMessage
from stubs.wire.errors import Blocked, Misuse
from stubs.wire.eui64 import Eui64

T = TypeVar("T")

Decide = Callable[[datetime], Handled]
"""Lets the core handle one request at an instant of the run's clock."""

_LOGGER = logging.getLogger("stubs.dcc")

_ITEMS_A_TURN = 4
"""Agenda items handled before the loop serves its sockets again: a few milliseconds."""
_CALL_SECONDS = 60.0
_MOST_REFUSALS = 1000
"""Refusals that wait in memory for room on the disk; later ones are not recorded, only answered."""


@dataclass(slots=True)
class Move:
    """A move of the run's clock that is under way."""

    since: datetime
    target: datetime
    worked: int = 0
    """Events on the way."""
    is_stopped: bool = False


class Runtime:
    """Runs one core. Made and used inside the loop's thread, except for ``call``.

    Args:
        dcc: the core, its state already replayed.
        journal: where events go.
        clock: the run's time.
        commits_aside: whether commits are made in a thread of their own, because they wait for the disk.
    """

    def __init__(self, dcc: Dcc, journal: Journal, clock: Clock, *, commits_aside: bool = False) -> None:
        self.dcc = dcc
        self.journal = journal
        self.clock = clock
        self.on_turn: Callable[[], None] = lambda: None
        """Called after each turn of the timer, everything committed: deliveries start here."""
        self.passing: Callable[[], Container[Eui64]] = lambda: ()
        """Users whose outbox the timer need not watch: a delivery is under way, or there is no URL."""
        self.keep_snapshot: Callable[[], None] = lambda: None
        """Called like ``on_turn``: stores the state beside the journal when the journal has grown long since the last
        time."""
        self.fold_again: Callable[[], None] = lambda: None
        """Brings the core back to the journal's end, after entries that it had folded were withdrawn."""
        self.move: Move | None = None
        self.stopping = asyncio.Event()
        dcc.on_error = _log
        self.refusals = Refusals()
        """The newest refusals since the start, for people who look for a reason."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._commits = GroupCommit(journal, self._take_back, self._wake_if_earlier, aside=commits_aside)
        self._timer: asyncio.Task[None] | None = None
        self._sleeps_until: datetime | None = None

    # --- events in ---

    async def handle(
        self,
        body: bytes,
        service: Service,
        content_type: str,
        peer: str,
        checked: CheckedRequest | None = None,
    ) -> Reply:
        """Let the core handle one whole POST; see ``Decider``."""
        return await self.submit(lambda now: self.dcc.handle(body, service, content_type, peer, now, checked))

    async def refuse(self, rule: str, why: str, service: str, peer: str) -> Reply:
        """Let the core refuse a POST that was not read to its end; see ``Decider``."""
        return await self.submit(lambda now: self.dcc.refuse_transport(rule, why, service, peer, now))

    async def submit(self, handle: Decide) -> Reply:
        """Let the core handle one request; the answer, once its events are durable.

        Raises: Blocked: the journal cannot be written; nothing was handled.
        """
        reply = self._decided(handle)
        await self._commits.told()
        return reply

    def decide(self, handle: Decide, done: Callable[[Reply | BaseException], None]) -> None:
        """Decide like ``submit``, without a task: call ``done`` with the answer, or with the error that prevents it."""
        try:
            reply = self._decided(handle)
        except Exception as error:  # noqa: BLE001 - told to whoever waits for the answer
            done(error)
            return

        self._commits.tell(lambda error: done(reply if error is None else error), gather=True)

    def _decided(self, handle: Decide) -> Reply:
        """Let the core handle one request; its answer, whose events are not durable yet."""
        if self.journal.is_behind:
            self.journal.commit()
        now = self.clock.now()
        handled = self._keeping(handle, now)
        self.append(handled.events, now)
        return handled.reply

    def note(self, event: AnyEvent) -> None:
        """Record an event that changes no state; does not wait for the entry."""
        self.append(read_back_all((event,)), self.clock.now())
        self._commits.soon()

    def not_recorded(self, detail: str, service: str, peer: str) -> None:
        """Note that a request was refused since nothing could be recorded: recorded as soon as there is room again."""
        if self.journal.pending < _MOST_REFUSALS:
            now = self.clock.now()
            self.append(self.dcc.refuse_transport("not-recorded", detail, service, peer, now).events, now)

    def _take_back(self, blocked: Blocked) -> None:
        """Bring the core back to what is durable, and note why."""
        self.fold_again()
        self.append(read_back_all((JournalStalled(detail=str(blocked)),)), self.clock.now())

    def refused_unread(self, rule: str, why: str, service: str, peer: str) -> None:
        """Record a request that was refused before its head was read; does not wait for the entry."""
        now = self.clock.now()
        self.append(self.dcc.refuse_transport(rule, recordable(why), service, recordable(peer), now).events, now)
        self._commits.soon()

    def _keeping(self, action: Callable[[datetime], T], now: datetime) -> T:
        """Run an action of the core; if it breaks off, what it folded until then is recorded all the same."""
        self.dcc.broken_off()  # of calls before this one, whose events are recorded
        try:
            return action(now)
        except BaseException:
            self.append(self.dcc.broken_off(), now)
            with suppress(Blocked):  # a full disk: the entries stay pending
                self.journal.commit()
            raise

    def append(self, events: Events, now: datetime) -> None:
        """Events into the journal; the outbox learns where the bodies of its messages are."""
        entries = self.journal.append_recorded(events, now)
        for entry in entries:
            event = entry.event
            if isinstance(event, MessageQueued):
                self.dcc.state.outbox.journaled(event.message, entry.seq)
            elif isinstance(event, RequestRefused):
                self.refusals.note(entry, event, entries)

    def body_of(self, message: QueuedMessage) -> bytes:
        """Return the body to post for a message: from memory, or from the journal when there are too many."""
        if message.body is not None:
            return message.body
        (entry,) = self.journal.entries(message.seq - 1, message.seq)
        assert isinstance(entry.event, MessageQueued), "the outbox keeps the numbers of such entries"
        return entry.event.body

    @property
    def commits_aside(self) -> bool:
        """Whether more may have been appended than is durable, after the timer's commit."""
        return self._commits.is_aside

    async def durable(self) -> None:
        """Wait until everything appended so far is durable. Raises: Blocked: the journal cannot be written."""
        await self._commits.durable()

    def perform(self, action: Callable[[datetime], tuple[T, Events]]) -> T:
        """Let the core do something now, commit it, and return its result; the loop waits for the disk.

        Raises: what the action raises; Blocked: the journal cannot be written, and nothing was done.
        """
        result = self.act(action)
        self._commits.commit()
        self.wake()
        return result

    def act(self, action: Callable[[datetime], tuple[T, Events]]) -> T:
        """Let the core do something now and return its result, which is not durable yet: see ``when_durable``.

        Raises: what the action raises; Blocked: the journal cannot be written, and nothing was done.
        """
        if self.journal.is_behind:
            self.journal.commit()
        now = self.clock.now()
        result, events = self._keeping(action, now)
        self.append(events, now)
        return result

    def when_durable(self, result: T) -> Coroutine[Any, Any, T]:
        """Return ``result`` when all that was appended until this call is durable.

        Raises: Blocked: the journal cannot be written, and nothing was done.
        """
        told = self._commits.told()

        async def wait() -> T:
            await told
            self.wake()
            return result

        return wait()

    def wake(self) -> None:
        """Look at agenda and outbox again."""
        self._wake.set()

    def _wake_if_earlier(self) -> None:
        """Wake the timer only for what is due before it would wake by itself: most requests add nothing sooner."""
        due = self.dcc.next_due(self.passing())
        if due is not None and (self._sleeps_until is None or due < self._sleeps_until):
            self._wake.set()

    # --- time ---

    def clock_moved(self) -> None:
        """Everything that waits for the run's time looks at the clock again."""
        self._moved.set()
        self._moved = asyncio.Event()
        self._wake.set()

    async def sleep_until(self, instant: datetime) -> None:
        """Wait until the run's clock has reached ``instant``."""
        while (seconds := self.clock.real_seconds_until(instant)) != 0.0 and not self.stopping.is_set():
            await _wait(self._moved, seconds)

    async def tick_now(self, limit: int | None = None) -> int:
        """Work off what is due at the clock's time, at most ``limit`` items, and commit; how many events that were."""
        now = self.clock.now()
        events = self.dcc.tick(now, limit)
        self.append(events, now)
        await self.durable()
        return len(events)

    def start(self) -> None:
        """Start the timer."""
        self._timer = self._loop.create_task(self._run(), name="agenda")

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            now = self.clock.now()
            self.append(self.dcc.tick(now, _ITEMS_A_TURN), now)
            try:
                await self.durable()
            except Blocked:
                # Nothing leaves while the disk is full; the entries stay pending, requests answer 503 meanwhile.
                await _wait(self._wake, 1.0)
                continue
            self.on_turn()
            self.keep_snapshot()
            due = self._sleeps_until = self.dcc.next_due(self.passing())
            seconds = self.clock.real_seconds_until(due) if due is not None else None
            if seconds == 0.0:
                await asyncio.sleep(0)
            else:
                await _wait(self._wake, seconds)

    async def stop(self) -> None:
        """End the timer and wake all who wait."""
        self.stopping.set()
        self.clock_moved()
        if self._timer is not None:
            self._timer.cancel()
            with suppress(asyncio.CancelledError):
                await self._timer
        self._commits.close()

    # --- other threads ---

    def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop's thread to its end, however long that takes; from any other thread.

        Raises: what it raises; Blocked: the simulated DCC has stopped.
        """
        if threading.get_ident() == self._thread:
            work.close()
            raise Misuse("the loop's own thread awaits a coroutine")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def call(self, function: Callable[[], T]) -> T:
        """Run ``function`` in the loop's thread and return its result; from any thread.

        Raises: what ``function`` raises; Blocked: the simulated DCC has stopped.
        """
        if threading.get_ident() == self._thread:
            return function()
        result: concurrent.futures.Future[T] = concurrent.futures.Future()

        def run() -> None:
            if not result.set_running_or_notify_cancel():
                return
            try:
                result.set_result(function())
            except BaseException as error:  # noqa: BLE001 - handed to the calling thread
                result.set_exception(error)

        try:
            self._loop.call_soon_threadsafe(run)
        except RuntimeError as error:
            raise Blocked("the simulated DCC has stopped", mend="Start it again.") from error
        try:
            return result.result(_CALL_SECONDS)
        except concurrent.futures.TimeoutError as error:
            result.cancel()
            raise Blocked(f"the simulated DCC did not answer within {_CALL_SECONDS:g} s") from error


def _log(error: Exception) -> None:
    """Print an error with its traceback on standard error: it is for us to mend."""
    _LOGGER.error("unexpected error of the simulated DCC", exc_info=error)


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
