"""The hub's device log (8.11): CCS01 adds a device, CCS02 removes one."""

from __future__ import annotations

from typing import Any

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import Data, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import DlmsRows, call, put
from stubs.wire.gbcs.use_cases.model import Values, given

_NETWORK = "0-0:30.3.0.255"


def _device_octets(values: Values) -> Data:
    return dlms.octets(Eui64.parse(given(values, "DeviceID")).octets)


def _device(octets: bytes) -> str:
    if len(octets) != 8:
        raise GbcsError("not a device id", 0, expected="8 octets", got=str(len(octets)))
    return str(Eui64(octets))


def _add_data(values: Values) -> tuple[Data, ...]:
    entry = dlms.structure(
        _device_octets(values),
        dlms.enum(1),
        dlms.octets(bytes.fromhex(given(values, "InstallCode"))),
        dlms.enum(0),
    )
    return entry, dlms.uint16(given(values, "JoinTimePeriod")), dlms.boolean(is_true=True)


def _add_values(data: tuple[Data, ...]) -> dict[str, Any]:
    return {
        "RequestType": "Add",
        "DeviceID": _device(data[0][0].octets),
        "InstallCode": data[0][2].octets.hex().upper(),
        "JoinTimePeriod": data[1].expect(Tag.UINT16),
    }


CCS01 = DlmsRows(
    rows=(call(104, _NETWORK, 1), put(104, _NETWORK, 3), put(104, _NETWORK, 2)),
    to_data=_add_data,
    from_data=_add_values,
)

CCS02 = DlmsRows(
    rows=(call(104, _NETWORK, 2),),
    to_data=lambda values: (_device_octets(values),),
    from_data=lambda data: {"RequestType": "Remove", "DeviceID": _device(data[0].octets)},
)
