"""The simulated devices: tables of state and effects behind real GBCS.

A device is a frozen ``DeviceState``; ``execute`` gives it the bytes of a command and returns the bytes of its response,
the changes of its state (fit for the journal, ``apply`` rebuilds the state from them) and the alerts it raises.
Registers and balance are functions of seed and time, so reads change nothing. No input or output, no clock, no
randomness: the same state, command and instant give the same bytes.

This room knows ``stubs.wire`` and the catalogue; it must not know the gateway, the inventory or who asked for what.
"""

from __future__ import annotations

from stubs.devices.alerts import Elapsed, RaisedAlert, raise_alert
from stubs.devices.execution import Execution, execute
from stubs.devices.future import elapse, next_due
from stubs.devices.manufacture import amend, manufacture, variant_code
from stubs.devices.physical_events import PHYSICAL_EVENTS, occur
from stubs.devices.state import DeviceState, apply
from stubs.devices.surroundings import Surroundings
from stubs.devices.trust import Credentials, DeviceKeys
from stubs.devices.viewing import DeviceView, view
from stubs.devices.waiting import kept_back, unsent

__all__ = [
    "PHYSICAL_EVENTS",
    "Credentials",
    "DeviceKeys",
    "DeviceState",
    "DeviceView",
    "Elapsed",
    "Execution",
    "RaisedAlert",
    "Surroundings",
    "amend",
    "apply",
    "elapse",
    "execute",
    "kept_back",
    "manufacture",
    "next_due",
    "occur",
    "raise_alert",
    "unsent",
    "variant_code",
    "view",
]
