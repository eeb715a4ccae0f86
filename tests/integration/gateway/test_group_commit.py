"""Requests handled in one turn of the loop share one commit, and answer only after it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from stubs.clock import VirtualClock
from stubs.dcc import Dcc, Handled, Reply
from stubs.events import FaultCleared
from stubs.gateway import Runtime
from stubs.journal import Journal, Row
from stubs.recording import read_back_all
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.errors import Blocked

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


def a_runtime(pki: Pki, store: Groups) -> Runtime:
    clock = VirtualClock(NOW, rate=0)
    return Runtime(Dcc(DccSettings(), pki), Journal(store, clock), clock)


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
