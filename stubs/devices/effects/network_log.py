"""The hub's radio channels below 1 GHz: a scan asked for, and the log of channel changes (6.29, 6.32)."""

from __future__ import annotations

from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.electricity_logs import period
from stubs.devices.effects.scopes import keeping
from stubs.devices.records import LogEntry
from stubs.devices.state import LOGGED, instant

_SCANNED = 0x8F26


def request_scan(context: EffectContext) -> EffectResult:
    """6.29: the hub scans and stays on its channel (inferred outcome)."""
    logged = LogEntry("sub-ghz", context.device_time, _SCANNED, "E0000001090100")
    return EffectResult(changes={LOGGED: (logged,)}, notices=(PendingAlert("8F28", "a channel scan was asked for"),))


def configure_channels(context: EffectContext) -> EffectResult:
    """6.28: the new settings, told to the DCC."""
    return EffectResult(
        changes=keeping(context.state, "sub-ghz", context.values),
        notices=(PendingAlert("8F2A", "channels configured"),),
    )


def read_channel_log(context: EffectContext) -> EffectResult:
    """6.32."""
    first, last = period(context)
    found = [one for one in context.state.event_log if one.log == "sub-ghz" and first <= one.at <= last]
    return EffectResult(
        {
            "LogEntries": [
                {"Timestamp": instant(one.at), "EventCode": one.code, "OtherInformation": one.other} for one in found
            ]
        }
    )
