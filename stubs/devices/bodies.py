"""Alerts with a body of their own.

::

    8F12, code 0018   structure{ code, time, structure{ time, network(8), array of structure{ device(8), hash(16) } } }
    8071, code 00B2   SEQUENCE { code, time, SEQUENCE OF SEQUENCE { device, type } }
    8F72, 8F1C        code 00CE, third member: octets (32, the image's hash); gas 00CF, length and octets
    81A0              code 00F0 and 00F2, the same with two octets: the reason
    8F35, 8F36        code 0067, two further members: date-times of loss and return
    8F85              code 0120, third member: octets, message code and counter of the command refused

Source: shapes of the reference data (CS14, GCS62, FDRA, MIIWA, ECS80, ECS100). What the 8 and the 16 octets mean is
inferred: the home network's identity, and a digest of the device's key by which another hub can admit it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType

from schemas.load import device_types
from stubs.devices.records import LoggedDevice, Outage
from stubs.devices.state import DeviceState, instant, seconds
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import der, dlms, gbz

_HUB_LIST, _PROXY_LIST = 0x8F12, 0x8071


def _entry(logged: LoggedDevice) -> dlms.Data:
    digest = blake2b(bytes.fromhex(logged.install_code), digest_size=16).digest()
    return dlms.structure(dlms.octets(Eui64.parse(logged.device).octets), dlms.octets(digest))


def _hub_list(state: DeviceState, when: datetime, counter: int, _detail: bytes) -> tuple[int, bytes]:
    time = dlms.octets(dlms.moment_octets(when))
    devices = dlms.array(*map(_entry, state.device_log))
    body = dlms.structure(dlms.uint16(_HUB_LIST), time, dlms.structure(time, dlms.octets(state.id.octets), devices))
    return 0x0018, dlms.DataNotification(dlms.invoke_id(counter), body).to_bytes()


def _proxy_list(state: DeviceState, when: datetime, _counter: int, _detail: bytes) -> tuple[int, bytes]:
    meter = device_types()["GSME"].der_number
    entries = [
        der.sequence(der.octet_string(Eui64.parse(device).octets), der.integer(meter))
        for device in (state.mirrors,)
        if device
    ]
    body = der.sequence(der.integer(_PROXY_LIST), der.generalized_time(when), der.sequence(*entries))
    return 0x00B2, body.to_bytes()


Body = Callable[[DeviceState, datetime, int, bytes], tuple[int, bytes]]
"""State, time stamp, alert counter and detail to message code and content."""


def _electric(message_code: int, alert_code: int, size: int) -> Body:
    """The detail as third member; ``size`` zeros when there is none."""

    def body(_state: DeviceState, when: datetime, counter: int, detail: bytes) -> tuple[int, bytes]:
        return message_code, _notification(alert_code, when, counter, dlms.octets(detail or bytes(size)))

    return body


def _gas(message_code: int, alert_code: int, size: int, *, is_counted: bool = True) -> Body:
    """The detail (``size`` zeros when there is none), after its length when ``is_counted``."""

    def body(_state: DeviceState, when: datetime, _counter: int, detail: bytes) -> tuple[int, bytes]:
        octets = detail or bytes(size)
        octets = bytes((len(octets),)) + octets if is_counted else octets
        return message_code, gbz.GbzAlert(alert_code, dlms.seconds_since_2000(when), octets).to_bytes()

    return body


def _outage(alert_code: int) -> Body:
    def body(state: DeviceState, when: datetime, counter: int, _detail: bytes) -> tuple[int, bytes]:
        last = state.outages[-1] if state.outages else Outage(seconds(when), seconds(when))
        times = (dlms.octets(dlms.moment_octets(instant(at))) for at in (last.started, last.restored or last.started))
        return 0x0067, _notification(alert_code, when, counter, *times)

    return body


def _notification(alert_code: int, when: datetime, counter: int, *members: dlms.Data) -> bytes:
    time = dlms.octets(dlms.moment_octets(when))
    body = dlms.structure(dlms.uint16(alert_code), time, *members)
    return dlms.DataNotification(dlms.invoke_id(counter), body).to_bytes()


_VERIFIED, _WRONG, _INTEGRITY, _BACK, _LONG_BACK, _UNSUPPORTED = 0x8F72, 0x8F1C, 0x81A0, 0x8F35, 0x8F36, 0x8F85
_BODIES: Mapping[tuple[str, str], Body] = MappingProxyType(
    {
        ("CHF", "8F12"): _hub_list,
        ("GPF", "8071"): _proxy_list,
        ("ESME", "8F72"): _electric(0x00CE, _VERIFIED, 32),
        ("ESME", "8F1C"): _electric(0x00CE, _WRONG, 32),
        ("GSME", "8F72"): _gas(0x00CF, _VERIFIED, 32),
        ("GSME", "8F1C"): _gas(0x00CF, _WRONG, 32),
        ("ESME", "81A0"): _electric(0x00F0, _INTEGRITY, 2),
        ("GSME", "81A0"): _gas(0x00F2, _INTEGRITY, 2, is_counted=False),
        ("ESME", "8F35"): _outage(_BACK),
        ("ESME", "8F36"): _outage(_LONG_BACK),
        ("ESME", "8F85"): _electric(0x0120, _UNSUPPORTED, 10),
    }
)


def body_of(device_type: str, code: str) -> Body | None:
    """How the alert is built; None: without body."""
    return _BODIES.get((device_type, code))
