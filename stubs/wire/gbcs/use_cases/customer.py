"""Top-up (2.2: CS01a, CS01b) and a message on the meter's display (3.1: ECS10, GCS07)."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs import dlms, gbz
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import DlmsRows, call, put
from stubs.wire.gbcs.use_cases.gbz_codecs import ClusterAnswer, ClusterCommand, layout
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_NO_END = 0xFFFF


def _token(octets: bytes) -> dict[str, Any]:
    if len(octets) != 20 or not octets.isdigit():
        raise GbcsError("not a UTRN", 0, expected="20 digits", got=octets[:24].hex())
    return {"UTRN": octets.decode("ascii")}


def _text(octets: bytes) -> dict[str, Any]:
    try:
        return {"SupplierMessage": octets.decode("utf-8")}
    except UnicodeDecodeError as broken:
        raise GbcsError("the message is not text", broken.start) from broken


CS01A = DlmsRows(
    rows=(call(115, "0-0:19.40.0.255", 1),),
    to_data=lambda values: (dlms.octets(given(values, "UTRN").encode("ascii")),),
    from_data=lambda data: _token(data[0].octets),
)

TOP_UP_ANSWER = "TopUpResult u8, TopUpValue i32, Source u8, CreditRemaining i32"
_TOP_UP_ANSWER = layout(TOP_UP_ANSWER)
_NOTHING = -1
"""Value and credit of a top-up that was not accepted: all bits set."""


def top_up_fields(values: Values, source: int) -> dict[str, Any]:
    """The fields of a top-up response; one that was not accepted names neither value nor credit."""
    fields = {"TopUpResult": 0, "Source": source, **values}
    unsaid = {"TopUpValue": _NOTHING, "CreditRemaining": _NOTHING} if fields["TopUpResult"] else {}
    return unsaid | fields


def read_top_up(fields: dict[str, Any]) -> dict[str, Any]:
    """The inverse of :func:`top_up_fields`."""
    if not fields["TopUpResult"]:
        return fields
    said = {name: value for name, value in fields.items() if value != _NOTHING}
    return said | {"MessageSuccess": False}


CS01B = ClusterCommand(
    0x0705,
    0x01,
    0x04,
    layout("device u8, token text"),
    lambda values, _: {"device": 0, "token": given(values, "UTRN").encode("ascii")},
    lambda fields: _token(fields["token"]),
    ClusterAnswer(
        0x09,
        0x03,
        lambda values, _: gbz.encode_fields(_TOP_UP_ANSWER, top_up_fields(values, 0)),
        lambda payload: read_top_up(gbz.decode_fields(_TOP_UP_ANSWER, payload)),
    ),
)

ECS10 = DlmsRows(
    rows=(put(1, "0-2:96.13.1.255", 2),),
    to_data=lambda values: (dlms.octets(given(values, "SupplierMessage").encode("utf-8")),),
    from_data=lambda data: _text(data[0].octets),
)


def _message_fields(values: Values, context: CommandContext) -> dict[str, Any]:
    return {
        "id": dlms.seconds_since_2000(context.now),
        "control": 0,
        "start": 0,
        "duration": _NO_END,
        "message": given(values, "SupplierMessage").encode("utf-8"),
    }


GCS07 = ClusterCommand(
    0x0703,
    0x09,
    0x00,
    layout("id u32, control u8, start u32, duration u16, message text"),
    _message_fields,
    lambda fields: _text(fields["message"]),
)
