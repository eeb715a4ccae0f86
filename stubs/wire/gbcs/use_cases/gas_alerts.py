"""Alerts that carry data in ZigBee or ASN.1 form, by message code.

::

    00CA firmware activated at its date    SEQUENCE { code, time, counter, outcome }
    00CB, 0124 credentials replaced so     SEQUENCE { code, time, outcome }
    00B2 device log of a gas proxy         SEQUENCE { code, time, devices }
    0128 firmware transferred              SEQUENCE { code, time, device, version, result }
    012B firmware of a PPMID activated     SEQUENCE { code, time, version, result }
    00CF firmware image checked            code, time, octet-string hash
    00F2 integrity warning                 code, time, reason(2)
    008B billing data pushed               code, time, one encrypted component

Source: GBCS, alerts; the guide's sections 10 and 11.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.gbcs import der, dlms
from stubs.wire.gbcs.der import Tlv
from stubs.wire.gbcs.gbz import GbzAlert, GbzComponent, GbzMessage
from stubs.wire.gbcs.gbz.components import PROFILE
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.asn1_codecs import (
    device_entry,
    eui_octets,
    members,
    octets_of,
    read_device_entry,
    read_eui,
)
from stubs.wire.gbcs.use_cases.asn1_credentials import outcome, read_outcome
from stubs.wire.gbcs.use_cases.asn1_devices import activated, read_activated
from stubs.wire.gbcs.use_cases.gas_snapshots import BILLING_SNAPSHOT, billing_fields, billing_values
from stubs.wire.gbcs.use_cases.model import Decrypt, Encrypt, Values, given

_HASH_SIZE = 32
_HASH_HEAD = bytes((0x09, _HASH_SIZE))
"""A DLMS octet-string inside a ZigBee alert."""
_REASON_SIZE = 2
BILLING_ALERT = 0x008B
_FIRMWARE_RECEIVED, _INTEGRITY = 0x00CF, 0x00F2


@dataclass(frozen=True, slots=True)
class _DerAlert:
    """Data after code and time of an alert in ASN.1 form, and its number of members."""

    count: int
    write: Callable[[Values], tuple[Tlv, ...]]
    read: Callable[[tuple[Tlv, ...]], dict[str, Any]]


def _counted(parts: tuple[Tlv, ...]) -> dict[str, Any]:
    return {"FutureDatedCommandOriginatorCounter": parts[0].number} | read_activated(parts[1])


def _transferred(parts: tuple[Tlv, ...]) -> dict[str, Any]:
    device, version, result = parts
    return {"DeviceID": read_eui(device), "FirmwareVersion": octets_of(version), "ResultCode": result.number}


_REPLACED = _DerAlert(
    1,
    lambda values: (outcome(given(values, "ExecutionOutcome")),),
    lambda parts: {"ExecutionOutcome": read_outcome(parts[0])},
)


def _version(values: Values) -> Tlv:
    return der.octet_string(bytes.fromhex(given(values, "FirmwareVersion")))


_DER_ALERTS = {
    0x00CA: _DerAlert(
        2,
        lambda values: (der.integer(given(values, "FutureDatedCommandOriginatorCounter")), activated(values)),
        _counted,
    ),
    0x00CB: _REPLACED,
    0x0124: _REPLACED,
    0x00B2: _DerAlert(
        1,
        lambda values: (der.sequence(*(device_entry(one) for one in given(values, "LogEntries"))),),
        lambda parts: {
            "LogEntries": tuple(read_device_entry(one) for one in parts[0].expect(der.SEQUENCE).members),
        },
    ),
    0x0128: _DerAlert(
        3,
        lambda values: (eui_octets(values, "DeviceID"), _version(values), der.integer(values.get("ResultCode", 0))),
        _transferred,
    ),
    0x012B: _DerAlert(
        2,
        lambda values: (_version(values), der.integer(values.get("ResultCode", 0))),
        lambda parts: {"FirmwareVersion": octets_of(parts[0]), "ResultCode": parts[1].number},
    ),
}

GAS_ALERTS = frozenset({*_DER_ALERTS, _FIRMWARE_RECEIVED, _INTEGRITY, BILLING_ALERT})
"""Message codes that :func:`build_gas_alert` knows."""


def build_gas_alert(
    message_code: int, alert_code: int, when: datetime, values: Values, encrypt: Encrypt | None = None
) -> bytes:
    """The content of an alert with data.

    Args:
        message_code: one of :data:`GAS_ALERTS`.
        alert_code: 16 bits.
        when: UTC.
        values: named values (``docs/gbcs-values.md``).
        encrypt: needed for pushed billing data (008B).
    Raises: Misuse: another code, or a value is missing.
    """
    if message_code in _DER_ALERTS:
        head = (der.integer(alert_code), der.generalized_time(when))
        return der.sequence(*head, *_DER_ALERTS[message_code].write(values)).to_bytes()
    if message_code not in GAS_ALERTS:
        raise Misuse(f"no gas or ASN.1 alert with data has code {message_code:04X}")
    return GbzAlert(alert_code, dlms.seconds_since_2000(when), _body(message_code, values, encrypt)).to_bytes()


def read_der_alert(message_code: int, content: bytes) -> dict[str, Any]:
    """The named values of an alert in ASN.1 form. Raises: GbcsError: an unknown code, or another form."""
    form = _DER_ALERTS.get(message_code)
    if form is None:
        raise GbcsError("no ASN.1 alert has this message code", 0, got=f"{message_code:04X}")
    code, when, *parts = members(der.decode(content), form.count + 2)
    if not 0 <= code.number <= 0xFFFF:
        raise GbcsError("an alert code", 0, expected="16 bits", got=str(code.number))
    return {"AlertCode": f"{code.number:04X}", "Timestamp": when.time} | form.read(tuple(parts))


def read_gas_alert_data(message_code: int, body: bytes, decrypt: Decrypt | None = None) -> dict[str, Any]:
    """The named values of the body of an alert in ZigBee form; none when the code is another, or without ``decrypt``.

    Raises: GbcsError: a body that does not fit.
    """
    if message_code == _FIRMWARE_RECEIVED and body[:2] == _HASH_HEAD and len(body) == 2 + _HASH_SIZE:
        return {"FirmwareHash": body[2:].hex().upper()}
    if message_code == _INTEGRITY:
        if len(body) != _REASON_SIZE:
            raise GbcsError("the reason of an integrity warning", 9, expected="2 octets", got=str(len(body)))
        return {"IntegrityReason": int.from_bytes(body, "big")}
    if message_code == BILLING_ALERT and decrypt is not None:
        return _billing(body, decrypt)
    return {}


def _body(message_code: int, values: Values, encrypt: Encrypt | None) -> bytes:
    if message_code == _FIRMWARE_RECEIVED:
        return _HASH_HEAD + bytes.fromhex(given(values, "FirmwareHash"))
    if message_code == _INTEGRITY:
        return int(given(values, "IntegrityReason")).to_bytes(_REASON_SIZE, "big")
    if encrypt is None:
        raise Misuse("this alert is encrypted: hand in encrypt")
    (entry,) = given(values, "LogEntries")
    component = GbzComponent(
        BILLING_SNAPSHOT.cluster,
        BILLING_SNAPSHOT.frame_control,
        0,
        BILLING_SNAPSHOT.command,
        encrypt(BILLING_SNAPSHOT.encode(billing_fields(entry))),
        frame_counter=0,
    )
    return GbzMessage((component,)).to_bytes()[len(PROFILE) + 1 :]


def _billing(body: bytes, decrypt: Decrypt) -> dict[str, Any]:
    (component,) = GbzMessage.from_bytes(PROFILE + b"\x01" + body).components
    payload = decrypt(component.payload) if component.is_encrypted else component.payload
    return {"LogEntries": (billing_values(BILLING_SNAPSHOT.decode(payload)),)}
