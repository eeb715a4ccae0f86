"""Control operations on the run's clock: long moves run in steps, can be watched and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from stubs.clock import LATEST, VirtualClock
from stubs.control import parameters as p
from stubs.control.access import Access
from stubs.control.kinds import Nothing
from stubs.control.results import ClockProgress
from stubs.events import ClockMoved
from stubs.gateway.runtime import Move
from stubs.wire.errors import Blocked

_ITEMS_A_STEP = 8
"""Agenda items handled before waiting requests get their turn."""


def now(on: Access, _: Nothing) -> str:
    """ISO 8601, UTC."""
    return on.runtime.clock.now().isoformat()


def advance_clock(on: Access, by: p.AdvanceClock) -> Coroutine[Any, Any, str]:
    """Move the clock; return the new time.

    Items on the way are handled at their own time, deliveries happen at the end.
    """
    return _move(on, on.runtime.clock.now() + timedelta(seconds=by.seconds), "advanced")


def jump(on: Access, _: Nothing) -> Coroutine[Any, Any, str]:
    """The new time; the clock stays where nothing is due."""
    return _jump(on)


async def _jump(on: Access) -> str:
    due = on.dcc.next_due()
    return await _move(on, due, "jumped") if due is not None else now(on, Nothing())


def set_rate(on: Access, to: p.SetRate) -> str:
    """The time."""
    used = on.used()
    _virtual_clock(on).set_rate(to.rate)
    on.runtime.append(used, on.runtime.clock.now())
    _clock_moved(on, "rate", f"rate {to.rate:g}")
    return now(on, Nothing())


def progress(on: Access, _: Nothing) -> ClockProgress:
    """Return whether the clock is being moved: start, end, present position, number of items handled so far."""
    move = on.runtime.move
    if move is None:
        return ClockProgress(is_moving=False, now=now(on, Nothing()))
    return ClockProgress(
        is_moving=True,
        now=now(on, Nothing()),
        since=move.since.isoformat(),
        to=move.target.isoformat(),
        worked=move.worked,
    )


def stop(on: Access, _: Nothing) -> str:
    """The time at which a move of the clock ends; it stays there."""
    if on.runtime.move is not None:
        on.runtime.append(on.used(), on.runtime.clock.now())
        on.runtime.journal.commit()
        on.runtime.move.is_stopped = True
    return now(on, Nothing())


def _virtual_clock(on: Access) -> VirtualClock:
    clock = on.runtime.clock
    if not isinstance(clock, VirtualClock):
        raise Blocked("the run's clock is the machine's and cannot be moved", mend="Start with a virtual clock.")
    return clock


async def _move(on: Access, target: datetime, mode: str) -> str:
    clock, runtime = _virtual_clock(on), on.runtime
    if target > LATEST:
        raise ValueError(f"the clock goes to {LATEST.isoformat()} at most")
    if runtime.move is not None:
        to = runtime.move.target.isoformat()
        raise Blocked(f"the clock is on its way to {to}", mend="Wait, or stop it with stop-clock.")
    runtime.append(on.used(), clock.now())
    move = runtime.move = Move(clock.now(), target)
    try:
        while not move.is_stopped and not runtime.stopping.is_set():
            due = on.dcc.state.agenda.next_due()
            if due is None or due > target:
                break
            clock.move_to(due)
            move.worked += await runtime.tick_now(_ITEMS_A_STEP)
            await asyncio.sleep(0)
        if not move.is_stopped:
            clock.move_to(target)
    finally:
        runtime.move = None
        _clock_moved(on, mode, "control" if not move.is_stopped else "stopped on the way")
    return now(on, Nothing())


def _clock_moved(on: Access, mode: str, cause: str) -> None:
    clock = _virtual_clock(on)
    event = ClockMoved(mode=mode, now=clock.now(), rate=clock.rate, cause=cause)
    on.runtime.journal.record(event)
    on.runtime.clock_moved()
