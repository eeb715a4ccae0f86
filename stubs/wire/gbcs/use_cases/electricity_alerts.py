"""Alerts in DLMS form that carry data: the rows of ``schemas/catalogue/gbcs-dlms-alerts.csv``.

::

    0F invoke 00, structure{ alert code, time, members … }
    0061: the members are protection parameters and an encrypted structure of one log

Source: the guide's sections 6 and 11.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from schemas.load import dlms_alerts
from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import Data, DataNotification, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import protection_parameters
from stubs.wire.gbcs.use_cases.dlms_tables import read_protected
from stubs.wire.gbcs.use_cases.model import Decrypt, Encrypt, Values, given
from stubs.wire.gbcs.use_cases.shape_language import members_of
from stubs.wire.gbcs.use_cases.shapes import Record

SENSITIVE_ALERT = 0x0061
"""Message code of the billing data that a meter pushes, encrypted for its supplier."""

DATA_ALERTS: Mapping[int, Record] = MappingProxyType(
    {int(row.message_code, 16): Record(members_of(row.members)) for row in dlms_alerts().values()}
)
"""Data after alert code and time, by message code."""


def build_data_alert(
    message_code: int,
    alert_code: int,
    when: datetime,
    counter: int,
    values: Values,
    encrypt: Encrypt | None = None,
) -> bytes:
    """The content of an alert with data.

    Args:
        message_code: a key of :data:`DATA_ALERTS`.
        alert_code: 16 bits.
        when: UTC.
        counter: GROUP's originator counter, for the invoke id and the protection parameters.
        values: named values (``docs/gbcs-values.md``); for 0061 also ``Device`` and ``ProtectedFor``, dashed EUI-64s.
        encrypt: plaintext to blob, for 0061.
    Raises: Misuse: no such alert, a value is missing, no ``encrypt``.
    """
    if message_code not in DATA_ALERTS:
        raise Misuse(f"no alert with data has the message code {message_code:04X}")
    record = DATA_ALERTS[message_code]
    if message_code == SENSITIVE_ALERT:
        members = _protected(record, counter, values, encrypt)
    else:
        members = record.encode(values).items
    head = (dlms.uint16(alert_code), dlms.octets(dlms.moment_octets(when)))
    return DataNotification(dlms.invoke_id(counter), dlms.structure(*head, *members)).to_bytes()


def read_alert_data(message_code: int, members: tuple[Data, ...], decrypt: Decrypt | None) -> dict[str, Any]:
    """The named values of what follows code and time; none for an alert without a row.

    The log of 0061 is read only with ``decrypt``. Raises: PeerError: other members than the alert's.
    """
    record = DATA_ALERTS.get(message_code)
    if record is None:
        return {}
    if message_code != SENSITIVE_ALERT:
        return record.decode(Data(Tag.STRUCTURE, members))
    if len(members) != 2:
        raise GbcsError("an encrypted alert", 0, expected="2 members", got=str(len(members)))
    names = members[0][0][1]
    if [len(names[at].octets) for at in range(3)] != [9, 8, 8]:
        raise GbcsError("protection parameters of wrong lengths", 0, expected="9, 8 and 8 octets")
    parties = {"Device": str(Eui64(names[1].octets)), "ProtectedFor": str(Eui64(names[2].octets))}
    return parties if decrypt is None else read_protected(record, members[1].octets, decrypt) | parties


def _protected(record: Record, counter: int, values: Values, encrypt: Encrypt | None) -> tuple[Data, ...]:
    if encrypt is None:
        raise Misuse("this alert is encrypted: hand in encrypt")
    device, recipient = (Eui64.parse(given(values, name)).octets for name in ("Device", "ProtectedFor"))
    protection = protection_parameters(b"\x04" + counter.to_bytes(8, "big"), device, recipient)
    return protection, dlms.octets(encrypt(dlms.encode_value(record.encode(values))))
