"""(b) Requests a second of one gateway process, beside a bare echo, over TLS, and beside the DCC's Java tool;
(f) latency at 200 requests a second.

Two mixes are sent. ``answered``: requests whose answer is the HTTP answer, Pre-Commands, inventory and WAN queries,
with nothing to do afterwards; an echo does no more than answer either, so this is the ratio with an aim. ``all``: reads
too, with the work behind each acknowledgement: the device executes, its answer is signed and delivered to an endpoint
that does nothing.
"""

from __future__ import annotations

import ssl
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.bench.endpoints import Endpoint, endpoint
from tests.bench.gateway import Gateway, gateway, make_pki
from tests.bench.java import JavaTool
from tests.bench.load import Outcome, closed, post, steady
from tests.bench.measure import Aim, NotMeasured, Result, figure, percentile, process_cpu_seconds, ratios
from tests.bench.mix import Template
from tests.peers.public_tools import Unavailable

CLIENT_PATIENCE = 3.0
"""Seconds the public client waits for an answer."""
_ECHO_BODY = b"x" * 2048
_ACKNOWLEDGED = 1
"""The command variant whose result comes later, by Receive Response."""
_SETTLED_SECONDS = 0.3
_KINDS = ("echo", "answered", "plain", "tls")


@dataclass(slots=True)
class Stand:
    """The processes that are loaded."""

    echo: Endpoint
    plain: Gateway
    secure: Gateway
    tls: ssl.SSLContext

    def load(self, kind: str, connections: int, number: int) -> tuple[float, float]:
        """Requests a second, and CPU milliseconds of the process a request, what follows later included."""
        if kind == "echo":
            pid, requests = self.echo.process.pid, [post(self.echo.url, _ECHO_BODY)] * number * 4
            began = process_cpu_seconds(pid)
            outcome = closed(self.echo.url, requests, connections, expected=(_ECHO_BODY,))
        else:
            chosen, tls = (self.secure, self.tls) if kind == "tls" else (self.plain, None)
            pid = chosen.pid
            requests = chosen.requests(number, chosen.mix.only(is_answered) if kind == "answered" else None)
            began = process_cpu_seconds(pid)
            outcome = closed(chosen.url, requests, connections, tls)
            settle(chosen)
        _check(outcome)
        return outcome.rate, (process_cpu_seconds(pid) - began) / len(requests) * 1e3


def is_answered(template: Template) -> bool:
    """Whether nothing follows the HTTP answer."""
    return template.variant != _ACKNOWLEDGED


