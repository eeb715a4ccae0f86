"""(e) Cost of a request as devices and journal entries grow; memory loaded, and its growth over many requests."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random

from stubs.events import ClockMoved
from tests.bench.core import START, BareCore, bare_core
from tests.bench.endpoints import endpoint
from tests.bench.gateway import Gateway, gateway, make_pki
from tests.bench.load import closed
from tests.bench.measure import Aim, Result, figure, process_megabytes, ratios

_BASE_DEVICES = 10
"""Devices of the bench's own premises."""
_FILLER = tuple({"name": kind.lower(), "type": kind} for kind in ("CHF", "GPF", "ESME", "GSME", "PPMID"))
_BATCH = 1000
_READS = frozenset({"4.1.1", "4.3", "6.13", "7.4", "8.2", "11.2", "12.1"})
"""Services that leave no state behind: no Pre-Command waits, no device is added."""
_WARM_UP = 2000
_CHUNK = 1000


def _with_devices(core: BareCore, devices: int) -> None:
    for number in range((devices - _BASE_DEVICES) // len(_FILLER)):
        spec = {"name": f"filler-{number}", "devices": list(_FILLER)}
        _, events = core.dcc.add_premises(spec, START)
        core.journal.append(*events, at=START)
    core.journal.commit()


def _with_entries(core: BareCore, entries: int) -> None:
    filler = ClockMoved(mode="advanced", now=START, rate=1.0, cause="bench " + "x" * 200)
    for _ in range(entries // _BATCH):
        core.journal.append(*[filler] * _BATCH, at=START)
        core.journal.commit()


def round_of(core: BareCore, order: Random) -> float:
    """CPU seconds of every template once."""
    spent = 0
    for template in order.sample(core.mix.templates, len(core.mix.templates)):
        data = core.prepare(template)
        began = time.thread_time_ns()
        code = core.handle(template, data).response_code
        spent += time.thread_time_ns() - began
        assert code in {"I0", "I99"}, (template.name, code)
    core.settle()
    return spent / 1e9


def cost(rounds: int, devices: tuple[int, ...], entries: tuple[int, ...]) -> list[Result]:
    """The first part of section (e); the smallest number of each is what the others are compared with."""
    order = Random("bench-growth")
    with ExitStack() as stack:
        cores: dict[str, BareCore] = {"base": stack.enter_context(bare_core())}
        for number in devices:
            cores[f"{number:,} devices"] = core = stack.enter_context(bare_core())
            _with_devices(core, number)
        for number in entries:
            cores[f"{number:,} journal entries"] = core = stack.enter_context(bare_core())
            _with_entries(core, number)
        for core in cores.values():
            round_of(core, order)
        spent: dict[str, list[float]] = {name: [] for name in cores}
        for _ in range(rounds):
            for name in order.sample(list(cores), len(cores)):
                spent[name].append(round_of(cores[name], order))
        requests = len(cores["base"].mix.templates)
    return [*_flatness(spent), *_absolute(spent, requests)]


def _flatness(spent: Mapping[str, list[float]]) -> list[Result]:
    return [
        figure(
            "e",
            f"cost with {name} / with {_BASE_DEVICES} devices, few entries",
            ratios(seconds, spent["base"]),
            aim=Aim("<=", 1.1),
        )
        for name, seconds in spent.items()
        if name != "base"
    ]


def _absolute(spent: Mapping[str, list[float]], requests: int) -> list[Result]:
    return [figure("e", "cost of a request, base", [one / requests * 1e6 for one in spent["base"]], unit="µs")]


def memory(number: int) -> list[Result]:
    """The second part of section (e): one process, journal on disk, everything delivered."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="uept-bench-")))
        pki = make_pki(folder / "pki")
        sink = stack.enter_context(endpoint("sink"))
        flags = ("--receive-url", sink.url, "--state", str(folder / "state"))
        served = stack.enter_context(gateway(folder, pki, "memory", *flags, counter_rule="increasing"))
        idle = process_megabytes(served.pid)
        _post(served, _WARM_UP)
        loaded = process_megabytes(served.pid)
        _post(served, number)
        grown = process_megabytes(served.pid) - loaded
    detail = f"idle {idle:.0f} MB; resident, shared libraries included"
    return [
        figure("e", f"memory after {_WARM_UP:,} requests", [loaded], unit="MB", aim=Aim("<=", 100.0), detail=detail),
        figure("e", f"growth over {number:,} further reads", [grown], unit="MB", aim=Aim("<=", 2.0)),
    ]


def _post(served: Gateway, number: int) -> None:
    """Reads, one after the other, since counters increase; afterwards everything is delivered."""
    reads = served.mix.only(lambda template: template.srv in _READS)
    for _ in range(number // _CHUNK):
        outcome = closed(served.url, served.requests(_CHUNK, reads), 1)
        assert not outcome.bad, outcome.bad[0]
    deadline = time.monotonic() + 30
    while served.served.control("/health")["outbox"] and time.monotonic() < deadline:
        time.sleep(0.2)
