"""Auxiliary controllers: what a switch is set to by command, by limit, by its calendar."""

from __future__ import annotations

from msgspec.structs import replace

from stubs.devices.calendars import number_at
from stubs.devices.records import Order, Switch
from stubs.devices.state import DeviceState

FULL = 100


def switch_of(state: DeviceState, number: int) -> Switch | None:
    """The controller of that number (1 to 5); None: there is none."""
    return next((switch for switch in state.switches if switch.number == number), None)


def with_switch(state: DeviceState, switch: Switch) -> tuple[Switch, ...]:
    """``switches`` with ``switch`` in the place of its number, in order of numbers."""
    others = [other for other in state.switches if other.number != switch.number]
    return tuple(sorted((*others, switch), key=lambda one: one.number))


def level(switch: Switch, at: int) -> int:
    """0 off to 100 on, at an instant: a command until its end, then the calendar; never above the limit.

    A calendar's numbers are levels plus one, so that an empty calendar (1) means off.
    """
    wanted = switch.level if at < switch.until else number_at(switch.calendar, at) - 1
    return min(wanted, switch.limit if at < switch.limit_until else FULL)


def output(state: DeviceState, switch: Switch, at: int) -> int:
    """The level of a controller of a device; on while a boost runs that it is part of (7.9)."""
    boosts = state.settings.get("boost", {}).get(f"BoostFunctionControl{switch.number}Value")
    return FULL if boosts and is_boosting(state, at) else level(switch, at)


def next_limit_end(state: DeviceState) -> tuple[int, int] | None:
    """Return the end of the next limit, and its controller; None: no limit is in force."""
    ends = [(switch.limit_until, switch.number) for switch in state.switches if switch.limit_until]
    return min(ends, default=None)


def next_order(state: DeviceState) -> tuple[int, int] | None:
    """Return the start of the next level or limit ordered for later, and its controller; None: none is ordered."""
    orders = [(one.start, switch.number) for switch in state.switches for one in _orders(switch)]
    return min(orders, default=None)


def _orders(switch: Switch) -> list[Order]:
    return [one for one in (switch.coming, switch.coming_limit) if one is not None]


def commanded(switch: Switch, to: int, until: int) -> Switch:
    """``switch`` set to a level until an instant."""
    return replace(switch, level=to, until=until)


def limited(switch: Switch, to: int, until: int) -> Switch:
    """``switch`` held at or below a level until an instant."""
    return replace(switch, limit=to, limit_until=until)


def is_boosting(state: DeviceState, at: int) -> bool:
    """Whether a boost runs."""
    return any(start <= at < end for start, end in state.boost)
