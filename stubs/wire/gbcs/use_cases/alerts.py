"""Contents of device alerts: without a body, and the outcome of a future-dated command.

::

    DLMS   0F invoke 00, structure{ code, time, further members }
    GBZ    0109 count code(2) time(4) body

Source: GBCS, alerts; the guide's section 11.3.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.gbcs import der, dlms
from stubs.wire.gbcs.dlms import DataNotification, Tag
from stubs.wire.gbcs.gbz import GbzAlert
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.electricity_alerts import build_data_alert as build_dlms_alert
from stubs.wire.gbcs.use_cases.electricity_alerts import read_alert_data
from stubs.wire.gbcs.use_cases.gas_alerts import GAS_ALERTS, build_gas_alert, read_der_alert, read_gas_alert_data
from stubs.wire.gbcs.use_cases.model import Decrypt, Encrypt, Instruction, Values
from stubs.wire.gbcs.use_cases.registry import outcomes_of

__all__ = [
    "CRITICAL_ALERT",
    "DLMS_OUTCOME_ALERT",
    "FUTURE_DATED_DONE",
    "FUTURE_DATED_FAILED",
    "GBZ_OUTCOME_ALERT",
    "NON_CRITICAL_ALERT",
    "Instruction",
    "build_alert",
    "build_data_alert",
    "build_outcome_alert",
    "outcomes_of",
    "protocol_of",
    "read_alert",
]

CRITICAL_ALERT = 0x1000
"""Message code of an alert without body that the device signs."""
NON_CRITICAL_ALERT = 0x1001
"""Message code of an alert without body that carries a MAC."""
DLMS_OUTCOME_ALERT = 0x00CC
GBZ_OUTCOME_ALERT = 0x00CD
FUTURE_DATED_DONE = 0x8F66
FUTURE_DATED_FAILED = 0x8F67
_PROTOCOLS = ("DLMS", "GBZ")


def protocol_of(device_type: str) -> str:
    """The form in which a device writes its alerts: gas equipment GBZ, all others DLMS (ASN.1 alerts aside)."""
    return "GBZ" if device_type in ("GSME", "GPF", "PPMID", "HCALCS") else "DLMS"


def build_alert(protocol: str, alert_code: int, when: datetime, counter: int) -> bytes:
    """The content of an alert without body (message code 1000 or 1001).

    Args:
        protocol: ``DLMS`` or ``GBZ``, see :func:`protocol_of`.
        alert_code: 16 bits.
        when: UTC.
        counter: GROUP's originator counter, for the invoke id.
    """
    return _build(protocol, alert_code, when, counter, b"")


def build_data_alert(
    message_code: int,
    alert_code: int,
    when: datetime,
    counter: int,
    values: Values,
    encrypt: Encrypt | None = None,
) -> bytes:
    """The content of an alert with data, in the form its message code has.

    Args:
        message_code: of the alert; ``docs/gbcs-values.md`` lists them.
        alert_code: 16 bits.
        when: UTC.
        counter: GROUP's originator counter.
        values: named values.
        encrypt: plaintext to blob, for pushed billing data (0061, 008B).
    Raises: Misuse: no such alert, a value is missing, no ``encrypt``.
    """
    if message_code in GAS_ALERTS:
        return build_gas_alert(message_code, alert_code, when, values, encrypt)
    return build_dlms_alert(message_code, alert_code, when, counter, values, encrypt)


def build_outcome_alert(
    alert_code: int,
    when: datetime,
    counter: int,
    message_code: int,
    command_counter: int,
    instruction: Instruction,
) -> tuple[int, bytes]:
    """Message code and content of the outcome alert of one instruction.

    Args:
        alert_code: 8F66 done or 8F67 failed.
        when: UTC, when the instruction took effect.
        counter: GROUP's originator counter of the alert.
        message_code: of the future-dated command.
        command_counter: originator counter of the future-dated command.
        instruction: one of ``outcomes_of(message_code, content)``.
    """
    body = message_code.to_bytes(2, "big") + command_counter.to_bytes(8, "big") + instruction.target
    code = DLMS_OUTCOME_ALERT if instruction.protocol == "DLMS" else GBZ_OUTCOME_ALERT
    return code, _build(instruction.protocol, alert_code, when, counter, body)


def read_alert(message_code: int, content: bytes, decrypt: Decrypt | None = None) -> dict[str, Any]:
    """The named values of an alert in DLMS, GBZ or ASN.1 form.

    ``AlertCode`` (four hexadecimal digits) and ``Timestamp``; for outcome alerts (00CC, 00CD) also
    ``FutureDatedCommandMessageCode``, ``FutureDatedCommandOriginatorCounter`` and where the instruction points:
    ``ClassID``, ``Instance``, ``Attribute``, or ``Cluster``, ``FrameControl``, ``Command``; for others with a body
    ``Body`` (hexadecimal, or the members of the structure), and named values where the alert's data are known
    (``docs/gbcs-values.md``); an encrypted log only with ``decrypt``.

    Raises: PeerError: another form, or a body that does not fit.
    """
    if content[:1] == b"\x0f":
        members = DataNotification.from_bytes(content).body.items
        if len(members) < 2:
            raise GbcsError("an alert without code or time", 6, expected="2 members", got=str(len(members)))
        found: dict[str, Any] = {
            "AlertCode": f"{members[0].expect(Tag.UINT16):04X}",
            "Timestamp": dlms.read_moment(members[1].octets),
        }
        if message_code == DLMS_OUTCOME_ALERT and len(members) == 3:
            return found | _read_outcome(members[2].octets, "DLMS")
        named = read_alert_data(message_code, members[2:], decrypt)
        return found | named | ({"Body": [member.plain() for member in members[2:]]} if members[2:] else {})
    if content[:1] == bytes((der.SEQUENCE,)):
        return read_der_alert(message_code, content)
    alert = GbzAlert.from_bytes(content)
    found = {"AlertCode": f"{alert.alert_code:04X}", "Timestamp": dlms.when_seconds(alert.time)}
    if message_code == GBZ_OUTCOME_ALERT:
        if alert.body[:1] != bytes((len(alert.body) - 1,)):
            raise GbcsError("length of an outcome alert's body", 9, got=alert.body[:1].hex())
        return found | _read_outcome(alert.body[1:], "GBZ")
    named = read_gas_alert_data(message_code, alert.body, decrypt)
    return found | named | ({"Body": alert.body.hex().upper()} if alert.body else {})


def _build(protocol: str, alert_code: int, when: datetime, counter: int, body: bytes) -> bytes:
    if protocol not in _PROTOCOLS:
        raise Misuse(f"no alerts in {protocol} form")
    if protocol == "GBZ":
        counted = bytes((len(body),)) + body if body else b""
        return GbzAlert(alert_code, dlms.seconds_since_2000(when), counted).to_bytes()
    members = [dlms.uint16(alert_code), dlms.octets(dlms.moment_octets(when))]
    if body:
        members.append(dlms.octets(body))
    return DataNotification(dlms.invoke_id(counter), dlms.structure(*members)).to_bytes()


def _read_outcome(body: bytes, protocol: str) -> dict[str, Any]:
    size = 19 if protocol == "DLMS" else 14
    if len(body) != size:
        raise GbcsError("the body of an outcome alert", 0, expected=f"{size} octets", got=str(len(body)))
    found: dict[str, Any] = {
        "FutureDatedCommandMessageCode": body[:2].hex().upper(),
        "FutureDatedCommandOriginatorCounter": int.from_bytes(body[2:10], "big"),
    }
    if protocol == "DLMS":
        medium, channel, *rest = body[12:18]
        instance = f"{medium}-{channel}:{'.'.join(str(part) for part in rest)}"
        return found | {
            "ClassID": int.from_bytes(body[10:12], "big"),
            "Instance": instance,
            "Attribute": body[18],
        }
    return found | {"Cluster": body[10:12].hex().upper(), "FrameControl": body[12], "Command": body[13]}
