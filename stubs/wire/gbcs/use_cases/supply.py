"""Supply: ECS42 (7.1), ECS43 and GCS32 (7.2), ECS45 and GCS33 (7.4)."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs import dlms, gbz
from stubs.wire.gbcs.dlms import Data, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import DlmsRows, call, constant, get, succeeded
from stubs.wire.gbcs.use_cases.gbz_codecs import (
    Attribute,
    AttributeRead,
    AttributeSet,
    ClusterAnswer,
    ClusterCommand,
    layout,
)
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_SUPPLY_SCRIPTS = call(9, "0-0:10.0.106.255", 1)
ECS42 = DlmsRows(rows=(_SUPPLY_SCRIPTS,), to_data=constant(dlms.uint16(51)))
ECS43 = DlmsRows(rows=(_SUPPLY_SCRIPTS,), to_data=constant(dlms.uint16(52)))

_LOAD_SWITCH_STATES = ("Disabled", "Enabled", "Armed")
"""Control state of the disconnect control class: disconnected, connected, ready for reconnection."""
_GAS_STATES = ("Disabled", "Armed", "Enabled")
"""ZigBee supply status: off, armed, on."""


def _numbered(states: tuple[str, ...], values: Values) -> int:
    return states.index(given(values, "SupplyState"))


def _named(states: tuple[str, ...], number: int) -> dict[str, Any]:
    if number >= len(states):
        raise GbcsError("unknown supply state", 0, expected=f"0 to {len(states) - 1}", got=str(number))
    return {"SupplyState": states[number]}


def _load_switch(data: tuple[Data, ...]) -> dict[str, Any]:
    value = succeeded(data[0])
    return {} if value is None else _named(_LOAD_SWITCH_STATES, value.expect(Tag.ENUM))


ECS45 = DlmsRows(
    rows=(get(70, "0-0:96.3.10.255", 3),),
    to_data=constant(dlms.null()),
    answers=((0, lambda values: dlms.enum(_numbered(_LOAD_SWITCH_STATES, values))),),
    from_answer=_load_switch,
)

_CHANGE = layout("provider u32, event u32, requested u32, implement u32, status u8, control u8")
_CHANGED = layout("provider u32, event u32, implement u32, status u8")


def _change_fields(_: Values, context: CommandContext) -> dict[str, Any]:
    event = dlms.seconds_since_2000(context.now)
    return {"provider": 0, "event": event, "requested": 0, "implement": 0, "status": 0, "control": 1}


def _changed(values: Values, command: dict[str, Any]) -> bytes:
    status = _numbered(_GAS_STATES, values) if "SupplyState" in values else 0
    fields = {"provider": command["provider"], "event": command["event"], "implement": 0, "status": status}
    return gbz.encode_fields(_CHANGED, fields)


GCS32 = ClusterCommand(
    0x0702,
    0x01,
    0x0B,
    _CHANGE,
    _change_fields,
    lambda _: {},
    ClusterAnswer(
        0x09,
        0x0C,
        _changed,
        lambda payload: _named(_GAS_STATES, gbz.decode_fields(_CHANGED, payload)["status"]),
    ),
)


def _valve_raw(values: Values) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    if "RemainingBatteryCapacity" in values:
        raw["battery"] = values["RemainingBatteryCapacity"]
    if "SupplyState" in values:
        raw["supply"] = _numbered(_GAS_STATES, values)
    return raw


def _valve(raw: dict[str, Any]) -> dict[str, Any]:
    found = {"RemainingBatteryCapacity": raw["battery"]} if "battery" in raw else {}
    return found | (_named(_GAS_STATES, raw["supply"]) if "supply" in raw else {})


GCS33 = AttributeRead(
    sets=(AttributeSet(0x0702, (Attribute(0x0205, 0x21, "battery"), Attribute(0x0014, 0x30, "supply"))),),
    to_raw=_valve_raw,
    from_raw=_valve,
)
