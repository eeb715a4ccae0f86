"""The clock: set when the hub's time lies in the interval the supplier vouches for (6.11, 8.1.1).

Source: GBCS, set clock: the device takes the hub's time if it lies between CurrentDateTime and CurrentDateTime plus
TolerancePeriod, else its clock stays as it was and counts as invalid. Which status and alert follow is inferred.
"""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.state import instant, seconds


def set_clock(context: EffectContext) -> EffectResult:
    """Set the clock; the first success makes a meter commissioned (8F69)."""
    first = seconds(context.values["CurrentDateTime"])
    in_interval = first <= context.at <= first + int(context.values["TolerancePeriod"])
    state = context.state
    if not in_interval:
        return EffectResult(
            {"DeviceTime": instant(context.device_time), "TimeStatus": "invalid"},
            {"clock_status": "invalid"} if state.clock_status != "invalid" else {},
            (PendingAlert("81C6", "the hub's time lies outside the interval of the command"),),
        )
    changes: dict[str, Any] = {}
    notices: list[PendingAlert] = []
    if state.clock_offset:
        changes["clock_offset"] = 0
        notices.append(PendingAlert("8145", f"the clock was {state.clock_offset} s ahead"))
    if state.clock_status != "reliable":
        changes["clock_status"] = "reliable"
    if not state.commissioned:
        changes["commissioned"] = True
        notices.append(PendingAlert("8F69", "the clock was set for the first time"))
    return EffectResult({"DeviceTime": instant(context.at), "TimeStatus": "reliable"}, changes, tuple(notices))
