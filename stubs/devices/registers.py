"""Registers and balance at an instant: what they were at ``since``, moved by the home's consumption.

``at`` is in seconds since 2000-01-01, UTC. Earlier than ``since`` the stretches in ``past`` answer; an instant before
the first of them reads as its start. Registers never go back, and those of all rates add up to the import register.
"""

from __future__ import annotations

from typing import Any

from stubs.devices.calendars import number_at
from stubs.devices.generation import exported
from stubs.devices.periods import boundaries
from stubs.devices.records import Past, Tariff
from stubs.devices.recovery import takes
from stubs.devices.state import DeviceState
from stubs.devices.tariffs import (
    BLOCK_RATES,
    BLOCKS,
    COLUMNS,
    FLAT,
    TOU_REGISTERS,
    block_use,
    counter,
    use_by_rate,
)

_HABITS = {"ESME": "electricity", "GSME": "gas"}
ONE_RATE = Tariff()


def habit_of(state: DeviceState) -> str:
    """The consumption profile of a meter's first element; empty for what is no meter."""
    return _HABITS.get(state.device_type, "")


def stretches(state: DeviceState) -> tuple[Past, ...]:
    """The stretches a meter remembers and the one that holds now, oldest first."""
    return (*state.past, _current(state))


def _stretch(state: DeviceState, at: int) -> Past:
    """The stretch that holds at ``at``."""
    if at < state.since and state.past:
        return next((past for past in reversed(state.past) if past.since <= at), state.past[0])
    return _current(state)


def _current(state: DeviceState) -> Past:
    return Past(
        state.since,
        state.import_register,
        state.secondary_register,
        state.balance,
        state.supply == "enabled",
        state.export_register,
        state.generation,
    )


def _moved(state: DeviceState, habit: str, stretch: Past, at: int) -> int:
    if not habit or not stretch.is_flowing or at <= stretch.since:
        return 0
    return counter(state.seed, habit, at) - counter(state.seed, habit, stretch.since)


def import_register(state: DeviceState, at: int) -> int:
    """Active import of an ESME's first element in Wh, or consumption of a GSME in litres."""
    stretch = _stretch(state, at)
    return stretch.import_register + _moved(state, habit_of(state), stretch, at)


def secondary_register(state: DeviceState, at: int) -> int:
    """Active import of a twin element ESME's second element, Wh; 0 for any other meter."""
    if state.variant != "twin":
        return 0
    stretch = _stretch(state, at)
    return stretch.secondary_register + _moved(state, "secondary", stretch, at)


def export_register(state: DeviceState, at: int) -> int:
    """Active export of an ESME, Wh; what is generated is lost while the supply is off."""
    stretch = _stretch(state, at)
    if not stretch.generation or not stretch.is_flowing or at <= stretch.since:
        return stretch.export_register
    moved = exported(state.seed, stretch.generation, at) - exported(state.seed, stretch.generation, stretch.since)
    return stretch.export_register + moved


def secondary_tou(state: DeviceState, at: int) -> tuple[int, ...]:
    """The four time-of-use registers of the second element; the first holds what the others do not."""
    tariff = state.tariff or ONE_RATE
    use = {} if state.variant != "twin" else _use(state, "secondary", tariff.secondary_calendar, at)
    others = [use.get(number, use.get(200 + number, 0)) for number in (2, 3, 4)]
    return (secondary_register(state, at) - sum(others), *others)


def _use(state: DeviceState, habit: str, calendar: Any, at: int) -> dict[int, int]:
    if state.supply != "enabled" or not habit:
        return {}
    return use_by_rate(state.seed, habit, calendar, state.since, at)


def _added(state: DeviceState, at: int) -> tuple[dict[int, int], list[int]]:
    """Use by rate since ``since``, and what it adds to the block matrix, period by period."""
    tariff = state.tariff or ONE_RATE
    use = _use(state, habit_of(state), tariff.calendar, at)
    cells = [0] * (BLOCKS * COLUMNS)
    if not any(use.get(rate) for rate in BLOCK_RATES):
        return use, cells
    first, before = state.since, counters(state, state.since)
    for last in (*boundaries(state, state.since, at), at):
        part = use_by_rate(state.seed, habit_of(state), tariff.calendar, first, last)
        cells = [one + more for one, more in zip(cells, block_use(before, part, tariff), strict=True)]
        first, before = last, {}
    return use, cells


