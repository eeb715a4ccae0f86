"""``make bench``: how fast the simulated DCC is, as ratios measured side by side in one run.

``run.py [SECTION…] [--quick] [--json] [--out FILE]``; sections a to n, all of them when none is named. Each line is
the median of per-round ratios with its range, the aim beside it, and whether it is met; ``--out`` keeps them as JSON.
A program of its own, not a test: all sections take about half an hour, and what else the machine does shows in the
ranges. Loads are bounded and go to loopback only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[2])  # `tests` is found from whatever folder this is started in

from tests.bench import (  # noqa: E402 - the line above comes first
    agenda,
    chain,
    codec,
    documents,
    fleet,
    growth,
    pauses,
    reports,
    sending,
    starting,
    throughput,
    workers,
)
from tests.bench.measure import Figure, NotMeasured, Result  # noqa: E402

Section = Callable[[], list[Result]]

TITLES = {
    "a": "(a) bare chain of unavoidable operations / whole request of the gateway",
    "b": "(b) requests a second of one gateway process",
    "c": "(c) start of uept serve",
    "d": "(d) uept demo",
    "e": "(e) cost and memory as things grow",
    "f": "(f) latency at 200 requests a second, alone and beside many devices",
    "g": "(g) the schema, and requests by size",
    "h": "(h) pending items and schedules",
    "i": "(i) GBCS messages beside their cryptography",
    "j": "(j) a fleet of devices living a year",
    "k": "(k) start of commands",
    "l": "(l) a load rehearsal: what sending costs",
    "m": "(m) several processes, one DCC",
    "n": "(n) reports and judgement of a whole rehearsal",
}


def sections(*, is_quick: bool) -> dict[str, Section]:
    """How each section is measured, in full or in short."""
    if is_quick:
        return {
            "a": lambda: chain.run(rounds=25),
            "b": lambda: throughput.throughput(rounds=2, number=400),
            "c": lambda: starting.start(rounds=3),
            "d": lambda: starting.demo(rounds=1),
            "e": lambda: growth.cost(8, (1_000, 10_000), (10_000, 100_000)) + growth.memory(3_000),
            "f": lambda: pauses.pauses(4, 5_000) + throughput.latency(rounds=2, seconds=4, devices=5_000),
            "g": lambda: documents.run(rounds=8),
            "h": lambda: agenda.cost(8, 100_000, 10_000) + agenda.logarithmic(3, 100_000),
            "i": lambda: codec.run(rounds=8),
            "j": lambda: fleet.run(rounds=1, devices=200, sample=5, added=1_000),
            "k": lambda: starting.commands(rounds=5),
            "l": lambda: sending.run(rounds=2, messages=1_500),
            "m": lambda: workers.run(rounds=2, number=400),
            "n": lambda: reports.run(rounds=1, is_whole=False),
        }
    return {
        "a": lambda: chain.run(rounds=150),
        "b": lambda: throughput.throughput(rounds=6, number=1_000),
        "c": lambda: starting.start(rounds=9),
        "d": lambda: starting.demo(rounds=2),
        "e": lambda: growth.cost(40, (1_000, 100_000), (10_000, 1_000_000)) + growth.memory(20_000),
        "f": lambda: pauses.pauses(30, 100_000) + throughput.latency(rounds=4, seconds=12, devices=100_000),
        "g": lambda: documents.run(rounds=40),
        "h": lambda: agenda.cost(30, 1_000_000, 100_000) + agenda.logarithmic(9, 1_000_000),
        "i": lambda: codec.run(rounds=40),
        "j": lambda: fleet.run(rounds=5, devices=1_000, sample=20, added=5_000),
        "k": lambda: starting.commands(rounds=25),
        "l": lambda: sending.run(rounds=5, messages=10_000),
        "m": lambda: workers.run(rounds=6, number=2_000),
        "n": lambda: reports.run(rounds=3, is_whole=True),
    }


def main() -> int:
    """Measure and print. Returns 0, whatever the figures are: 1 when a section could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="a to n; all when none is named")
    parser.add_argument("--quick", action="store_true", help="in less than two minutes, with fewer rounds")
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON document instead of lines")
    parser.add_argument("--out", type=Path, help="a file that gets the JSON document, whatever is printed")
    given = parser.parse_args()
    unknown = sorted(set(given.sections) - TITLES.keys())
    if unknown:
        parser.error(f"no section {', '.join(unknown)}: {' '.join(TITLES)}")
    chosen = {name: run for name, run in sections(is_quick=given.quick).items() if name in (given.sections or TITLES)}
    began = time.perf_counter()
    results: dict[str, list[Result]] = {}
    if not given.as_json:
        _say(_machine_line())
    for name, run in chosen.items():
        if not given.as_json:
            _say(f"\n{TITLES[name]}")
        since = time.perf_counter()
        results[name] = _measured(name, run)
        if not given.as_json:
            _say("\n".join(result.line() for result in results[name]))
            _say(f"  measured in {time.perf_counter() - since:.0f} s")
    elapsed = time.perf_counter() - began
    everything = [result for found in results.values() for result in found]
    figures = [one.as_dict() for one in everything]
    document = {"machine": _machine(), "seconds": round(elapsed, 1), "figures": figures}
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text + "\n", encoding="utf-8")
    if given.as_json:
        _say(text)
    else:
        _say(f"\n{_summary(everything)}; {elapsed:.0f} s")
    return 1 if any(isinstance(result, NotMeasured) and result.name in TITLES.values() for result in everything) else 0


def _measured(name: str, run: Section) -> list[Result]:
    """A section's figures; one that breaks down is told, and the others go on."""
    try:
        return run()
    except Exception as error:  # noqa: BLE001 - the other sections are still worth having
        return [NotMeasured(name, TITLES[name], f"{type(error).__name__}: {' '.join(str(error).split())[:500]}")]


def _summary(results: list[Result]) -> str:
    with_aim = [result for result in results if isinstance(result, Figure) and result.aim is not None]
    missed = [result.name for result in with_aim if result.aim is not None and not result.aim.is_met(result.value)]
    said = f"{len(with_aim) - len(missed)} of {len(with_aim)} aims met"
    return said if not missed else f"{said}; missed: {'; '.join(missed)}"


def _machine() -> dict[str, object]:
    load = os.getloadavg()[0]
    return {"python": platform.python_version(), "system": platform.platform(), "cpus": os.cpu_count(), "load": load}


def _machine_line() -> str:
    machine = _machine()
    return (
        f"Python {machine['python']}, {machine['system']}, {machine['cpus']} CPUs, load {machine['load']:.2f}; "
        "median of rounds [lowest … highest]"
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
