"""Behaviour at events: whether a device logs, reports, sounds and shows them; the settings of service 6.22.

Settings name event codes that are switched off; everything else is on. Critical alerts cannot be switched off
(SMETS2: only non-critical ones are configurable).
"""

from __future__ import annotations

from schemas.load import device_alerts
from stubs.devices.state import DeviceState

TOLD, LOGGED, AUDIBLE, HAN = "told", "logged", "audible", "han"
KINDS = (TOLD, LOGGED, AUDIBLE, HAN)
_SETTING = "behaviour"


def switched_off(state: DeviceState, kind: str) -> frozenset[str]:
    """Codes, four upper-case hexadecimal digits, that are off for ``kind``."""
    behaviour = state.settings.get(_SETTING, {})
    return frozenset(behaviour.get(kind, ()))


def switching(state: DeviceState, kind: str, on: set[str], off: set[str]) -> dict[str, object]:
    """The setting by which the codes in ``on`` and ``off`` are switched for ``kind``."""
    behaviour = dict(state.settings.get(_SETTING, {}))
    behaviour[kind] = sorted((switched_off(state, kind) | off) - on)
    return {_SETTING: behaviour}


def is_told(state: DeviceState, code: str) -> bool:
    """Whether an alert of that code is sent."""
    if not state.settings:
        return True
    row = device_alerts().get(code)
    return row is None or row.is_critical or code not in switched_off(state, TOLD)


def is_logged(state: DeviceState, code: str) -> bool:
    """Whether an event of that code enters the log."""
    return not state.settings or code not in switched_off(state, LOGGED)
