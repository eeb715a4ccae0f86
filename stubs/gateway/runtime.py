"""The core, its journal and the clock in one event loop: group commit, the agenda's timer, calls from other threads."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Container, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from schemas.load import Service
from stubs.clock import Clock
from stubs.dcc import CheckedRequest, Dcc, Handled, Reply
from stubs.dcc.core import Events
from stubs.events import AnyEvent, JournalStalled, MessageQueued
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
_GATHER_SECONDS = 0.005
"""Longest that a request of a front waits for others to share its commit: a commit costs as much as a request."""
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
        commits_aside: whether commits of requests, of the agenda and of what is noted are made in a thread of their
            own, because they wait for the disk; a tester's operations wait for theirs in any case.
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
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        """Requests whose events are not durable yet, each with the number of its last one."""
        self._is_writing = False
        """Whether the writer commits for those who wait."""
        self._writer = ThreadPoolExecutor(1, "journal-writer") if commits_aside else None
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
        reply, committed = self._decided(handle)
        await committed
        self._wake_if_earlier()
        return reply

    def decide(self, handle: Decide, done: Callable[[Reply | BaseException], None]) -> None:
        """Decide like ``submit``, without a task: call ``done`` with the answer, or with the error that prevents it."""
        try:
            reply, committed = self._decided(handle, self._gather)
        except Exception as error:  # noqa: BLE001 - told to whoever waits for the answer
            done(error)
            return

        def settled(committed: asyncio.Future[None]) -> None:
            if (error := committed.exception()) is not None:
                done(error)
                return
            self._wake_if_earlier()
            done(reply)

        committed.add_done_callback(settled)

    def _decided(self, handle: Decide, commit: Callable[[], None] | None = None) -> tuple[Reply, asyncio.Future[None]]:
        """Let the core handle one request; its answer, and what is done when its events are durable.

        ``commit`` is called in the next iteration of the loop if nobody else waits for a commit.
        """
        if self.journal.is_behind:
            self.journal.commit()
        now = self.clock.now()
        handled = self._keeping(handle, now)
        self.append(handled.events, now)
        return handled.reply, self._committed(commit or self._flush)

    def note(self, event: AnyEvent) -> None:
        """Record an event that changes no state; does not wait for the entry."""
        self.append(read_back_all((event,)), self.clock.now())
        self._commit_soon()

    def not_recorded(self, detail: str, service: str, peer: str) -> None:
        """Note that a request was refused since nothing could be recorded: recorded as soon as there is room again."""
        if self.journal.pending < _MOST_REFUSALS:
            now = self.clock.now()
            self.append(self.dcc.refuse_transport("not-recorded", detail, service, peer, now).events, now)

    def _commit(self) -> None:
        """Make everything durable, or take all of it back.

        Raises: Blocked: it was taken back; the state is as it was.
        """
        try:
            self.journal.commit()
        except Blocked as blocked:
            self._take_back(blocked)
            raise

    def _take_back(self, blocked: Blocked) -> None:
        """Undo all that is not durable, and tell everybody who waits for it."""
        self.journal.withdraw()
        self.fold_again()
        self._settle(blocked)
        # With this entry pending, the next transaction looks for room on the disk first.
        self.append(read_back_all((JournalStalled(detail=str(blocked)),)), self.clock.now())

    def refused_unread(self, rule: str, why: str, service: str, peer: str) -> None:
        """Record a request that was refused before its head was read; does not wait for the entry."""
        now = self.clock.now()
        self.append(self.dcc.refuse_transport(rule, recordable(why), service, recordable(peer), now).events, now)
        self._commit_soon()

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
        for entry in self.journal.append_recorded(events, now):
            self.refusals.note(entry)
            if isinstance(entry.event, MessageQueued):
                self.dcc.state.outbox.journaled(entry.event.message, entry.seq)

    def body_of(self, message: QueuedMessage) -> bytes:
        """Return the body to post for a message: from memory, or from the journal when there are too many."""
        if message.body is not None:
            return message.body
        (entry,) = self.journal.entries(message.seq - 1, message.seq)
        assert isinstance(entry.event, MessageQueued), "the outbox keeps the numbers of such entries"
        return entry.event.body

    def _committed(self, commit: Callable[[], None]) -> asyncio.Future[None]:
        """Done by the one commit of all who wait, at the end of this iteration of the loop or soon after."""
        if not self._waiting:
            self._loop.call_soon(commit)
        # One future for each caller: a shared one needs a shield against callers that give up, at three times the cost.
        committed: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((self.journal.last_seq, committed))
        return committed

    def _gather(self, waited: int = 0, since: float = 0.0) -> None:
        """Commit as soon as an iteration of the loop brings no further transaction, or after some milliseconds.

        Fronts hand over requests one by one, as each has read them: while the core handles one, others come.
        """
        now = self._loop.time()
        since = since or now
        if len(self._waiting) == waited or now - since >= _GATHER_SECONDS:
            self._flush()
        else:
            self._loop.call_soon(self._gather, len(self._waiting), since)

    def _flush(self) -> None:
        """Make the events of all who wait durable, and let them go; in the writer's thread if there is one."""
        if self._writer is None:
            with suppress(Blocked):  # those who wait are told
                self._commit()
            self._settle()
        elif self._waiting and not self._is_writing:
            self._is_writing = True
            self._loop.run_in_executor(self._writer, self.journal.commit).add_done_callback(self._written)

    def _written(self, commit: asyncio.Future[None]) -> None:
        """The writer has ended a commit: those whose events are durable go, or all is taken back."""
        self._is_writing = False
        error = commit.exception()
        if isinstance(error, Blocked) and self.journal.is_behind:
            self._take_back(error)
        else:  # a commit that failed may have been made by somebody else meanwhile
            self._settle(None if isinstance(error, Blocked) else error)
        self._flush()

    def _settle(self, error: BaseException | None = None) -> None:
        """Let those go whose events are durable; with an ``error`` it is told to all others."""
        durable = self.journal.durable_seq
        waiting, self._waiting = self._waiting, []
        for seq, committed in waiting:
            if committed.done():  # its client has gone
                continue
            if seq <= durable:
                committed.set_result(None)
            elif error is not None:
                committed.set_exception(error)
            else:
                self._waiting.append((seq, committed))

    @property
    def commits_aside(self) -> bool:
        """Whether more may have been appended than is durable, after the timer's commit."""
        return self._writer is not None

    async def durable(self) -> None:
        """Wait until everything appended so far is durable. Raises: Blocked: the journal cannot be written."""
        if self._writer is None:
            self.journal.commit()
        elif self.journal.pending:
            await self._loop.run_in_executor(self._writer, self.journal.commit)

    def _commit_soon(self) -> None:
        """Make durable what nobody waits for; where the disk is full, it stays pending."""
        if self._writer is not None:
            self._writer.submit(self.journal.commit)
            return
        with suppress(Blocked):
            self.journal.commit()

    def perform(self, action: Callable[[datetime], tuple[T, Events]]) -> T:
        """Let the core do something now, commit it, and return its result.

        Raises: what the action raises; Blocked: the journal cannot be written, and nothing was done.
        """
        if self.journal.is_behind:
            self.journal.commit()
        now = self.clock.now()
        result, events = self._keeping(action, now)
        self.append(events, now)
        self._commit()
        self.wake()
        return result

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

    def tick_now(self, limit: int | None = None) -> int:
        """Work off what is due at the clock's time, at most ``limit`` items, and commit; how many events that were."""
        now = self.clock.now()
        events = self.dcc.tick(now, limit)
        self.append(events, now)
        self.journal.commit()
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
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.shutdown()

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
