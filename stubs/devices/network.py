"""Measurements of the network by a meter: power, voltage, gas flow; functions of seed and time.

Power is twice the half hour's import. Voltage moves around 240 V with the hour and a seeded deviation, averaged over
the measurement period; an offset lets a tester push it across a threshold. Units: W, Wh, tenths of a volt, litres.
Source: made up within the limits of the statutory 230 V +10/-6 per cent.
"""

from __future__ import annotations

from hashlib import blake2b

from stubs.devices.netting import Element, imported
from stubs.devices.profile import SLOT
from stubs.devices.registers import habit_of, import_register
from stubs.devices.state import DeviceState

NOMINAL = 2400
_SPREAD = 60


def power(state: DeviceState, at: int) -> int:
    """Active power import, W: the mean of the running half hour; 0 while nothing flows."""
    if not state.is_flowing or not habit_of(state):
        return 0
    start = at // SLOT * SLOT
    return 2 * imported(Element(state.seed, habit_of(state), state.generation), start, start + SLOT)


def voltage(state: DeviceState, at: int, phase: int = 1) -> int:
    """Mean RMS voltage of a phase in the period that begins at ``at``, tenths of a volt."""
    digest = blake2b(f"{state.seed}:{phase}:{at}".encode(), digest_size=2).digest()
    hour = at // 3600 % 24
    evening = 25 if 16 <= hour < 21 else 0
    return NOMINAL + state.voltage_offset - evening + int.from_bytes(digest, "big") % (2 * _SPREAD) - _SPREAD


def voltage_log(state: DeviceState, at: int, period: int, entries: int, phase: int = 1) -> list[tuple[int, int]]:
    """The last complete measurement periods, oldest first: start, mean voltage."""
    last = at // period
    return [(n * period, voltage(state, n * period, phase)) for n in range(max(0, last - entries), last)]


def voltage_counts(state: DeviceState, above: int, below: int, at: int, phase: int = 1) -> tuple[int, int]:
    """Return how many of the last 4,320 half hours since the reset lay above and below the limits."""
    first = max(-(-state.voltage_since // SLOT), at // SLOT - 4320)
    seen = [voltage(state, slot * SLOT, phase) for slot in range(first, at // SLOT)]
    return sum(one > above for one in seen), sum(one < below for one in seen)


def flow(state: DeviceState, at: int, interval: int = 360) -> int:
    """Gas used in the interval that ends at ``at``, litres."""
    return import_register(state, at) - import_register(state, at - interval)


def first_overload(state: DeviceState, after: int, horizon: int) -> int | None:
    """Return when the load first exceeds its limit for the whole period, in ``after`` to ``horizon``; None: never."""
    limit = state.load_limit
    if limit is None or not state.is_flowing or limit.threshold <= 0:
        return None
    slots = max(1, -(-limit.period // SLOT))
    run = 0
    for slot in range(max(after, state.since) // SLOT + 1, horizon // SLOT):
        run = run + 1 if power(state, slot * SLOT) > limit.threshold else 0
        if run == slots:
            return slot * SLOT + limit.period - (slots - 1) * SLOT
    return None
