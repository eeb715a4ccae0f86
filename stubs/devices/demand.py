"""Maximum demand: the greatest mean power of a half hour since a register was last reset.

Three registers: import, import within the period of the day that 6.18.1 sets, export. Half hours are those of the
clock; one counts for the period when it lies in it as a whole. Stretches without supply add nothing. Units: W, Wh,
instants seconds since 2000. Source: SMETS2, maximum demand registers. Inferred: a meter that was told no period, or one
whose start is its end, counts the whole day; a new period does not reset what the old one found.
"""

from __future__ import annotations

from functools import lru_cache

from stubs.devices.calendars import DAY, changes_of
from stubs.devices.history import stretches
from stubs.devices.netting import Element, by_slot
from stubs.devices.profile import SLOT
from stubs.devices.records import Calendar, DemandRegister, Past, Peak
from stubs.devices.registers import export_register, habit_of, import_register
from stubs.devices.state import DeviceState
from stubs.devices.tariffs import FLAT

REGISTERS: tuple[DemandRegister, ...] = ("import", "period", "export")
_DAY_SLOTS = DAY // SLOT
_STRETCH = 1488
"""Slots (31 days) whose greatest use is kept together."""
_IN_PERIOD = 1
_NOTHING = (0, -1)


@lru_cache(maxsize=64)
def _units_by_slot(element: Element, first: int, last: int, *, is_export: bool) -> tuple[int, ...]:
    """Units by slot; kept, since two registers look at the same."""
    return by_slot(element, first, last, is_export=is_export)


@lru_cache(maxsize=4096)
def _slots_of(period: Calendar, day: int) -> tuple[bool, ...]:
    """Return for each half hour of a day whether the period holds all of it."""
    counted = [True] * _DAY_SLOTS
    spans = changes_of(period, day)
    for (start, number), end in zip(spans, [after for after, _ in spans[1:]] + [DAY], strict=True):
        if number != _IN_PERIOD and start < end:
            for slot in range(start // SLOT, -(-end // SLOT)):
                counted[slot] = False
    return tuple(counted)


def _is_counted(period: Calendar, slot: int) -> bool:
    return period == FLAT or _slots_of(period, slot // _DAY_SLOTS)[slot % _DAY_SLOTS]


@lru_cache(maxsize=16384)
def _most(element: Element, period: Calendar, first: int, last: int, *, is_export: bool) -> tuple[int, int]:
    """Greatest units of a slot of the period in ``first`` to ``last`` (slots), and the slot; the earliest such."""
    best = _NOTHING
    for slot, units in enumerate(_units_by_slot(element, first, last, is_export=is_export), start=first):
        if units > best[0] and _is_counted(period, slot):
            best = units, slot
    return best


def _whole(state: DeviceState, stretch: Past, register: DemandRegister, first: int, last: int) -> tuple[int, int]:
    """The same for slots that lie in one stretch; sums of 31 days are kept."""
    element, is_export = Element(state.seed, habit_of(state), stretch.generation), register == "export"
    if not stretch.is_flowing or not element.habit or (is_export and not element.peak):
        return _NOTHING
    best, slot = _NOTHING, first
    while slot < last:
        until = min(last, (slot // _STRETCH + 1) * _STRETCH)
        found = _most(element, _period(state, register), slot, until, is_export=is_export)
        best = max(best, found, key=_units)
        slot = until
    return best


def _units(found: tuple[int, int]) -> int:
    return found[0]


def _period(state: DeviceState, register: DemandRegister) -> Calendar:
    return state.demand_period if register == "period" else FLAT


def _single(state: DeviceState, register: DemandRegister, slot: int) -> tuple[int, int]:
    """A slot in which a stretch ended."""
    if not _is_counted(_period(state, register), slot):
        return _NOTHING
    read = export_register if register == "export" else import_register
    units = read(state, (slot + 1) * SLOT) - read(state, slot * SLOT)
    return (units, slot) if units else _NOTHING


def reset_at(state: DeviceState, register: DemandRegister) -> int:
    """Return the instant of a register's last reset."""
    since = {"import": state.demand_since, "period": state.period_demand_since, "export": state.export_demand_since}
    return max(since[register], state.made)


def maximum_demand(state: DeviceState, register: DemandRegister, at: int) -> tuple[int, int]:
    """Greatest mean power of a half hour from the last reset to ``at``, W, and the end of that half hour.

    0 and the last reset's half hour when there was nothing.
    """
    since = reset_at(state, register)
    kept = next((peak for peak in state.peaks if peak.register == register and peak.until > since), None)
    best, slot = _NOTHING, -(-since // SLOT)
    if kept is not None:
        slot = -(-kept.until // SLOT)
        best = (kept.power // 2, kept.end // SLOT - 1) if kept.power else _NOTHING
    end = at // SLOT
    known = stretches(state)
    for stretch, following in zip(known, (*(one.since for one in known[1:]), at), strict=True):
        first, last = max(slot, -(-stretch.since // SLOT)), min(end, following // SLOT)
        if slot < first <= end:
            best = max(best, _single(state, register, first - 1), key=_units)
        if first < last:
            best = max(best, _whole(state, stretch, register, first, last), key=_units)
        slot = max(slot, last, first)
    return (2 * best[0], (best[1] + 1) * SLOT) if best[0] else (0, since // SLOT * SLOT)


def kept_peaks(state: DeviceState, until: int, registers: tuple[DemandRegister, ...] = REGISTERS) -> tuple[Peak, ...]:
    """``peaks`` with what the registers found up to ``until``, to be kept when what they follow from is forgotten."""
    known = {peak.register: peak for peak in state.peaks}
    for register in registers:
        before = known.get(register)
        if before is None or before.until < until:
            power, end = maximum_demand(state, register, until)
            known[register] = Peak(register, power, end, until // SLOT * SLOT)
    return tuple(known.values())