def counters(state: DeviceState, at: int) -> dict[int, int]:
    """Use by rate in the block period that holds at ``at``."""
    tariff = state.tariff or ONE_RATE
    ended = boundaries(state, state.block_since, at)
    start = ended[-1] if ended else state.block_since
    if state.supply != "enabled" or not habit_of(state):
        return {}
    return use_by_rate(state.seed, habit_of(state), tariff.calendar, max(start, state.block_since), at)


def block_matrix(state: DeviceState, at: int) -> tuple[int, ...]:
    """The 32 registers of the block matrix, by (block - 1) * 8 + column - 1."""
    base = (*state.blocks, *(0,) * (BLOCKS * COLUMNS - len(state.blocks)))
    if state.tariff is None or at == state.since:
        return base
    if at < state.since:
        cells = block_use({}, _used_since(state, at), state.tariff)
        return tuple(max(0, one - less) for one, less in zip(base, cells, strict=True))
    return tuple(one + more for one, more in zip(base, _added(state, at)[1], strict=True))


def tou_registers(state: DeviceState, at: int) -> tuple[int, ...]:
    """The 48 time-of-use registers; the first holds what no other register does."""
    base = (*state.tou, *(0,) * (TOU_REGISTERS - 1 - len(state.tou)))
    if state.tariff is not None and at > state.since:
        use = _use(state, habit_of(state), state.tariff.calendar, at)
        base = tuple(register + use.get(number, 0) for number, register in enumerate(base, start=2))
    elif state.tariff is not None and at < state.since:
        use = _used_since(state, at)
        base = tuple(max(0, register - use.get(number, 0)) for number, register in enumerate(base, start=2))
    return (max(0, import_register(state, at) - sum(base) - sum(block_matrix(state, at))), *base)


def _used_since(state: DeviceState, at: int) -> dict[int, int]:
    """Use by rate from ``at`` to ``since``, as if the tariff had been the same (one that changed left a snapshot)."""
    return use_by_rate(state.seed, habit_of(state), (state.tariff or ONE_RATE).calendar, at, state.since)


def rate_at(state: DeviceState, at: int) -> int:
    """The rate in force: 1 to 48, or 101 to 108 for a column of the block matrix."""
    return number_at((state.tariff or ONE_RATE).calendar, at)


def _cost(state: DeviceState, at: int) -> int:
    """What use since ``since`` cost, thousandths of a penny."""
    tariff = state.tariff
    if tariff is None or not (tariff.prices or tariff.block_prices):
        units = import_register(state, at) - state.import_register
        units += secondary_register(state, at) - state.secondary_register if state.variant == "twin" else 0
        return units * state.price // 1000
    use, cells = _added(state, at) if tariff.calendar != FLAT else (_use(state, habit_of(state), FLAT, at), [])
    cost = sum(units * _price(tariff.prices, rate - 1) for rate, units in use.items() if rate not in BLOCK_RATES)
    cost += sum(units * _price(tariff.block_prices, cell) for cell, units in enumerate(cells))
    if state.variant == "twin":
        second = _use(state, "secondary", tariff.secondary_calendar, at)
        prices = tariff.secondary_prices or tariff.prices
        cost += sum(units * _price(prices, (rate - 1) % 100) for rate, units in second.items())
    return cost // 1000


def _price(prices: tuple[int, ...], index: int) -> int:
    return prices[index] if index < len(prices) else 0


def balance(state: DeviceState, at: int) -> int:
    """Meter balance in thousandths of a penny: less what was used, the standing charge and recovered debt since.

    Before ``since``: on the straight line between the balances at the ends of the stretch.
    """
    if at < state.since and state.past:
        return _past_balance(state, at)
    taken = takes(state, at).from_balance if at > state.since else 0
    if not state.price and not state.tariff:
        return state.balance - taken
    return state.balance - _cost(state, at) - taken


def _past_balance(state: DeviceState, at: int) -> int:
    stretch = _stretch(state, at)
    later = [past for past in state.past if past.since > stretch.since]
    end, left = (later[0].since, later[0].balance) if later else (state.since, state.balance)
    share = max(0, at - stretch.since)
    return stretch.balance + (left - stretch.balance) * share // max(1, end - stretch.since)


def first_below(state: DeviceState, threshold: int, after: int, horizon: int) -> int | None:
    """First instant in ``after`` < at <= ``horizon`` when the balance is below ``threshold``; None when it stays above.

    The balance only falls by itself, so halving the interval finds it.
    """
    if balance(state, horizon) >= threshold:
        return None
    low, high = after, horizon
    while high - low > 1:
        middle = (low + high) // 2
        if balance(state, middle) < threshold:
            high = middle
        else:
            low = middle
    return high
