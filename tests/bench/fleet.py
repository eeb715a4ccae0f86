"""A fleet of simulated devices living a year: time per device-year, memory per device.

Run with ``python -m tests.bench.fleet [devices]``; other benches call :func:`measure_fleet`. A device-year is the year
from one January to the next: half-hourly profile (17,520 entries read month by month), daily reads, time-of-use
registers, prepayment with top-ups and thresholds, and what falls due by itself. Devices compute lazily, so a year costs
what is read of it. Memory is that of states as a DCC holds them: rebuilt from JSON, nothing shared but constants.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from stubs.devices import DeviceState, apply, elapse, manufacture, next_due
from stubs.devices.logs import midnights, profile_log, snapshot
from stubs.devices.records import Calendar, Season, Tariff
from stubs.devices.state import seconds
from stubs.wire.eui64 import Eui64
from tests.bench.measure import Aim, Result, figure
from tests.device_bench import ACB, NETWORK_OPERATOR, SUPPLIER, DeviceBench, make_device_bench

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
_TYPES = ("ESME", "GSME", "GPF", "CHF", "PPMID")
"""A home: one of each."""
_EVENING = Tariff(
    Calendar((Season(0, 1, 1, 1),), ((1, *(1,) * 7),), ((1, ((0, 2), (25_200, 1), (57_600, 3), (68_400, 1))),)),
    prices=(24_500, 15_000, 38_000),
)


@dataclass(frozen=True, slots=True)
class FleetFigures:
    """What was measured.

    Args:
        devices: in the fleet.
        lived: of them that lived the year half-hourly.
        seconds_per_device_year: wall time of one meter's year, everything read.
        seconds_per_register: wall time of one register read at the year's end by a meter never read before.
        bytes_per_device: of memory, mean over the fleet's mix.
        gibibytes_per_100_000: what 100,000 such devices need.
    """

    devices: int
    lived: int
    seconds_per_device_year: float
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


def live_a_year(state: DeviceState, bench: DeviceBench) -> int:
    """One meter's year: time of use, prepayment, every half hour and every midnight read. Returns entries read."""
    credentials = bench.credentials("00-DB-12-34-56-78-00-01")  # signing is not what is measured
    state = apply(state, {"tariff": _EVENING, "payment_mode": "prepayment", "balance": 40_000_000})
    read, now = 0, START
    for month in range(1, 13):
        now = START + month * YEAR / 12
        while (due := next_due(state, now - YEAR)) is not None and due <= now:
            elapsed = elapse(state, now, credentials, bench.certificates, agree=bench.agree)
            state = apply(state, elapsed.changes)
        first, last = seconds(now - YEAR / 12), seconds(now)
        read += len(profile_log(state, first, last, last))
        read += len([snapshot(state, at) for at in midnights(state, first, last, last)])
    return read


def measure_fleet(devices: int = 10_000, sample: int = 20) -> FleetFigures:
    """Build ``devices`` devices, let ``sample`` of their meters live a year, and weigh the fleet.

    The whole fleet's year is ``devices`` times the sample's mean: no device knows another.
    """
    bench = make_device_bench(now=START)
    gc.collect()
    tracemalloc.start()
    fleet = make_fleet(devices, bench)
    gc.collect()
    weight = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    meters = [state for state in fleet if state.device_type == "ESME"][:sample]
    began = time.perf_counter()
    for state in meters:
        snapshot(apply(state, {"tariff": _EVENING}), seconds(START + YEAR))
    register = (time.perf_counter() - began) / len(meters)
    began = time.perf_counter()
    for state in meters:
        live_a_year(state, bench)
    lived = (time.perf_counter() - began) / len(meters)
    return FleetFigures(devices, len(meters), lived, register, weight / devices)


def main(devices: int) -> None:
    """Print the figures."""
    figures = measure_fleet(devices)
    lines = (
        f"{figures.devices} devices, {figures.lived} meters lived a year half-hourly",
        f"  {1000 * figures.seconds_per_device_year:.1f} ms per device-year, everything read",
        f"  {1000 * figures.seconds_per_register:.2f} ms for the first read of all rate registers after a year",
        f"  {figures.bytes_per_device:.0f} bytes per device; 100,000 take {figures.gibibytes_per_100_000:.2f} GiB",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def run(rounds: int, devices: int, sample: int) -> list[Result]:
    """Section (j)."""
    measured = [measure_fleet(devices, sample) for _ in range(rounds)]
    of = f"a fleet of {devices:,}, {sample} of its meters lived the year half-hourly"
    years = [1000 * one.seconds_per_device_year for one in measured]
    registers = [1000 * one.seconds_per_register for one in measured]
    weights = [one.bytes_per_device for one in measured]
    needed = [one.gibibytes_per_100_000 for one in measured]
    return [
        figure("j", "a device-year, everything read", years, unit="ms", detail=of),
        figure("j", "first read of all rate registers after a year", registers, unit="ms"),
        figure("j", "memory of a device", weights, unit="bytes"),
        figure("j", "memory of 100,000 devices", needed, unit="GiB", aim=Aim("<=", 4.0)),
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
