"""Bodies of the DCC alerts that scenarios raise on demand: code to the one element of the alert, about one device.

Which code goes with which structure is inferred except for AD1 (``schemas/catalogue/dcc-alert-occasions.csv``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stubs.wire.errors import Misuse


def alert_content(code: str, device: str, mpxn: str, user: str, now: datetime) -> dict[str, Any]:
    """The content of a DCC alert, as the control API takes it.

    Args:
        code: DCC alert code.
        device: EUI the alert is about.
        mpxn: meter point of the home; empty when it has none.
        user: EUI of the party, originator of the request that an alert is about.
        now: the run's clock.

    Raises: Misuse: no content is known for the code.
    """
    started = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    contents: dict[str, Mapping[str, Any]] = {
        "AD1": {"PowerOutageEvent": {"CommsHubDeviceID": device, "StartDateTime": started, "MPxN": mpxn}},
        "N1": _change(device, {"MeterDecommissioningOrWithdrawal": _points("MeterDecommissionOrWithdrawal", mpxn)}),
        "N10": {"CommandFailure": {"CommandRequestID": f"{user}:{device}:1", "DeviceID": device}},
        "N16": _change(device, {"MeterIdentity": _points("MeterMPxNs", mpxn)}),
        "N24": {"UpdateHANDeviceLogResult": {"UpdateHANDeviceLogServiceRequestID": f"{user}:{device}:1"}},
    }
    if code not in contents:
        raise Misuse(f"no content is written down for DCC alert {code}; known: {', '.join(contents)}")
    return dict(contents[code])


def _change(device: str, what: Mapping[str, Any]) -> dict[str, Any]:
    return {"DeviceStatusChangeEvent": {"DeviceID": device, "DeviceStatusChange": what}}


def _points(name: str, mpxn: str) -> dict[str, Any]:
    return {name: {"ImportMPxN": mpxn}}
