"""A fleet of simulated devices living a year: time per device-year, memory per device.

Run with ``python -m tests.bench.fleet [devices]``; other benches call :func:`measure_fleet`. A device-year is the year
from one January to the next: half-hourly profile (17,520 entries read month by month), daily reads, time-of-use
registers, prepayment with top-ups and thresholds, and what falls due by itself. Devices compute lazily, so a year costs
what is read of it: a gas proxy reads its meter's logs, hubs and displays only have what falls due. Every device of the
fleet lives its year, and its state at the end of it is kept. Memory is that of states as a DCC holds them: rebuilt from
JSON, nothing shared but constants.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import TypeVar

import msgspec

from stubs.dcc.state.snapshot import StateSnapshot
from stubs.devices import Credentials, DeviceKeys, DeviceState, apply, elapse, manufacture, next_due
from stubs.devices.logs import midnights, profile_log, snapshot
from stubs.devices.profile import SLOT
from stubs.devices.records import Calendar, Season, Tariff
from stubs.devices.state import seconds
from stubs.gateway.garbage import ShortCollections, no_collections
from stubs.recording import read_back_all
from stubs.wire.eui64 import Eui64
from tests.bench.core import bare_core
from tests.bench.measure import Aim, Result, figure
from tests.device_bench import ACB, NETWORK_OPERATOR, SUPPLIER, DeviceBench, make_device_bench

_T = TypeVar("_T")
START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
_TYPES = ("ESME", "GSME", "GPF", "CHF", "PPMID")
"""A home: one of each."""
MOST_HASHES, MOST_RECORDED, MOST_DECODED = 4.0, 12.0, 6.0
"""Aims beside the absolute ones, for machines of any speed: 1.2 to 1.4 times what was measured, 3.3, 9.0 and 4.3."""
_EVENING = Tariff(
    Calendar((Season(0, 1, 1, 1),), ((1, *(1,) * 7),), ((1, ((0, 2), (25_200, 1), (57_600, 3), (68_400, 1))),)),
    prices=(24_500, 15_000, 38_000),
)


@dataclass(frozen=True, slots=True)
class FleetFigures:
    """What was measured.

    Args:
        devices: in the fleet; all of them lived the year.
        entries: of profile and daily logs that were read.
        seconds: CPU time of the whole fleet's year.
        seconds_per_meter_year: CPU time of one electricity meter's year, everything read.
        seconds_of_hashes: the same for a bare hash of each half hour of it, in turn with it.
        seconds_per_register: CPU time of one register read at the year's end by a meter never read before.
        bytes_per_device: of memory, mean over the fleet's mix.
        gibibytes_per_100_000: what 100,000 such devices need.
    """

    devices: int
    entries: int
    seconds: float
    seconds_per_meter_year: float
    seconds_of_hashes: float
    seconds_per_register: float
    bytes_per_device: float

    @property
    def gibibytes_per_100_000(self) -> float:
        """Memory of a fleet of 100,000."""
        return self.bytes_per_device * 100_000 / 2**30


def make_fleet(devices: int, bench: DeviceBench) -> list[DeviceState]:
    """Homes of five devices, as a journal gives them back."""
    fleet = []
    cells = {"supplier": str(SUPPLIER), "network_operator": str(NETWORK_OPERATOR), "acb": str(ACB)}
    for number in range(devices):
        device_type = _TYPES[number % len(_TYPES)]
        eui = Eui64(bytes.fromhex("00db1234") + number.to_bytes(4, "big"))
        known = cells if device_type in {"ESME", "GSME", "GPF"} else {"acb": str(bench.acb)}
        fleet.append(manufacture(eui, device_type, "", "fleet", START, commissioned=True, **known))
    encoded = [msgspec.json.encode(state) for state in fleet]
    del fleet
    return [msgspec.json.decode(one, type=DeviceState) for one in encoded]


def live_a_year(
    state: DeviceState, bench: DeviceBench, credentials: Credentials, meter: DeviceState | None
) -> tuple[DeviceState, int]:
    """One device's year: what falls due, and for meters every half hour and every midnight read.

    Args:
        state: at the year's beginning.
        bench: keys and certificates.
        credentials: the device signs its alerts with.
        meter: whose logs are read, for a gas proxy; None: the device's own.

    Returns:
        its state at the year's end, and how many entries were read.
    """
    is_meter = state.device_type in {"ESME", "GSME"}
    if is_meter:
        state = apply(state, {"tariff": _EVENING, "payment_mode": "prepayment", "balance": 40_000_000})
    read, now = 0, START
    for month in range(1, 13):
        now = START + month * YEAR / 12
        while (due := next_due(state, now - YEAR)) is not None and due <= now:
            elapsed = elapse(state, now, DeviceKeys(credentials, bench.certificates, bench.agree))
            state = apply(state, elapsed.changes)
        of = meter if meter is not None else state if is_meter else None
        if of is not None:
            first, last = seconds(now - YEAR / 12), seconds(now)
            read += len(profile_log(of, first, last, last))
            read += len([snapshot(of, at) for at in midnights(of, first, last, last)])
    return state, read


def live(fleet: list[DeviceState], bench: DeviceBench) -> int:
    """Let every device of a fleet live its year; their states are those of its end. Returns entries read."""
    credentials = bench.credentials("00-DB-12-34-56-78-00-01")  # making keys is not what is measured
    read = 0
    for number, state in enumerate(fleet):
        meter = fleet[number - 1] if state.device_type == "GPF" else None
        fleet[number], entries = live_a_year(state, bench, credentials, meter)
        read += entries
    return read


def measure_fleet(devices: int = 1_000, sample: int = 20) -> FleetFigures:
    """Build ``devices`` devices, weigh them, and let them all live a year; ``sample`` of the meters are timed alone."""
    bench = make_device_bench(now=START)
    gc.collect()
    tracemalloc.start()
    fleet = make_fleet(devices, bench)
    gc.collect()
    weight = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    meters = [state for state in fleet if state.device_type == "ESME"][:sample]
    register = _timed(lambda: [snapshot(apply(one, {"tariff": _EVENING}), seconds(START + YEAR)) for one in meters])[0]
    meter_year = hashes = 0.0
    for meter in meters:
        hashes += hashes_of_a_year()
        meter_year += _timed(partial(live, [meter], bench))[0]
    whole, entries = _timed(lambda: live(fleet, bench))
    return FleetFigures(
        devices,
        entries,
        whole,
        meter_year / len(meters),
        hashes / len(meters),
        register / len(meters),
        weight / devices,
    )


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    """Seconds of CPU time that ``work`` took, and what it gave."""
    began = time.process_time()
    outcome = work()
    return time.process_time() - began, outcome


@dataclass(frozen=True, slots=True)
class HomesFigures:
    """CPU seconds of one core full of homes of five devices, each beside a bare operation on the same octets.

    Args:
        added: to add a device.
        recorded: to encode and to read the events of a device, as the journal does, and nothing else.
        restored: to restore a snapshot of 100,000 devices, as measured with fewer.
        decoded: to decode the octets of that snapshot, and nothing else.
    """

    added: float
    recorded: float
    restored: float
    decoded: float


def homes(devices: int) -> HomesFigures:
    """Add devices in homes of five, with collections as a serving process has them; take and restore a snapshot."""
    kinds = [{"name": kind.lower(), "type": kind} for kind in _TYPES]
    added = recorded = 0.0
    put_off: list[Callable[[], object]] = []
    collections = ShortCollections(put_off.append)
    with bare_core() as core:
        collections.install()
        try:
            for number in range(devices // len(kinds)):
                spec = {"name": f"home {number}", "devices": kinds}
                spent, (_, events) = _timed(partial(core.dcc.add_premises, spec, START))
                added += spent
                recorded += _timed(partial(read_back_all, events))[0]
                while put_off:
                    added += _timed(put_off.pop())[0]
        finally:
            collections.remove()
        octets = core.dcc.snapshot()
        gc.collect()
        with no_collections():
            decoded = _timed(partial(msgspec.msgpack.decode, octets, type=StateSnapshot))[0]
            restored = _timed(partial(core.dcc.restore, octets))[0]
    hundred_thousand = 100_000 / devices
    return HomesFigures(added / devices, recorded / devices, restored * hundred_thousand, decoded * hundred_thousand)


def hashes_of_a_year() -> float:
    """CPU seconds of what no meter's year does without: a keyed hash for each half hour."""

    def hashes() -> None:
        for slot in range(YEAR // timedelta(seconds=SLOT)):
            blake2b(slot.to_bytes(8, "big"), digest_size=4, key=b"0123456789abcdef").digest()

    return _timed(hashes)[0]


def main(devices: int) -> None:
    """Print the figures."""
    for result in run(rounds=1, devices=devices, sample=20, added=devices):
        sys.stdout.write(result.line() + "\n")


def run(rounds: int, devices: int, sample: int, added: int) -> list[Result]:
    """Section (j): ``devices`` live their year, in the first round all and then a tenth; ``added`` are made a round."""
    made = [homes(added) for _ in range(rounds)]
    measured = [measure_fleet(devices if not number else devices // 10, sample) for number in range(rounds)]
    fleet = measured[0]
    lived = f"{devices:,} devices, each lived the year half-hourly; {fleet.entries:,} entries of their logs read"
    alone = f"{sample} meters a round"
    of_five = "CPU, five in a home"
    return [
        figure("j", "a fleet's year", [fleet.seconds], unit="s", detail=lived),
        figure(
            "j",
            "a device-year, mean of the fleet",
            [1000 * one.seconds / one.devices for one in measured],
            unit="ms",
            aim=Aim("<=", 40.0),
        ),
        figure(
            "j",
            "an electricity meter's year, everything read",
            [1000 * one.seconds_per_meter_year for one in measured],
            unit="ms",
            detail=alone,
        ),
        figure(
            "j",
            "the same / a bare hash of each half hour",
            [one.seconds_per_meter_year / one.seconds_of_hashes for one in measured],
            aim=Aim("<=", MOST_HASHES),
        ),
        figure(
            "j",
            "first read of all rate registers after a year",
            [1000 * one.seconds_per_register for one in measured],
            unit="ms",
        ),
        figure(
            "j", "adding a device", [1e6 * one.added for one in made], unit="µs", aim=Aim("<=", 100.0), detail=of_five
        ),
        figure(
            "j",
            "adding a device / encoding and reading its events",
            [one.added / one.recorded for one in made],
            aim=Aim("<=", MOST_RECORDED),
        ),
        figure(
            "j", "restoring a snapshot of 100,000 devices", [one.restored for one in made], unit="s", aim=Aim("<=", 2.0)
        ),
        figure(
            "j",
            "restoring a snapshot / decoding its octets",
            [one.restored / one.decoded for one in made],
            aim=Aim("<=", MOST_DECODED),
        ),
        figure("j", "memory of a device", [one.bytes_per_device for one in measured], unit="bytes"),
        figure(
            "j",
            "memory of 100,000 devices",
            [one.gibibytes_per_100_000 for one in measured],
            unit="GiB",
            aim=Aim("<=", 4.0),
        ),
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
