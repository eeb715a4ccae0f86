"""Alerts with a body of their own: what hub and gas proxy send to the access control broker when their lists change.

::

    8F12, code 0018   structure{ code, time, structure{ time, network(8), array of structure{ device(8), hash(16) } } }
    8071, code 00B2   SEQUENCE { code, time, SEQUENCE OF SEQUENCE { device, type } }

Source: shapes of the reference data (CS14, GCS62). What the 8 and the 16 octets mean is inferred: the home network's
identity, and a digest of the device's key by which another hub can admit it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType

from schemas.load import device_types
from stubs.devices.state import DeviceState, LoggedDevice
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import der, dlms

_HUB_LIST, _PROXY_LIST = 0x8F12, 0x8071


def _entry(logged: LoggedDevice) -> dlms.Data:
    digest = blake2b(bytes.fromhex(logged.install_code), digest_size=16).digest()
    return dlms.structure(dlms.octets(Eui64.parse(logged.device).octets), dlms.octets(digest))


def _hub_list(state: DeviceState, when: datetime, counter: int) -> tuple[int, bytes]:
    time = dlms.octets(dlms.moment_octets(when))
    devices = dlms.array(*map(_entry, state.device_log))
    body = dlms.structure(dlms.uint16(_HUB_LIST), time, dlms.structure(time, dlms.octets(state.id.octets), devices))
    return 0x0018, dlms.DataNotification(dlms.invoke_id(counter), body).to_bytes()


def _proxy_list(state: DeviceState, when: datetime, _counter: int) -> tuple[int, bytes]:
    meter = device_types()["GSME"].der_number
    entries = [
        der.sequence(der.octet_string(Eui64.parse(device).octets), der.integer(meter))
        for device in (state.mirrors,)
        if device
    ]
    body = der.sequence(der.integer(_PROXY_LIST), der.generalized_time(when), der.sequence(*entries))
    return 0x00B2, body.to_bytes()


Body = Callable[[DeviceState, datetime, int], tuple[int, bytes]]
"""State, time stamp and alert counter to message code and content."""

BODIES: Mapping[tuple[str, str], Body] = MappingProxyType({("CHF", "8F12"): _hub_list, ("GPF", "8071"): _proxy_list})
"""By device type and alert code; every other alert has no body."""
