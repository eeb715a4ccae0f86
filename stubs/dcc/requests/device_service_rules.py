"""Rules of single services for devices, beyond the schema and the rules for all services.

Device log of a hub (8.11), change of supplier (6.23), joining devices (8.7), restoring device logs (8.12). Codes are
chosen among those of each service; which rule has which code is inferred.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from schemas.load import Srv, UserRole
from stubs import alerts
from stubs.dcc.commands.device_log import METER_POINTS
from stubs.dcc.context import DccContext
from stubs.dcc.requests.request_in_progress import RefusalWithAlert, RequestInProgress
from stubs.inventory import InventoryRecord, PendingDccAlert
from stubs.wire.certificates import Certificate
from stubs.wire.duis import Node, read_date_time
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.eui64 import Eui64

Check = Callable[[DccContext, RequestInProgress, Node, InventoryRecord], None]


class DeviceServiceRules(msgspec.Struct, frozen=True):
    """The rules of one service in order, and what applies them. Raises: Refusal: the first that says no."""

    rules: tuple[str, ...]
    check: Check


_METERS = frozenset({"ESME", "GSME"})
_ADDABLE = frozenset({"Pending", "Whitelisted"})
_CERTIFICATES = ("DigitalSigningCertificate", "KeyAgreementCertificate", "KeyAgreementTopUpCertificate")


def _device_log(_context: DccContext, request: RequestInProgress, body: Node, _record: InventoryRecord) -> None:
    """8.11: the device is known, may be added, joins networks, and its meter points are the User's."""
    inventory = request.transaction.state.inventory
    device = Eui64.parse(body.get("DeviceID") or "")
    record = inventory.get(device)
    if record is None:
        raise Refusal("device-log-unknown", f"{device} is not in the inventory")
    is_added = body.get("RequestType") == "Add"
    if is_added and record.status not in _ADDABLE:
        raise Refusal("device-log-status", f"expected a Pending device, {device} is {record.status}")
    if record.device_type == "CHF":
        raise Refusal("device-log-type", f"{device} is a hub and joins no network")
    if not is_added or record.device_type not in _METERS or request.role is UserRole.OU:
        return
    for name in METER_POINTS[:2]:
        mpxn = body.get(f"AddDeviceToCHFWhitelist/{name}")
        point = inventory.meter_point(mpxn or "")
        if mpxn and (point is None or point.supplier != request.access.sender):
            raise Refusal("device-log-meter-point", f"meter point {mpxn} is not registered to {request.access.sender}")


def _change_of_supplier(context: DccContext, request: RequestInProgress, body: Node, record: InventoryRecord) -> None:
    """6.23: the meter point is the device's and the sender's on the date; the certificates are the sender's."""
    inventory, now, access = request.transaction.state.inventory, request.transaction.now, request.access
    mpxn = body.get("ImportMPxN") or ""
    point = inventory.meter_point(mpxn)
    if point is None or point not in inventory.points(record):
        raise Refusal("supplier-meter-point", f"meter point {mpxn} is not that of {record.device}")
    at = max(now, read_date_time(access.execution)) if access.execution else now
    if point.at(at).supplier != access.sender:
        raise Refusal("supplier-registered", f"{access.sender} is not the supplier of {mpxn} on {at.isoformat()}")
    for name in _CERTIFICATES:
        text = body.get(f"SupplierReplacementCertificates/{name}")
        if text is not None:
            _check_certificate(context, access.sender, record, text)


def _check_certificate(context: DccContext, sender: Eui64, record: InventoryRecord, text: str) -> None:
    serial: int | None = None
    try:
        certificate = Certificate.from_der(base64.b64decode("".join(text.split())))
        serial = certificate.serial
        wrong = "" if certificate.eui == sender else f"it is that of {certificate.eui}"
        if not wrong and context.pki.certificates.by_serial(certificate.serial) is None:
            wrong = "it is not in the repository"
    except (PeerError, ValueError) as error:
        wrong = str(error)
    if wrong:
        content = alerts.wrong_certificate(record.device, serial)
        raise RefusalWithAlert(
            "supplier-certificate",
            f"a replacement certificate cannot be used: {wrong}",
            PendingDccAlert("cos-certificate", record, content, wrong),
        )


def _join(_context: DccContext, request: RequestInProgress, body: Node, record: InventoryRecord) -> None:
    """8.7: the other device is known and on the same hub."""
    other = Eui64.parse(body.get("OtherDeviceID") or "")
    known = request.transaction.state.inventory.get(other)
    if known is None:
        raise Refusal("join-unknown", f"{other} is not in the inventory")
    if known.hub != record.hub or not known.hub:
        raise Refusal("join-hub", f"{other} and {record.device} are not on one hub")


def _restored(element: str, kind: str) -> Check:
    """8.12: the device whose log is to be restored is another one of the same kind that the DCC knows."""

    def check(_context: DccContext, request: RequestInProgress, body: Node, record: InventoryRecord) -> None:
        old = Eui64.parse(body.get(element) or "")
        known = request.transaction.state.inventory.get(old)
        if known is None or known.device_type != kind:
            raise Refusal("restore-unknown", f"{old} is no {kind} of the inventory")
        if old == record.device:
            raise Refusal("restore-same", f"{old} cannot take its own device log")

    return check


_JOIN = DeviceServiceRules(("join-unknown", "join-hub"), _join)
_RESTORE = ("restore-unknown", "restore-same")

DEVICE_SERVICE_RULES: Mapping[Srv, DeviceServiceRules] = MappingProxyType(
    {
        Srv("6.23"): DeviceServiceRules(
            ("supplier-meter-point", "supplier-registered", "supplier-certificate"), _change_of_supplier
        ),
        Srv("8.7.1"): _JOIN,
        Srv("8.7.2"): _JOIN,
        Srv("8.11"): DeviceServiceRules(
            ("device-log-unknown", "device-log-status", "device-log-type", "device-log-meter-point"), _device_log
        ),
        Srv("8.12.1"): DeviceServiceRules(_RESTORE, _restored("OldCHFID", "CHF")),
        Srv("8.12.2"): DeviceServiceRules(_RESTORE, _restored("OldGPFID", "GPF")),
    }
)
"""By SRV."""
