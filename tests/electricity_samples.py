"""Values of commands, responses and alerts of every electricity use case, for tests: made from their shapes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from stubs.wire.gbcs.use_cases.dlms_tables import DlmsTable, ProtectedTable
from stubs.wire.gbcs.use_cases.electricity import ELECTRICITY_CODECS
from stubs.wire.gbcs.use_cases.electricity_alerts import DATA_ALERTS
from stubs.wire.gbcs.use_cases.electricity_shapes import ELECTRICITY_SHAPES
from stubs.wire.gbcs.use_cases.shapes import (
    CONSTANT,
    MERGED,
    Activation,
    Either,
    Fixed,
    Flag,
    Log,
    Member,
    Record,
    Repeated,
    Shape,
    Simple,
)
from stubs.wire.gbcs.use_cases.value_shapes import VALUE_SHAPES, Choice

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
DEVICE = "DE-51-CE-00-00-00-00-E1"
PERIOD = {"StartDateTime": START, "EndDateTime": NOW}
BY_SHAPE: dict[str, Any] = {
    **dict.fromkeys(("u8", "u16", "u32", "i8", "i16", "i32", "enum", "octet"), 1),
    "bool": True,
    "bits": "101",
    "octets": "0005",
    "text": "A",
    "visible": "Heater",
    "utf8": '{"outputState": 100, "inputState": 0}',
    "eui64": DEVICE,
    "date": "2026-12-25",
    "time": "06:00:00",
    "stamp": "2026-12-25T06:00:00",
    **dict.fromkeys(("moment", "moment-with-weekday", "seconds"), START),
    "activation": NOW,
    "hundredths": 12.5,
    "weekdays": ("Monday", "Sunday"),
    "prices": {"TOUPrices": tuple(range(48)), "BlockPrices": ((1, 2, 3, 4),) * 8},
    "mpans": {"ImportMPAN": "1200000000011", "SecondaryImportMPAN": "1200000000022"},
    "auxiliary-action": {"AuxiliaryController": 1, "Action": "Activate"},
    "channels": {"Page": 28, "Channels": (3,)},
    "switch": DEVICE,
    "command-reference": {"MessageCode": "0019", "OriginatorCounter": 1000},
}
BY_NAME: dict[str, Any] = {
    "AuxiliaryController": 0x23,
    "BillingDate": "*-*-01",
    "ExportMPAN": "1200000000033",
    "ManufacturerImageHash": "AB" * 32,
    "PaymentModeStatus": 2,
    "Script": 1,
    **{f"TypeAndIdentifier{number}": text for number, text in enumerate(("", "0" * 16, "FF", "DE51CE00000000E1"), 1)},
}
"""Where the mere shape says too little."""
_NAMED = {id(shape): BY_SHAPE[name] for name, shape in {**VALUE_SHAPES, **ELECTRICITY_SHAPES}.items()}
CONTROLLED = {"AuxiliaryController": 1, "CommandedStateLevel": 50, **PERIOD}
OTHERS: dict[str, dict[str, Any]] = {
    "ECS47": {"AuxiliaryController": 1, "Action": "Activate", "Duration": 60},
    "ECS47a": CONTROLLED,
    "ECS47e": CONTROLLED | {"InputFromControlledLoad": True},
}
"""Commands that are no tables of rows."""


def value_of(shape: Shape, name: str = "") -> Any:
    """A value that a shape can hold."""
    if name in BY_NAME and not isinstance(shape, Choice):
        return BY_NAME[name]
    if id(shape) in _NAMED:
        return _NAMED[id(shape)]
    match shape:
        case Activation():
            return NOW
        case Choice():
            return min(shape.names.values())
        case Flag():
            return True
        case Repeated():
            return (value_of(shape.element, name),)
        case Fixed(count=1):
            return value_of(shape.element)
        case Fixed():
            return (value_of(shape.element),) * shape.count
        case Log():
            return (value_of(shape.entry),) * 2
        case Either():
            return value_of(shape.logs[-1])
        case Record():
            return values_of(shape.members)
        case Simple():
            return _events(shape)
    raise AssertionError(shape)


def values_of(members: Iterable[Member]) -> dict[str, Any]:
    """Values of named members, the optional ones too."""
    values: dict[str, Any] = {}
    for member in members:
        if member.name == MERGED:
            values |= value_of(member.shape)
        elif member.name != CONSTANT and not member.name.endswith(("Scaler", "Unit")):
            values[member.name] = value_of(member.shape, member.name)
        elif member.name.endswith("Scaler"):
            values[member.name] = 0
    return values


def _events(shape: Simple) -> Any:
    """The lowest events of a mask, or of a mask and its values."""
    try:
        return shape.read("0" * 241 + "1" * 15)
    except Exception:  # noqa: BLE001 - a mask of another length
        return shape.read("0" * 241 + "1" * 15 + "0" * 256)


def command_values(name: str) -> dict[str, Any]:
    """Named values of a command."""
    codec = ELECTRICITY_CODECS[name]
    if isinstance(codec, ProtectedTable):
        return PERIOD if any(one.is_range for one in codec.objects) else {}
    if not isinstance(codec, DlmsTable):
        return OTHERS[name]
    asked = values_of(row.member for row in codec.rows if not row.is_answer)
    return asked | (PERIOD if any(row.is_log for row in codec.rows) else {})


def answer_values(name: str) -> dict[str, Any]:
    """Named values of the response to it."""
    codec = ELECTRICITY_CODECS[name]
    if isinstance(codec, ProtectedTable):
        found: dict[str, Any] = value_of(codec.plain)
        return found
    return values_of(row.member for row in codec.rows if row.is_answer) if isinstance(codec, DlmsTable) else {}


COMMANDS = {name: command_values(name) for name in ELECTRICITY_CODECS}
RESPONSES = {name: answer_values(name) for name in ELECTRICITY_CODECS}
ALERTS = {code: values_of(record.members) for code, record in DATA_ALERTS.items()}
