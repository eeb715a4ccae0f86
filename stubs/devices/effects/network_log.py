"""The hub's radio channels below 1 GHz: a scan asked for, and the log of channel changes (6.29, 6.32)."""

from __future__ import annotations

from stubs.devices.effects.call import Call, Done, Notice
from stubs.devices.effects.electricity_logs import period
from stubs.devices.effects.scopes import keeping
from stubs.devices.records import LogEntry
from stubs.devices.state import LOGGED, instant

_SCANNED = 0x8F26


def request_scan(call: Call) -> Done:
    """6.29: the hub scans and stays on its channel (inferred outcome)."""
    logged = LogEntry("sub-ghz", call.device_time, _SCANNED, "E0000001090100")
    return Done(changes={LOGGED: (logged,)}, notices=(Notice("8F28", "a channel scan was asked for"),))


def configure_channels(call: Call) -> Done:
    """6.28: the new settings, told to the DCC."""
    return Done(changes=keeping(call.state, "sub-ghz", call.values), notices=(Notice("8F2A", "channels configured"),))


def read_channel_log(call: Call) -> Done:
    """6.32."""
    first, last = period(call)
    found = [one for one in call.state.event_log if one.log == "sub-ghz" and first <= one.at <= last]
    return Done(
        {
            "LogEntries": [
                {"Timestamp": instant(one.at), "EventCode": one.code, "OtherInformation": one.other} for one in found
            ]
        }
    )
