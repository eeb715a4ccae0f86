"""(f) How long the event loop is kept by one piece of work, by processor time: beside very many devices.

The core in this process, its journal on a file, collections as a served gateway has them. Nothing here waits for the
disk, so what another program does to this machine does not count; ``throughput.latency`` has the wall's view.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from stubs.gateway.garbage import ShortCollections
from stubs.gateway.snapshots import _in_child
from tests.bench.core import START, BareCore, accepted, bare_core
from tests.bench.measure import Aim, Result, figure
from tests.bench.mix import Template

_CROWD = 1000
_ITEMS_A_TURN = 4
"""As the served gateway's turns have."""
_LONGEST = 20.0
"""Milliseconds."""


def pauses(rounds: int, devices: int) -> list[Result]:
    """The longest stretch in which nothing else is answered."""
    with bare_core() as core:
        for number in range(devices // _CROWD):
            crowd = [{"name": f"display-{one}", "type": "PPMID"} for one in range(_CROWD)]
            core.dcc.add_premises({"name": f"crowd-{number}", "devices": crowd}, START)
        asked: list[Callable[[], object]] = []
        collections = ShortCollections(asked.append)
        collections.install()
        try:
            templates, _ = accepted(core)
            found = [_round(core, templates, asked) for _ in range(rounds)]
        finally:
            collections.remove()
        forks = [_timed(lambda: _fork(core)) for _ in range(3)]
    beside = f"beside {devices:,} devices"
    aim = Aim("<=", _LONGEST)
    detail = "thread CPU; the longest request with its commit, turn of the agenda, or collection of a round"
    return [
        figure("f", f"longest stretch of the loop, {beside}", found, unit="ms", aim=aim, detail=detail),
        figure("f", f"beginning a snapshot, {beside}", forks, unit="ms", aim=aim, detail="thread CPU of the fork"),
    ]


def _round(core: BareCore, templates: Iterable[Template], asked: list[Callable[[], object]]) -> float:
    """Every template once, what follows, and collections; milliseconds of the longest stretch."""
    longest = 0.0
    for template in templates:
        longest = max(longest, _timed(partial(core.handle, template, core.prepare(template))))
        while asked:
            longest = max(longest, _timed(asked.pop()))
    core.clock.advance(timedelta(seconds=2))
    while core.dcc.state.agenda.first_due(core.clock.now()) is not None:
        longest = max(longest, _timed(partial(_turn, core)))
    core.settle()
    return longest


def _turn(core: BareCore) -> None:
    now = core.clock.now()
    core.journal.append_recorded(core.dcc.tick(now, _ITEMS_A_TURN), now)
    core.journal.commit()


def _fork(core: BareCore) -> None:
    os.waitpid(_in_child(core.dcc.snapshot), 0)


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds of this thread."""
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1e6
