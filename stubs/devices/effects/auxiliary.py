"""Auxiliary controllers and the boost function (6.14, 7.5 to 7.16)."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from stubs.devices.auxiliary import (
    FULL,
    commanded,
    limited,
    next_limit_end,
    next_order,
    output,
    switch_of,
    with_switch,
)
from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.electricity_logs import period
from stubs.devices.effects.scopes import keeping, shown
from stubs.devices.effects.written_calendars import dated_schedule
from stubs.devices.records import Calendar, LogEntry, Order, Switch
from stubs.devices.state import LOGGED, DeviceState, instant, merged, seconds

CONTROLLERS = range(1, 6)
_OWN = "ALCS"
_FOREVER = 0xFFFFFFFF
_SWITCHED = 0x0200
_ACTIONS = {"Deactivate": 0, "Activate": 1, "Reset": 2}
"""Codes in the auxiliary log: 02, controller, action (inferred from those the reference data show)."""


def _switches(state: DeviceState, changed: dict[int, Switch]) -> tuple[Switch, ...]:
    for switch in changed.values():
        state = replace(state, switches=with_switch(state, switch))
    return state.switches


def describe_switches(context: EffectContext) -> EffectResult:
    """6.14.1: names of the controllers."""
    changed = {}
    for number in CONTROLLERS:
        text = context.values.get(f"SwitchDescription{number}")
        if text is not None:
            switch = switch_of(context.state, number) or Switch(number)
            changed[number] = replace(switch, description=str(text))
    return EffectResult(changes={"switches": _switches(context.state, changed)})


def _number_of(controller: int) -> Any:
    """Levels plus one for rows of a schedule that are for the controller; None for others'."""

    def number(row: dict[str, Any]) -> int | None:
        if row["AuxiliaryController"] != controller:
            return None
        if "CommandedStateLevel" in row:
            return int(row["CommandedStateLevel"]) + 1
        return 1 + (FULL if row["Action"] == "Activate" else 0)

    return number


def _calendar(context: EffectContext, controller: int) -> Calendar:
    return dated_schedule(context.values["Schedule"], context.values.get("SpecialDays", ()), _number_of(controller))


def configure_switches(context: EffectContext) -> EffectResult:
    """6.14.2, 6.14.3: types and identities where given, and the calendar of all controllers."""
    named = {number: context.values.get(f"SwitchTypeAndId{number}") for number in CONTROLLERS}
    rows = {int(row["AuxiliaryController"]) for row in context.values["Schedule"]}
    changed = {}
    for number in CONTROLLERS:
        switch = switch_of(context.state, number)
        identity = named[number]
        if switch is None and identity is None and number not in rows:
            continue
        switch = switch or Switch(number, "ALCS")
        if identity is not None:
            is_own = identity == _OWN
            switch = replace(switch, kind="ALCS" if is_own else "HCALCS", device="" if is_own else str(identity))
        changed[number] = replace(switch, calendar=_calendar(context, number))
    changes = {"switches": _switches(context.state, changed)}
    kept = {name: context.values[name] for name in ("SpecialDays", "Schedule") if name in context.values}
    return EffectResult(changes=merged(changes, keeping(context.state, "auxiliary", kept)))


def _logged(context: EffectContext, action: str) -> dict[str, Any]:
    code = _SWITCHED | int(context.values["AuxiliaryController"]) << 4 | _ACTIONS[action]
    return {LOGGED: (LogEntry("auxiliary", context.device_time, code),)}


def command_switch(context: EffectContext) -> EffectResult:
    """7.5, 7.6, 7.8: on or off for a number of minutes, or back to the calendar; refused where there is none."""
    switch = switch_of(context.state, int(context.values["AuxiliaryController"]))
    if switch is None:
        return EffectResult(result="refused")
    action = str(context.values["Action"])
    until = 0 if action == "Reset" else context.at + 60 * int(context.values["Duration"])
    changed = commanded(switch, FULL if action == "Activate" else 0, until)
    return EffectResult(changes={"switches": with_switch(context.state, changed), **_logged(context, action)})


def set_level(context: EffectContext) -> EffectResult:
    """7.13: a level from one time to another; held until it begins."""
    return _levelled(context, limit=False)