def settle(gateway: Gateway) -> None:
    """Wait until nothing is on the agenda or in an outbox."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        health = gateway.served.control("/health")
        if not health["agenda"] and not health["outbox"]:
            return
        time.sleep(_SETTLED_SECONDS)


def _check(outcome: Outcome) -> None:
    if outcome.bad:
        raise AssertionError(f"{len(outcome.bad)} answers are not what was expected: {outcome.bad[0]!r}")


def throughput(rounds: int, number: int) -> list[Result]:
    """Section (b)."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="uept-bench-")))
        pki = make_pki(folder / "pki")
        echo, sink = stack.enter_context(endpoint("echo")), stack.enter_context(endpoint("sink"))
        to_sink = ("--receive-url", sink.url)
        plain = stack.enter_context(gateway(folder, pki, "plain", *to_sink))
        secure = stack.enter_context(gateway(folder, pki, "secure", *to_sink, with_tls=True))
        stand = Stand(echo, plain, secure, secure.client_tls())
        kinds = [(kind, connections) for connections in (8, 64) for kind in _KINDS]
        rates: dict[tuple[str, int], list[float]] = {kind: [] for kind in kinds}
        costs: dict[tuple[str, int], list[float]] = {kind: [] for kind in kinds}
        for kind in kinds:
            stand.load(*kind, number // 2)
        order = Random("bench-throughput")
        for _ in range(rounds):
            for kind in order.sample(kinds, len(kinds)):
                rate, cost = stand.load(*kind, number)
                rates[kind].append(rate)
                costs[kind].append(cost)
        results = [result for connections in (8, 64) for result in _compared(rates, costs, connections)]
        return results + _beside_java(stand, folder, rounds, number)


def _compared(
    rates: dict[tuple[str, int], list[float]], costs: dict[tuple[str, int], list[float]], connections: int
) -> list[Result]:
    echo, answered, plain, tls = (rates[kind, connections] for kind in _KINDS)
    over = f"{connections} connections"
    by_cpu = ratios(costs["echo", connections], costs["answered", connections])
    by_cpu_all = ratios(costs["echo", connections], costs["plain", connections])
    cpu = f"{min(costs['plain', connections]):.2f} ms CPU each, all that follows included; echo {max(echo):,.0f}/s"
    own = f"{min(costs['answered', connections]):.2f} ms CPU each"
    like = "requests with no work after the answer, as the echo has none"
    return [
        figure(
            "b",
            f"answered in the exchange / bare echo of 2 KB, {over}",
            ratios(answered, echo),
            aim=Aim(">=", 0.1),
            detail=like,
        ),
        figure(
            "b",
            f"all, device and delivery behind them / the same, {over}",
            ratios(plain, echo),
            detail="these compete with the next requests for the one process",
        ),
        figure("b", f"by CPU time, answered in the exchange, {over}", by_cpu, detail="for busy machines"),
        figure("b", f"by CPU time, device and delivery included, {over}", by_cpu_all),
        figure("b", f"TLS with client certificates / plain, {over}", ratios(tls, plain), aim=Aim(">=", 0.8)),
        figure("b", f"requests a second, answered in the exchange, {over}", answered, detail=own),
        figure("b", f"requests a second, all, {over}", plain, detail=cpu),
    ]


def _beside_java(stand: Stand, folder: Path, rounds: int, number: int) -> list[Result]:
    name = "gateway / the Java tool's verify-then-sign, kept warm"
    try:
        tool = JavaTool.get(folder)
    except Unavailable as reason:
        return [NotMeasured("b", name, str(reason))]
    warm: list[float | None] = []
    processes, ours = [], []
    for _ in range(min(rounds, 3)):
        ours.append(stand.load("plain", 8, number)[0])
        processes.append(tool.process_seconds())
        at_its_best = tool.warm()
        warm.append(at_its_best.elapsed if at_its_best else None)
    a_process = figure(
        "b",
        "gateway / the same, a process each as the public client has it",
        ratios(ours, [1 / one for one in processes]),
    )
    measured = [seconds for seconds in warm if seconds is not None]
    if len(measured) < len(warm):
        return [NotMeasured("b", name, "needs a Java compiler: apt-get install default-jdk-headless"), a_process]
    rates = [1 / seconds for seconds in measured]
    detail = f"the tool alone {max(rates):.0f}/s, without HTTP"
    return [figure("b", name, ratios(ours, rates), aim=Aim(">=", 3), detail=detail), a_process]


def latency(rounds: int, seconds: float, devices: int) -> list[Result]:
    """Section (f): alone, and beside many devices."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="uept-bench-")))
        pki = make_pki(folder / "pki")
        sink = stack.enter_context(endpoint("sink"))
        flags = ("--receive-url", sink.url, "--state", str(folder / "state"))
        with gateway(folder, pki, "steady", *flags) as loaded:
            alone = _latencies(loaded, rounds, seconds)
            for number in range(devices // _CROWD):
                crowd = [{"name": f"display-{one}", "type": "PPMID"} for one in range(_CROWD)]
                loaded.served.control("/premises", {"name": f"crowd-{number}", "devices": crowd})
            crowded = _latencies(loaded, rounds, seconds)
    beside = f"beside {devices:,} devices"
    return [*_tails(alone, seconds, ""), *_tails(crowded, seconds, f", {beside}"), _pause(crowded, beside)]


_CROWD = 1000
"""Devices of one call of the control API."""
_RATE = 200.0


def _latencies(loaded: Gateway, rounds: int, seconds: float) -> list[list[float]]:
    """Seconds from each request's planned moment to its answer, by round."""
    _check(closed(loaded.url, loaded.requests(200), 8))
    found = []
    for _ in range(rounds):
        outcome = steady(loaded.url, loaded.requests(int(_RATE * seconds)), 16, _RATE)
        _check(outcome)
        found.append(outcome.latencies)
        settle(loaded)
    return found


def _tails(latencies: list[list[float]], seconds: float, beside: str) -> list[Result]:
    tails = [percentile(each, 0.99) for each in latencies]
    detail = f"{_RATE:.0f} requests a second for {seconds:g} s a round, 16 connections, deliveries beside"
    shares = [tail / CLIENT_PATIENCE * 100 for tail in tails]
    return [
        figure("f", f"p99 as a share of the client's 3 s{beside}", shares, unit="%", aim=Aim("<=", 0.2), detail=detail),
        figure("f", f"p99{beside}", [tail * 1e3 for tail in tails], unit="ms"),
        figure("f", f"median{beside}", [percentile(each, 0.5) * 1e3 for each in latencies], unit="ms"),
    ]


def _pause(latencies: list[list[float]], beside: str) -> Result:
    """Requests arrive every 5 ms: one of them waits for nearly all of the longest pause."""
    slowest = [max(each) * 1e3 for each in latencies]
    detail = "bounds the longest pause of the event loop; what else the machine does counts too"
    return figure("f", f"slowest answer {beside}", slowest, unit="ms", aim=Aim("<=", 20.0), detail=detail)
