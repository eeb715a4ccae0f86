"""One commit for all who wait: what they appended becomes durable together, and each is told then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from stubs.journal import Journal
from stubs.wire.errors import Blocked

Done = Callable[[BaseException | None], None]
"""Told that everything is durable (None), or why it is not. It must not raise."""

_GATHER_SECONDS = 0.005
"""Longest that a request of a front waits for others to share its commit: a commit costs as much as a request."""


class GroupCommit:
    """Commits of one journal, inside the loop's thread; of a disk that is waited for, in a thread of their own.

    Args:
        journal: what is committed.
        take_back: brings the state back to the journal's end, after entries that it had folded were withdrawn, and
            records why.
        told: called after those who waited were told that what they appended is durable.
        aside: whether commits are made in a thread of their own, because they wait for the disk.
    """

    def __init__(
        self, journal: Journal, take_back: Callable[[Blocked], None], told: Callable[[], None], *, aside: bool
    ) -> None:
        self._journal = journal
        self._take_back = take_back
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[int, Done]] = []
        """Those whose events are not durable yet, each with the number of its last one."""
        self._is_writing = False
        """Whether the writer commits for those who wait."""
        self._writer = ThreadPoolExecutor(1, "journal-writer") if aside else None

    @property
    def is_aside(self) -> bool:
        """Whether a thread of its own commits."""
        return self._writer is not None

    def tell(self, done: Done, *, gather: bool = False) -> None:
        """Tell ``done`` when all that was appended so far is durable, or is taken back.

        By the one commit of all who wait, at the end of this iteration of the loop; with ``gather`` soon after, if
        nobody else waits.
        """
        if not self._waiting:
            self._loop.call_soon(self._gather if gather else self._flush)
        self._waiting.append((self._journal.last_seq, done))

    def told(self) -> asyncio.Future[None]:
        """Done when ``tell`` would tell; raises Blocked if it was taken back."""
        # One future for each caller: a shared one needs a shield against callers that give up, at three times the cost.
        told: asyncio.Future[None] = self._loop.create_future()

        def settle(error: BaseException | None) -> None:
            if told.done():  # its client has gone
                return
            if error is None:
                told.set_result(None)
            else:
                told.set_exception(error)

        self.tell(settle)
        return told

    def commit(self) -> None:
        """Make everything durable now, or take all of it back.

        Raises: Blocked: it was taken back; the state is as it was.
        """
        try:
            self._journal.commit()
        except Blocked as blocked:
            self._withdraw(blocked)
            raise

    def soon(self) -> None:
        """Make durable what nobody waits for; where the disk is full, it stays pending."""
        if self._writer is not None:
            self._writer.submit(self._journal.commit)
            return
        with suppress(Blocked):
            self._journal.commit()

    async def durable(self) -> None:
        """Wait until everything appended so far is durable. Raises: Blocked: it is not, and stays pending."""
        if self._writer is None:
            self._journal.commit()
        elif self._journal.pending:
            await self._loop.run_in_executor(self._writer, self._journal.commit)

    def close(self) -> None:
        """Let the writer's thread end its work."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.shutdown()

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
        """Make the events of all who wait durable, and tell them; in the writer's thread if there is one."""
        if self._writer is None:
            with suppress(Blocked):  # those who wait are told
                self.commit()
            self._settle()
        elif self._waiting and not self._is_writing:
            self._is_writing = True
            self._loop.run_in_executor(self._writer, self._journal.commit).add_done_callback(self._written)

    def _written(self, commit: asyncio.Future[None]) -> None:
        """The writer has ended a commit: those whose events are durable are told, or all is taken back."""
        self._is_writing = False
        error = commit.exception()
        if isinstance(error, Blocked) and self._journal.is_behind:
            self._withdraw(error)
        else:  # a commit that failed may have been made by somebody else meanwhile
            self._settle(None if isinstance(error, Blocked) else error)
        self._flush()

    def _withdraw(self, blocked: Blocked) -> None:
        """Undo all that is not durable, and tell everybody who waits for it."""
        self._journal.withdraw()
        durable = self._journal.last_seq
        # With the entry of this pending, the next transaction looks for room on the disk first.
        self._take_back(blocked)
        self._settle(blocked, durable)

    def _settle(self, error: BaseException | None = None, durable: int | None = None) -> None:
        """Tell those whose events are durable; with an ``error`` it is told to all others."""
        durable = self._journal.durable_seq if durable is None else durable
        waiting, self._waiting = self._waiting, []
        for seq, done in waiting:
            if seq <= durable:
                done(None)
            elif error is not None:
                done(error)
            else:
                self._waiting.append((seq, done))
        self._told()