def limit_level(context: EffectContext) -> EffectResult:
    """7.16: at most this level from one time to another; held until it begins."""
    return _levelled(context, limit=True)


def _levelled(context: EffectContext, *, limit: bool) -> EffectResult:
    switch = switch_of(context.state, int(context.values["AuxiliaryController"]))
    if switch is None:
        return EffectResult(result="refused")
    to = min(int(context.values["CommandedStateLevel"]) & 0x7F, FULL)
    order = Order(seconds(context.values["StartDateTime"]), seconds(context.values["EndDateTime"]), to)
    logged = _logged(context, "Activate" if to else "Deactivate")
    if order.start > context.at:
        held = replace(switch, coming_limit=order) if limit else replace(switch, coming=order)
        return EffectResult(changes={"switches": with_switch(context.state, held)} | logged)
    changed, notices = _begun(switch, order, limit=limit)
    return EffectResult(changes={"switches": with_switch(context.state, changed)} | logged, notices=notices)


def _begun(switch: Switch, order: Order, *, limit: bool) -> tuple[Switch, tuple[PendingAlert, ...]]:
    """An order takes the place of what held and of what was to come; a limit is reported (8F86)."""
    if not limit:
        return replace(commanded(switch, order.level, order.end), coming=None), ()
    told = {
        "controller": switch.number,
        "start": instant(order.start),
        "end": instant(order.end),
        "level": order.level,
    }
    notice = PendingAlert("8F86", f"controller {switch.number} limited to {order.level}", detail=told)
    return replace(limited(switch, order.level, order.end), coming_limit=None), (notice,)


def begin_order(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The time of a level or limit that was ordered for later has come."""
    beginning = next_order(state)
    switch = None if beginning is None else switch_of(state, beginning[1])
    if switch is None:
        return {}, ()
    notices: tuple[PendingAlert, ...] = ()
    if switch.coming is not None and switch.coming.start <= at:
        switch, _ = _begun(switch, switch.coming, limit=False)
    if switch.coming_limit is not None and switch.coming_limit.start <= at:
        switch, notices = _begun(switch, switch.coming_limit, limit=True)
    return {"switches": with_switch(state, switch)}, notices


def end_limit(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:  # noqa: ARG001
    """A limit has run its time (8F87)."""
    ending = next_limit_end(state)
    switch = None if ending is None else switch_of(state, ending[1])
    if switch is None:
        return {}, ()
    told = {"controller": switch.number, "level": switch.limit}
    changes = {"switches": with_switch(state, limited(switch, FULL, 0))}
    return changes, (PendingAlert("8F87", f"the limit of controller {switch.number} ended", detail=told),)


def _state_text(state: DeviceState, number: int, at: int) -> str:
    switch = switch_of(state, number)
    return "{}" if switch is None else json.dumps({"outputState": output(state, switch, at), "inputState": 0})


def read_switches(context: EffectContext) -> EffectResult:
    """7.7, 7.14, 7.15: names, identities, calendar, states."""
    found = shown(context, "auxiliary", ("SpecialDays", "Schedule"))
    for number in CONTROLLERS:
        switch = switch_of(context.state, number)
        device = "" if switch is None else switch.device
        found |= {
            f"SwitchDescription{number}": "" if switch is None else switch.description,
            f"SwitchTypeAndId{number}": device or _OWN,
            f"SwitchState{number}": switch is not None and output(context.state, switch, context.at) > 0,
            f"TypeAndIdentifier{number}": (
                "FF" if switch is None else device.replace("-", "") if device else "0000000000000000"
            ),
            f"StateAndAssociatedInformation{number}": _state_text(context.state, number, context.at),
        }
    return EffectResult(found)


def read_boost(context: EffectContext) -> EffectResult:
    """7.11: availability, boosts of the period, which controllers boost."""
    first, last = period(context)
    names = ("BoostFunctionAvailability", *(f"BoostFunctionControl{number}Value" for number in CONTROLLERS))
    found = shown(context, "boost", names)
    boosts = [one for one in context.state.boost if first <= one[0] <= last]
    found["LogEntries"] = [{"BoostStart": instant(start), "BoostEnd": instant(end)} for start, end in boosts]
    return EffectResult(found)
