"""Alerts of a device that is not on its network: kept by the device until it is, in order (inferred)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from stubs.devices.alerts import RaisedAlert
from stubs.devices.records import Unsent
from stubs.devices.state import DeviceState, plain, seconds
from stubs.wire.eui64 import Eui64

MOST_UNSENT = 100
"""A device that keeps more forgets the oldest (inferred: as its logs do)."""


def kept_back(state: DeviceState, raised: Iterable[RaisedAlert], now: datetime) -> dict[str, Any]:
    """Return the change of state when a device keeps alerts that it cannot send at ``now``; fit for the journal."""
    unsent = (*state.unsent, *(_stored(alert, seconds(now)) for alert in raised))
    return plain({"unsent": unsent[-MOST_UNSENT:]}) if unsent != state.unsent else {}


def unsent(state: DeviceState) -> tuple[RaisedAlert, ...]:
    """The alerts a device kept, oldest first."""
    return tuple(_restored(alert) for alert in state.unsent)


def _stored(alert: RaisedAlert, at: int) -> Unsent:
    originator, counter = alert.command or ("", 0)
    return Unsent(
        code=alert.code,
        recipient=str(alert.recipient),
        payload=alert.payload,
        cause=alert.cause,
        instruction=alert.instruction,
        total=alert.total,
        originator=str(originator),
        counter=counter,
        at=at,
    )


def _restored(alert: Unsent) -> RaisedAlert:
    return RaisedAlert(
        alert.code,
        Eui64.parse(alert.recipient),
        alert.payload,
        alert.cause,
        alert.instruction,
        alert.total,
        (Eui64.parse(alert.originator), alert.counter) if alert.originator else None,
    )
