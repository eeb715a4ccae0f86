"""(m) Several processes, one DCC: `uept serve --workers 2` beside one process, and beside the DCC's Java tool.

On a machine that does other work too, what passes in a second says little. So each figure is reckoned from processor
time: of the one process, of the core, and of all fronts, for a request and all that follows it. Two processors for the
server then answer as many requests a second as the core alone can decide, or as both can do together: the lesser. The
load generator's own time is outside of it. The elapsed times of the same rounds stand beside.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.bench.endpoints import endpoint
from tests.bench.gateway import Gateway, gateway, make_pki
from tests.bench.java import JavaTool
from tests.bench.load import closed
from tests.bench.measure import Aim, NotMeasured, Result, figure, process_cpu_seconds, ratios
from tests.bench.throughput import is_answered, settle
from tests.peers.public_tools import Unavailable

_FRONTS = 2
_PROCESSORS = 2
_CONNECTIONS = 64
_MIXES = {
    "answered": "answered in the exchange",
    "new": "answered in the exchange, each of a new form",
    "all": "all, device and delivery included",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds a request: of the core's processor time, of all fronts', and of the clock."""

    core: float
    fronts: float
    elapsed: float

    @property
    def whole(self) -> float:
        """Processor time of all."""
        return self.core + self.fronts

    @property
    def capacity(self) -> float:
        """Requests a second with the processors for the server alone."""
        return min(1 / self.core, _PROCESSORS / self.whole if self.fronts else 1 / self.core)


def run(rounds: int, number: int) -> list[Result]:
    """Section (m)."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="uept-bench-")))
        pki = make_pki(folder / "pki")
        to_sink = ("--receive-url", stack.enter_context(endpoint("sink")).url)
        stands = {
            "one": stack.enter_context(gateway(folder, pki, "one", *to_sink)),
            "several": stack.enter_context(gateway(folder, pki, "several", *to_sink, "--workers", str(_FRONTS))),
        }
        kinds = [(stand, mix) for stand in stands for mix in _MIXES]
        costs: dict[tuple[str, str], list[Cost]] = {kind: [] for kind in kinds}
        for stand, mix in kinds:
            _load(stands[stand], mix, number // 2)
        order = Random("bench-workers")
        for _ in range(rounds):
            for stand, mix in order.sample(kinds, len(kinds)):
                costs[stand, mix].append(_load(stands[stand], mix, number))
        results = [result for mix in _MIXES for result in _compared(costs["one", mix], costs["several", mix], mix)]
        return results + _beside_java(folder, costs["several", "answered"], rounds)


def _load(gateway: Gateway, mix: str, number: int) -> Cost:
    """Send requests over 64 connections, and wait for all that follows."""
    chosen = None if mix == "all" else gateway.mix.only(is_answered)
    requests = gateway.requests(number, chosen, is_form_new=mix == "new")
    fronts = gateway.served.urls.get("workers", ())
    before = [process_cpu_seconds(pid) for pid in (gateway.pid, *fronts)]
    outcome = closed(gateway.url, requests, _CONNECTIONS)
    if outcome.bad:
        raise AssertionError(f"{len(outcome.bad)} answers are not what was expected: {outcome.bad[0]!r}")
    settle(gateway)
    core, *others = (
        (process_cpu_seconds(pid) - begun) / number for pid, begun in zip((gateway.pid, *fronts), before, strict=True)
    )
    return Cost(core, sum(others), outcome.seconds / number)


def _compared(one: Sequence[Cost], several: Sequence[Cost], mix: str) -> list[Result]:
    what = _MIXES[mix]
    core = ratios([cost.core for cost in several], [cost.whole for cost in one])
    of_all = ratios([cost.core for cost in several], [cost.whole for cost in several])
    detail = (
        f"core {min(cost.core for cost in several) * 1e6:.0f} µs, fronts {min(cost.fronts for cost in several) * 1e6:.0f} µs, "
        f"one process {min(cost.core for cost in one) * 1e6:.0f} µs"
    )
    is_aim = mix != "all"
    return [
        figure(
            "m",
            f"{_FRONTS} fronts / one process, {_PROCESSORS} processors, {what}",
            ratios([cost.capacity for cost in several], [cost.capacity for cost in one]),
            aim=Aim(">=", 1.7) if is_aim else None,
            detail=detail,
        ),
        figure("m", f"core / one process, {what}", core, aim=Aim("<=", 0.4) if is_aim else None),
        figure("m", f"core / core and fronts together, {what}", of_all),
        figure(
            "m",
            f"elapsed, as busy as the machine was, {what}",
            ratios([cost.elapsed for cost in one], [cost.elapsed for cost in several]),
            detail="the load generator beside them",
        ),
    ]


def _beside_java(folder: Path, several: Sequence[Cost], rounds: int) -> list[Result]:
    name = f"{_FRONTS} fronts / the Java tool's verify-then-sign at its best"
    try:
        tool = JavaTool.get(folder)
    except Unavailable as reason:
        return [NotMeasured("m", name, str(reason))]
    measured = [tool.warm() for _ in range(min(rounds, 3))]
    best = [one.processor for one in measured if one is not None]
    if len(best) < len(measured):
        return [NotMeasured("m", name, "needs a Java compiler: apt-get install default-jdk-headless")]
    rate = 1 / min(best)
    detail = f"the tool alone {rate:.0f}/s of one thread's processor time, compiler and collector not counted"
    return [figure("m", name, [cost.capacity / rate for cost in several], aim=Aim(">=", 4), detail=detail)]
