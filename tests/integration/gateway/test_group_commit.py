"""Requests handled in one turn of the loop share one commit, and answer only after it."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from stubs.clock import VirtualClock
from stubs.control import Control
from stubs.control.operations import BY_NAME
from stubs.dcc import Dcc, Handled, Reply
from stubs.events import FaultCleared, JournalStalled
from stubs.gateway import Runtime
from stubs.journal import Journal, Row, verify_chain
from stubs.recording import decode_event, read_back_all
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.errors import Blocked
from tests.serving_kit import WAIT

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)


class Groups:
    """A store that remembers what was written together; full until somebody makes room, if it is said so."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.groups: list[list[int]] = []
        self.is_full = is_full

    def write(self, rows: Iterable[Row]) -> None:
        if self.is_full:
            raise Blocked("disk full")
        self.groups.append([row.seq for row in rows])

    def read(self, after: int, limit: int) -> list[Row]:
        raise AssertionError((after, limit))

    def last(self) -> Row | None:
        return None

    def close(self) -> None:
        pass


class Disk(Groups):
    """A store whose disk takes until it is let go, each time; or fails then, if it is full by then."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.let_go: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.rows: list[Row] = []

    def write(self, rows: Iterable[Row]) -> None:
        self.begun.put(None)
        self.let_go.get(timeout=WAIT)
        together = list(rows)
        super().write(together)
        self.rows += together

    def read(self, after: int, limit: int) -> list[Row]:
        return [row for row in self.rows if row.seq > after][:limit]

    def last(self) -> Row | None:
        return self.rows[-1] if self.rows else None

    async def is_busy(self) -> None:
        """Wait until it has begun to write, while the loop goes on."""
        await asyncio.to_thread(self.begun.get, timeout=WAIT)


def a_runtime(pki: Pki, store: Groups, *, commits_aside: bool = False) -> Runtime:
    clock = VirtualClock(NOW, rate=0)
    return Runtime(Dcc(DccSettings(), pki), Journal(store, clock), clock, commits_aside=commits_aside)


def handled(_: datetime) -> Handled:
    return Handled(Reply(200, "application/xml", b""), read_back_all([FaultCleared(fault="f1")]))


def test_requests_of_one_turn_share_a_commit(pki: Pki) -> None:
    async def run() -> list[list[int]]:
        store = Groups()
        runtime = a_runtime(pki, store)
        await asyncio.gather(*(runtime.submit(handled) for _ in range(3)))
        await runtime.submit(handled)
        return store.groups

    assert asyncio.run(run()) == [[1, 2, 3], [4]]


def test_a_client_that_goes_while_its_events_are_committed_disturbs_nobody(pki: Pki) -> None:
    async def run() -> tuple[bool, int, list[list[int]]]:
        store = Groups()
        runtime = a_runtime(pki, store)
        leaving, staying = (asyncio.ensure_future(runtime.submit(handled)) for _ in range(2))
        asyncio.get_running_loop().call_soon(leaving.cancel)  # after both were handled, before the commit
        reply = await staying
        return leaving.cancelled(), reply.status, store.groups

    assert asyncio.run(run()) == (True, 200, [[1, 2]])


def test_nobody_is_answered_when_the_commit_fails(pki: Pki) -> None:
    async def run() -> list[BaseException | Reply]:
        store = Groups(is_full=True)
        runtime = a_runtime(pki, store)
        found = await asyncio.gather(*(runtime.submit(handled) for _ in range(2)), return_exceptions=True)
        with pytest.raises(Blocked):
            await runtime.submit(handled)  # tried again at once, before anything is handled
        store.is_full = False
        await runtime.submit(handled)
        assert store.groups == [[1], [2]], "that it stalled, then what came when there was room; not what was refused"
        return found

    assert [type(each) for each in asyncio.run(run())] == [Blocked, Blocked]


def test_requests_of_fronts_that_come_one_by_one_share_a_commit_and_answer_after_it(pki: Pki) -> None:
    async def run() -> tuple[list[list[int]], list[object]]:
        store, outcomes = Groups(), list[object]()
        runtime = a_runtime(pki, store)
        everybody = asyncio.Event()

        def told(outcome: object) -> None:
            assert store.groups, "nobody is answered before the commit"
            outcomes.append(outcome)
            if len(outcomes) == 3:
                everybody.set()

        for _ in range(3):  # each in a turn of the loop of its own
            runtime.decide(handled, told)
            await asyncio.sleep(0)
        await everybody.wait()
        return store.groups, outcomes

    groups, outcomes = asyncio.run(run())
    assert [seq for group in groups for seq in group] == [1, 2, 3]
    assert outcomes == [Reply(200, "application/xml", b"")] * 3


@pytest.mark.parametrize("is_full", [True, False])
def test_a_front_is_told_what_prevents_an_answer(pki: Pki, is_full: bool) -> None:
    def mistaken(_: datetime) -> Handled:
        raise ZeroDivisionError

    async def run() -> object:
        runtime = a_runtime(pki, Groups(is_full=is_full))
        outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        runtime.decide(handled if is_full else mistaken, outcome.set_result)
        return await outcome

    assert isinstance(asyncio.run(run()), Blocked if is_full else ZeroDivisionError)


# --- where a commit waits for the disk, in a thread of its own ---


def test_requests_are_handled_while_the_disk_takes_its_time_and_answered_when_they_are_durable(pki: Pki) -> None:
    async def run() -> list[list[int]]:
        disk = Disk()
        runtime = a_runtime(pki, disk, commits_aside=True)
        first = asyncio.ensure_future(runtime.submit(handled))
        await disk.is_busy()
        others = [asyncio.ensure_future(runtime.submit(handled)) for _ in range(2)]
        await asyncio.sleep(0)
        assert (runtime.journal.last_seq, runtime.journal.durable_seq, runtime.journal.pending) == (3, 0, 3)
        assert [entry.seq for entry in runtime.journal.entries()] == [1, 2, 3], "readers see them, and wait for no disk"
        assert not first.done()
        disk.let_go.put(None)
        await first
        assert not any(each.done() for each in others)
        await disk.is_busy()
        assert (runtime.journal.durable_seq, runtime.journal.pending) == (1, 2)
        disk.let_go.put(None)
        await asyncio.gather(*others)
        await runtime.stop()
        return disk.groups

    assert asyncio.run(run()) == [[1], [2, 3]]


def test_a_disk_that_fails_late_takes_back_all_that_is_not_durable(pki: Pki) -> None:
    async def run() -> list[Row]:
        disk, folded = Disk(), list[int]()
        runtime = a_runtime(pki, disk, commits_aside=True)
        runtime.fold_again = lambda: folded.append(runtime.journal.last_seq)
        for _ in range(2):
            disk.let_go.put(None)
        await runtime.submit(handled)
        await disk.is_busy()
        disk.let_go.get()
        early = asyncio.ensure_future(runtime.submit(handled))
        await disk.is_busy()
        late = asyncio.ensure_future(runtime.submit(handled))
        await asyncio.sleep(0)
        disk.is_full = True
        disk.let_go.put(None)
        found = await asyncio.gather(early, late, return_exceptions=True)
        assert [type(each) for each in found] == [Blocked, Blocked]
        assert folded == [1]
        disk.is_full = False
        for _ in range(3):
            disk.let_go.put(None)
        await runtime.submit(handled)
        await runtime.stop()
        return disk.rows

    rows = asyncio.run(run())
    verify_chain(rows)
    assert [decode_event(row.event) for row in rows] == [
        FaultCleared(fault="f1"), JournalStalled(detail="disk full"), FaultCleared(fault="f1"),
    ]  # fmt: skip


def test_what_became_durable_by_anothers_commit_is_answered_although_its_own_failed(pki: Pki) -> None:
    async def run() -> tuple[Reply, list[list[int]]]:
        disk = Disk()
        runtime = a_runtime(pki, disk, commits_aside=True)
        waiting = asyncio.ensure_future(runtime.submit(handled))
        await disk.is_busy()
        disk.is_full = True

        def fails_and_is_mended() -> None:
            disk.let_go.put(None)
            while not runtime.journal.is_behind:
                pass
            disk.is_full = False
            disk.let_go.put(None)
            runtime.journal.commit()

        fails_and_is_mended()  # in the loop, which learns of the failure afterwards
        reply = await waiting
        await runtime.stop()
        return reply, disk.groups

    assert asyncio.run(run()) == (Reply(200, "application/xml", b""), [[1]])


def test_the_agenda_goes_on_when_it_is_durable_and_the_loop_meanwhile(pki: Pki) -> None:
    async def run() -> None:
        disk = Disk()
        runtime = a_runtime(pki, disk, commits_aside=True)
        turned = asyncio.Event()
        runtime.on_turn = turned.set
        runtime.journal.append(FaultCleared(fault="f1"))
        runtime.start()
        await disk.is_busy()  # and the loop is free to see it
        assert not turned.is_set()
        disk.let_go.put(None)
        await turned.wait()
        assert disk.groups == [[1]]
        await runtime.stop()

    asyncio.run(run())


def test_what_is_noted_waits_for_no_disk(pki: Pki) -> None:
    async def run() -> list[list[int]]:
        disk = Disk()
        runtime = a_runtime(pki, disk, commits_aside=True)
        runtime.note(FaultCleared(fault="f1"))
        assert disk.groups == []
        disk.let_go.put(None)
        await runtime.stop()
        return disk.groups

    assert asyncio.run(run()) == [[1]]


@pytest.mark.parametrize("is_full", [False, True])
def test_an_operation_has_its_answer_when_it_is_durable_and_the_loop_goes_on_meanwhile(pki: Pki, is_full: bool) -> None:
    async def run() -> tuple[object, list[str]]:
        disk, folded = Disk(), list[int]()
        runtime = a_runtime(pki, disk, commits_aside=True)
        runtime.fold_again = lambda: folded.append(runtime.journal.last_seq)
        operation = BY_NAME["clear-fault"]
        answer = asyncio.ensure_future(Control(runtime).begin(operation, operation.checked({"fault": "f1"})))
        await disk.is_busy()
        assert not answer.done()
        disk.is_full = is_full
        disk.let_go.put(None)
        outcomes = await asyncio.gather(answer, return_exceptions=True)
        assert folded == [0] * is_full
        disk.is_full = False
        disk.let_go.put(None)
        await runtime.durable()
        await runtime.stop()
        return outcomes[0], [type(decode_event(row.event)).__name__ for row in disk.rows]

    found, kinds = asyncio.run(run())
    assert isinstance(found, Blocked) == is_full
    assert kinds == (["JournalStalled"] if is_full else ["ControlUsed", "FaultCleared"])


def test_an_operation_that_records_nothing_waits_for_no_disk(pki: Pki) -> None:
    async def run() -> object:
        runtime = a_runtime(pki, Groups(is_full=True), commits_aside=True)
        runtime.append(read_back_all([FaultCleared(fault="f1")]), NOW)
        operation = BY_NAME["faults"]
        return Control(runtime).begin(operation, operation.checked({}))

    assert asyncio.run(run()) == []
