"""Cost of pending items and schedules: a request's price beside an empty agenda's, and finding a due item.

Run by itself: ``python -m tests.bench.agenda [ITEMS] [SCHEDULES] [ROUNDS]``.
"""

from __future__ import annotations

import gc
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from math import log
from random import Random
from typing import Any

from stubs.dcc import fold
from stubs.events import ItemScheduled
from stubs.scheduler import Agenda, Item
from tests.bench.core import START, BareCore, bare_core
from tests.bench.growth import round_of
from tests.bench.measure import Aim, Result, figure, ratios

SECTION = "h"
USER = "A0-B1-C2-D3-E4-01-00-00"
GROUP = "df0901" + "00" * 120
"""As long as the group of a read."""
FAR = timedelta(days=365)


def _device(number: int) -> str:
    return bytes.fromhex(f"de51ce{number:010x}").hex("-").upper()


def pending(number: int) -> ItemScheduled:
    """A read the DCC holds until next year."""
    device = _device(number)
    data: dict[str, Any] = {
        "request_id": f"{USER}:{device}:{number}",
        "srv": "4.1.1",
        "service_reference": "4.1",
        "user": USER,
        "role": "IS",
        "device": device,
        "use_case": "ECS17b",
        "message_code": "0027",
        "group": GROUP,
        "held": True,
    }
    return ItemScheduled(item=f"pending {number}", what="command", due=START + FAR, data=data)


def schedule(number: int) -> ItemScheduled:
    """A daily read that starts next year."""
    details = ["CreateSchedule", "", [["ScheduleFrequency", "Daily", []], ["DSPReadActivePowerImport", "", []]]]
    device = _device(number)
    data = {
        "schedule": number + 1,
        "user": USER,
        "role": "IS",
        "device": device,
        "srv": "4.16",
        "request_id": f"{USER}:{device}:{number}",
        "details": details,
    }
    return ItemScheduled(item=f"schedule {number + 1}", what="schedule", due=START + FAR, data=data)


def fill(core: BareCore, items: int, schedules: int) -> None:
    """Put them on the core's agenda, past the journal: it is the agenda that is measured."""
    for number in range(items):
        fold(core.dcc.state, pending(number), START)
    for number in range(schedules):
        fold(core.dcc.state, schedule(number), START)


def cost(rounds: int, items: int, schedules: int) -> list[Result]:
    """A request beside pending items and schedules, as a ratio to one beside none."""
    order = Random("bench-agenda")
    with ExitStack() as stack:
        cores = {"base": stack.enter_context(bare_core())}
        for name, (waiting, planned) in {
            f"{items:,} pending items": (items, 0),
            f"{schedules:,} schedules": (0, schedules),
        }.items():
            cores[name] = stack.enter_context(bare_core())
            fill(cores[name], waiting, planned)
        gc.collect()
        for core in cores.values():
            round_of(core, order)
        spent: dict[str, list[float]] = {name: [] for name in cores}
        for _ in range(rounds):
            for name in order.sample(list(cores), len(cores)):
                spent[name].append(round_of(cores[name], order))
    return [
        figure(SECTION, f"request beside {name}", ratios(seconds, spent["base"]), aim=Aim("<=", 1.10))
        for name, seconds in spent.items()
        if name != "base"
    ]


def logarithmic(rounds: int, items: int, fewer: int = 1_000) -> list[Result]:
    """Whether a due item is found in logarithmic time: the price among many beside that among few."""
    many, few = filled(items), filled(fewer)
    pairs = [(finding(many), finding(few)) for _ in range(rounds)]
    bound = 1.5 * log(items) / log(fewer)
    detail = f"the logarithms' ratio is {log(items) / log(fewer):.1f}; half as much again for memory that is far away"
    return [
        figure(
            SECTION,
            f"add, find and end an item among {items:,} / among {fewer:,}",
            [of_many / of_few for of_many, of_few in pairs],
            aim=Aim("<=", bound),
            detail=detail,
        ),
        figure(SECTION, f"add, find and end an item among {items:,}", [of_many for of_many, _ in pairs], unit="ns"),
    ]


def filled(items: int) -> Agenda:
    """An agenda of that length."""
    agenda = Agenda()
    for number in range(items):
        agenda.add(Item(str(number), "x", START + timedelta(seconds=number % 100_000), {}))
    return agenda


def finding(agenda: Agenda) -> float:
    """Nanoseconds to add an item, find the earliest and take it away."""
    rounds = 10_000
    began = time.perf_counter_ns()
    for number in range(rounds):
        agenda.add(Item(f"new {number}", "x", START, {}))
        found = agenda.first_due(START)
        assert found is not None
        agenda.done(found.item)
    return (time.perf_counter_ns() - began) / rounds


def main(items: int = 1_000_000, schedules: int = 100_000, rounds: int = 15) -> None:
    """Print the figures."""
    for result in (*cost(rounds, items, schedules), *logarithmic(rounds, items)):
        print(result.line())  # noqa: T201 - a bench talks


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
