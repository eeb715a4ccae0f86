"""Service-specific validation of requests to devices, beyond the schema and the rules for all services.

Change of supplier (6.23), restoring device logs (8.12), joining devices (8.7). Codes are chosen among those of each
service; which rule has which code is inferred.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType

from stubs import alerts
from stubs.access import AccessRequest
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.alerts import raise_dcc_alert
from stubs.dcc.state.transaction import Transaction
from stubs.inventory import InventoryRecord
from stubs.wire.certificates import Certificate
from stubs.wire.duis import Node, read_date_time
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.eui64 import Eui64

Check = Callable[[DccContext, Transaction, AccessRequest, Node, InventoryRecord], None]

_CERTIFICATES = ("DigitalSigningCertificate", "KeyAgreementCertificate", "KeyAgreementTopUpCertificate")


def _change_of_supplier(
    context: DccContext, transaction: Transaction, access: AccessRequest, body: Node, record: InventoryRecord
) -> None:
    """6.23: the meter point is the device's and the sender's on the date; the certificates are the sender's."""
    mpxn = body.get("ImportMPxN") or ""
    point = transaction.state.inventory.meter_points.get(mpxn)
    if point is None or point not in transaction.state.inventory.points(record):
        raise Refusal("supplier-meter-point", f"meter point {mpxn} is not that of {record.device}")
    at = max(transaction.now, read_date_time(access.execution)) if access.execution else transaction.now
    if point.at(at).supplier != access.sender:
        raise Refusal("supplier-registered", f"{access.sender} is not the supplier of {mpxn} on {at.isoformat()}")
    for name in _CERTIFICATES:
        text = body.get(f"SupplierReplacementCertificates/{name}")
        if text is not None:
            _check_certificate(context, transaction, access, record, text)


def _check_certificate(
    context: DccContext, transaction: Transaction, access: AccessRequest, record: InventoryRecord, text: str
) -> None:
    serial: int | None = None
    try:
        certificate = Certificate.from_der(base64.b64decode("".join(text.split())))
        serial = certificate.serial
        wrong = "" if str(certificate.eui) == access.sender else f"it is that of {certificate.eui}"
        if not wrong and context.pki.certificates.by_serial(certificate.serial) is None:
            wrong = "it is not in the repository"
    except (PeerError, ValueError) as error:
        wrong = str(error)
    if wrong:
        content = alerts.wrong_certificate(record.device, serial)
        raise_dcc_alert(context, transaction, "cos-certificate", content, record, requester=access.sender, cause=wrong)
        raise Refusal("supplier-certificate", f"a replacement certificate cannot be used: {wrong}")


def _restored_hub(
    _context: DccContext, transaction: Transaction, _access: AccessRequest, body: Node, record: InventoryRecord
) -> None:
    _check_old(transaction, body, record, "OldCHFID", "CHF")


def _restored_proxy(
    _context: DccContext, transaction: Transaction, _access: AccessRequest, body: Node, record: InventoryRecord
) -> None:
    _check_old(transaction, body, record, "OldGPFID", "GPF")


def _check_old(transaction: Transaction, body: Node, record: InventoryRecord, name: str, kind: str) -> None:
    """8.12: the device whose log is to be restored is another one of the same kind that the DCC knows."""
    old = str(Eui64.parse(body.get(name) or ""))
    known = transaction.state.inventory.get(old)
    if known is None or known.device_type != kind:
        raise Refusal("restore-unknown", f"{old} is no {kind} of the inventory")
    if old == record.device:
        raise Refusal("restore-same", f"{old} cannot take its own device log")


def _join(
    _context: DccContext, transaction: Transaction, _access: AccessRequest, body: Node, record: InventoryRecord
) -> None:
    """8.7: the other device is known and on the same hub."""
    other = str(Eui64.parse(body.get("OtherDeviceID") or ""))
    known = transaction.state.inventory.get(other)
    if known is None:
        raise Refusal("join-unknown", f"{other} is not in the inventory")
    if known.hub != record.hub or not known.hub:
        raise Refusal("join-hub", f"{other} and {record.device} are not on one hub")


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "6.23": _change_of_supplier,
        "8.7.1": _join,
        "8.7.2": _join,
        "8.12.1": _restored_hub,
        "8.12.2": _restored_proxy,
    }
)
"""By service."""


def check_service(
    context: DccContext, transaction: Transaction, access: AccessRequest, body: Node, record: InventoryRecord
) -> None:
    """Apply the service's own check. Raises: Refusal: it says no."""
    check = CHECKS.get(access.header.srv)
    if check is not None:
        check(context, transaction, access, body, record)
