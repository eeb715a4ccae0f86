"""Gas use cases of one row with an answer of its own: sampling, arming, clearing a log, top-up by a PPMID."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stubs.wire.gbcs.use_cases.customer import TOP_UP_ANSWER, read_top_up, top_up_fields
from stubs.wire.gbcs.use_cases.gas_series import Planned, Series
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, Shape, shape
from stubs.wire.gbcs.use_cases.gas_slots import EVENT, Row, fill_rows, fixed, gather_rows, text
from stubs.wire.gbcs.use_cases.model import Values

_NOW = _ZERO = _NO_PROVIDER = fixed(0)
_BY_PPMID = 2
_REFUSED = 0xFFFF


def _answered(
    row: Row,
    answer: Shape,
    to_fields: Callable[[Values, dict[str, Any]], dict[str, Any]],
    from_fields: Callable[[dict[str, Any]], dict[str, Any]],
) -> Series:
    """One row with an answer of its own; ``to_fields`` gets the command's fields too."""

    def to_answers(values: Values, sent: tuple[Sent, ...]) -> Planned:
        return ((to_fields(values, sent[0].fields),),)

    def from_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
        return from_fields(replies[0].fields[0]) if replies and replies[0].fields else {}

    return Series(
        fill_rows((row,)),
        gather_rows((row,)),
        (row.shape,),
        {row.shape: Answer(answer)},
        to_answers,
        from_answers,
    )


_TOP_UP_ANSWER = shape(0x0705, 0x09, 0x03, TOP_UP_ANSWER)
PCS01 = _answered(
    Row(shape(0x0705, 0x01, 0x04, "device u8, token text"), {"device": fixed(_BY_PPMID), "token": text("UTRN")}),
    _TOP_UP_ANSWER,
    lambda values, _: top_up_fields(values, _BY_PPMID),
    read_top_up,
)

_SAMPLING = shape(0x0702, 0x09, 0x0D, "SampleID u16")
GCS31 = _answered(
    Row(
        shape(0x0702, 0x01, 0x07, "event u32, start u32, type u8, interval u16, samples u16"),
        {"event": EVENT, "start": _NOW, "type": _ZERO, "interval": fixed(360), "samples": fixed(41)},
    ),
    _SAMPLING,
    lambda values, _: {"SampleID": values.get("SampleID", 2)},
    # FFFF is how a meter says that it does not sample.
    lambda fields: fields | ({"MessageSuccess": False} if fields["SampleID"] == _REFUSED else {}),
)

_GAS_STATES = ("Disabled", "Armed", "Enabled")
_CHANGED = shape(0x0702, 0x09, 0x0C, "provider u32, event u32, implement u32, status u8")
GCS39 = _answered(
    Row(
        shape(0x0702, 0x01, 0x0B, "provider u32, event u32, requested u32, implement u32, status u8, control u8"),
        {
            "provider": _NO_PROVIDER,
            "event": EVENT,
            "requested": _NOW,
            "implement": _NOW,
            "status": fixed(_GAS_STATES.index("Armed")),
            "control": fixed(1),
        },
    ),
    _CHANGED,
    lambda values, command: {
        "provider": command["provider"],
        "event": command["event"],
        "implement": 0,
        "status": _GAS_STATES.index(values.get("SupplyState", "Armed")),
    },
    lambda fields: {"SupplyState": _GAS_STATES[fields["status"]]},
)

_GENERAL_LOG = 3
_CLEARED = 1 << _GENERAL_LOG
CS11 = _answered(
    Row(shape(0x0709, 0x01, 0x01, "log u8"), {"log": fixed(_GENERAL_LOG)}),
    shape(0x0709, 0x09, 0x02, "ClearedLogs u8"),
    lambda values, _: {"ClearedLogs": values.get("ClearedLogs", _CLEARED)},
    lambda fields: fields | ({} if fields["ClearedLogs"] & _CLEARED else {"MessageSuccess": False}),
)

CODECS = {"GCS31": GCS31, "GCS39": GCS39, "CS11": CS11, "PCS01": PCS01}
