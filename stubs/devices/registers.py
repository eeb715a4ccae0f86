"""Energy and volume registers at an instant: what they were at ``since``, moved by what the meter counted.

``at`` is in seconds since 2000-01-01, UTC; earlier than ``since`` the stretches remembered answer (``history``).
Registers never go back, and those of all rates add up to the import register.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stubs.devices.calendars import number_at
from stubs.devices.history import as_of, stretch_at
from stubs.devices.netting import Element, counter, counters_at_slots, exported, imported
from stubs.devices.periods import boundaries
from stubs.devices.profile import SLOT
from stubs.devices.records import Calendar, Tariff
from stubs.devices.state import DeviceState
from stubs.devices.tariffs import BLOCK_RATES, BLOCKS, COLUMNS, FLAT, TOU_REGISTERS, block_use, use_by_rate

_HABITS = {"ESME": "electricity", "GSME": "gas"}
ONE_RATE = Tariff()
SECONDARY = "secondary"
_SECOND_TOU = 4


def habit_of(state: DeviceState) -> str:
    """The consumption profile of a meter's first element; empty for what is no meter."""
    return _HABITS.get(state.device_type, "")


def import_register(state: DeviceState, at: int) -> int:
    """Active import of an ESME's first element in Wh, or consumption of a GSME in litres."""
    stretch, habit = stretch_at(state, at), habit_of(state)
    if at <= stretch.since or not stretch.is_flowing or not habit:
        return stretch.import_register
    return stretch.import_register + imported(Element(state.seed, habit, stretch.generation), stretch.since, at)


def import_registers(state: DeviceState, slots: Sequence[int]) -> list[int]:
    """``import_register`` at the start of each of several half hours, ascending; most logs lie within one stretch."""
    first, last = slots[0] * SLOT, slots[-1] * SLOT
    stretch, habit = stretch_at(state, first), habit_of(state)
    is_one = stretch is stretch_at(state, last) and first > stretch.since
    if not is_one or not stretch.is_flowing or not habit or stretch.generation:
        return [import_register(state, slot * SLOT) for slot in slots]
    base = stretch.import_register - counter(state.seed, habit, stretch.since)
    return [base + units for units in counters_at_slots(state.seed, habit, slots)]


def secondary_register(state: DeviceState, at: int) -> int:
    """Active import of a twin element ESME's second element, Wh; 0 for any other meter."""
    if state.variant != "twin":
        return 0
    stretch = stretch_at(state, at)
    if at <= stretch.since or not stretch.is_flowing:
        return stretch.secondary_register
    return stretch.secondary_register + imported(Element(state.seed, SECONDARY), stretch.since, at)


def export_register(state: DeviceState, at: int) -> int:
    """Active export of an ESME, Wh; what is generated is lost while the supply is off."""
    stretch = stretch_at(state, at)
    if not stretch.generation or at <= stretch.since or not stretch.is_flowing:
        return stretch.export_register
    element = Element(state.seed, habit_of(state), stretch.generation)
    return stretch.export_register + exported(element, stretch.since, at)


def _use(state: DeviceState, habit: str, calendar: Calendar, first: int, last: int) -> Mapping[int, int]:
    if not state.is_flowing or not habit:
        return {}
    return use_by_rate(Element(state.seed, habit, 0 if habit == SECONDARY else state.generation), calendar, first, last)


def main_use(state: DeviceState, at: int) -> Mapping[int, int]:
    """Return the units that the first element counted since ``since``, by rate."""
    return _use(state, habit_of(state), (state.tariff or ONE_RATE).calendar, state.since, at)


def second_use(state: DeviceState, at: int) -> dict[int, int]:
    """Return the units that the second element counted since ``since``, by its rate 1 to 4."""
    if state.variant != "twin":
        return {}
    use = _use(state, SECONDARY, (state.tariff or ONE_RATE).secondary_calendar, state.since, at)
    found: dict[int, int] = {}
    for rate, units in use.items():
        found[rate % 100] = found.get(rate % 100, 0) + units
    return found


def secondary_tou(state: DeviceState, at: int) -> tuple[int, ...]:
    """The four time-of-use registers of the second element; the first holds what the others do not."""
    state = as_of(state, at)
    use = second_use(state, at)
    base = (*state.secondary_tou, *(0,) * (_SECOND_TOU - 1 - len(state.secondary_tou)))
    others = [register + use.get(number, 0) for number, register in enumerate(base, start=2)]
    return (secondary_register(state, at) - sum(others), *others)


def counters(state: DeviceState, at: int) -> dict[int, int]:
    """Use by rate of the block matrix in the block period that holds at ``at``."""
    state = as_of(state, at)
    ended = boundaries(state, state.since, at)
    calendar = (state.tariff or ONE_RATE).calendar
    use = _use(state, habit_of(state), calendar, ended[-1] if ended else state.since, at)
    base = {} if ended else dict(zip(BLOCK_RATES, state.block_counters, strict=False))
    return {rate: base.get(rate, 0) + use.get(rate, 0) for rate in BLOCK_RATES}


def block_cells(state: DeviceState, use: Mapping[int, int], at: int) -> list[int]:
    """Return the units that ``use`` since ``since`` adds to each cell of the block matrix, period by period."""
    cells = [0] * (BLOCKS * COLUMNS)
    if not any(use.get(rate) for rate in BLOCK_RATES):
        return cells
    tariff, first, before = state.tariff or ONE_RATE, state.since, counters(state, state.since)
    for last in (*boundaries(state, state.since, at), at):
        part = _use(state, habit_of(state), tariff.calendar, first, last)
        cells = [one + more for one, more in zip(cells, block_use(before, part, tariff), strict=True)]
        first, before = last, {}
    return cells


def block_matrix(state: DeviceState, at: int) -> tuple[int, ...]:
    """The 32 registers of the block matrix, by (block - 1) * 8 + column - 1."""
    state = as_of(state, at)
    base = (*state.blocks, *(0,) * (BLOCKS * COLUMNS - len(state.blocks)))
    if state.tariff is None or state.tariff.calendar == FLAT:
        return base
    return tuple(one + more for one, more in zip(base, block_cells(state, main_use(state, at), at), strict=True))


def tou_registers(state: DeviceState, at: int) -> tuple[int, ...]:
    """The 48 time-of-use registers; the first holds what no other register does."""
    state = as_of(state, at)
    base = (*state.tou, *(0,) * (TOU_REGISTERS - 1 - len(state.tou)))
    if state.tariff is not None and state.tariff.calendar != FLAT:
        use = main_use(state, at)
        base = tuple(register + use.get(number, 0) for number, register in enumerate(base, start=2))
    return (max(0, import_register(state, at) - sum(base) - sum(block_matrix(state, at))), *base)


def rate_at(state: DeviceState, at: int) -> int:
    """The rate in force: 1 to 48, or 101 to 108 for a column of the block matrix."""
    return number_at((as_of(state, at).tariff or ONE_RATE).calendar, at)
