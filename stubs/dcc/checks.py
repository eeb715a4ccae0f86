"""Service-specific validation of requests to devices, beyond the schema and the rules for all services.

Change of supplier (6.23), restoring device logs (8.12), joining devices (8.7). Codes are chosen among those of each
service; which rule has which code is inferred.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType

from stubs import alerts
from stubs.access import Case
from stubs.dcc.notices import tell
from stubs.dcc.parts import Parts
from stubs.dcc.turn import Turn
from stubs.inventory import InventoryRecord
from stubs.wire.certificates import Certificate
from stubs.wire.duis import Node, read_date_time
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.eui64 import Eui64

Check = Callable[[Parts, Turn, Case, Node, InventoryRecord], None]

_CERTIFICATES = ("DigitalSigningCertificate", "KeyAgreementCertificate", "KeyAgreementTopUpCertificate")


def _change_of_supplier(parts: Parts, turn: Turn, case: Case, body: Node, record: InventoryRecord) -> None:
    """6.23: the meter point is the device's and the sender's on the date; the certificates are the sender's."""
    mpxn = body.get("ImportMPxN") or ""
    point = turn.state.inventory.meter_points.get(mpxn)
    if point is None or point not in turn.state.inventory.points(record):
        raise Refusal("supplier-meter-point", f"meter point {mpxn} is not that of {record.device}")
    at = max(turn.now, read_date_time(case.execution)) if case.execution else turn.now
    if point.at(at).supplier != case.sender:
        raise Refusal("supplier-registered", f"{case.sender} is not the supplier of {mpxn} on {at.isoformat()}")
    for name in _CERTIFICATES:
        text = body.get(f"SupplierReplacementCertificates/{name}")
        if text is not None:
            _check_certificate(parts, turn, case, record, text)


def _check_certificate(parts: Parts, turn: Turn, case: Case, record: InventoryRecord, text: str) -> None:
    serial: int | None = None
    try:
        certificate = Certificate.from_der(base64.b64decode("".join(text.split())))
        serial = certificate.serial
        wrong = "" if str(certificate.eui) == case.sender else f"it is that of {certificate.eui}"
        if not wrong and parts.pki.certificates.by_serial(certificate.serial) is None:
            wrong = "it is not in the repository"
    except (PeerError, ValueError) as error:
        wrong = str(error)
    if wrong:
        content = alerts.wrong_certificate(record.device, serial)
        tell(parts, turn, "cos-certificate", content, record, requester=case.sender, cause=wrong)
        raise Refusal("supplier-certificate", f"a replacement certificate cannot be used: {wrong}")


def _restored_hub(_parts: Parts, turn: Turn, _case: Case, body: Node, record: InventoryRecord) -> None:
    _check_old(turn, body, record, "OldCHFID", "CHF")


def _restored_proxy(_parts: Parts, turn: Turn, _case: Case, body: Node, record: InventoryRecord) -> None:
    _check_old(turn, body, record, "OldGPFID", "GPF")


def _check_old(turn: Turn, body: Node, record: InventoryRecord, name: str, kind: str) -> None:
    """8.12: the device whose log is to be restored is another one of the same kind that the DCC knows."""
    old = str(Eui64.parse(body.get(name) or ""))
    known = turn.state.inventory.get(old)
    if known is None or known.device_type != kind:
        raise Refusal("restore-unknown", f"{old} is no {kind} of the inventory")
    if old == record.device:
        raise Refusal("restore-same", f"{old} cannot take its own device log")


def _join(_parts: Parts, turn: Turn, _case: Case, body: Node, record: InventoryRecord) -> None:
    """8.7: the other device is known and on the same hub."""
    other = str(Eui64.parse(body.get("OtherDeviceID") or ""))
    known = turn.state.inventory.get(other)
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


def check_service(parts: Parts, turn: Turn, case: Case, body: Node, record: InventoryRecord) -> None:
    """Apply the service's own check. Raises: Refusal: it says no."""
    check = CHECKS.get(case.header.srv)
    if check is not None:
        check(parts, turn, case, body, record)
