"""8.6: opts a device in that had left the DCC."""

from __future__ import annotations

import base64

from stubs.dcc.context import DccContext
from stubs.dcc.state.dcc_state import DccState
from stubs.inventory import NonDeviceRequest, NonDeviceResult, RecordValue
from stubs.scheduler import day_of
from stubs.wire.duis import Node
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64

_GONE = frozenset({"Withdrawn", "Decommissioned"})
_METER_POINTS = ("ImportMPxN", "SecondaryImportMPAN", "ExportMPAN")


def opt_in(context: DccContext, state: DccState, request: NonDeviceRequest) -> NonDeviceResult:
    """8.6: a device comes back to the DCC; the answer holds the broker's certificates for it.

    It can be commissioned then: InstalledNotCommissioned (inferred).
    Raises: Refusal: ``opt-in-status``, ``opt-in-date``, ``opt-in-meter-point``.
    """
    body, inventory = request.body, state.inventory
    device = Eui64.parse(body.get("DeviceID") or "")
    record = inventory.get(device)
    if record is not None and record.status not in _GONE:
        raise Refusal("opt-in-status", f"{device} is {record.status} already")
    try:
        day = day_of(body.get("OptInDate") or "")
    except ValueError as error:
        raise Refusal("opt-in-date", str(error)) from error
    if day < request.now.date():
        raise Refusal("opt-in-date", f"expected today or later, got {day.isoformat()}")
    values: dict[str, RecordValue] = {
        "DeviceType": body.get("DeviceType") or "",
        "DeviceStatus": "InstalledNotCommissioned",
    }
    for name in _METER_POINTS:
        mpxn = body.get(f"MPxNs/{name}")
        if mpxn is None:
            continue
        point = inventory.meter_point(mpxn)
        if point is None or point.supplier != request.sender:
            raise Refusal("opt-in-meter-point", f"meter point {mpxn} is not registered to {request.sender}")
        values[name] = mpxn
    if record is None:
        values |= {"DeviceManufacturer": "Unknown", "DeviceModel": "Unknown", "DeviceGBCSVersion": "4.2"}
    answer = Node(
        "DSPOptIn",
        children=(
            Node("DeviceID", str(device)),
            Node("DSPBrokerSecurityCredentialsDigitalSigning", _base64(context.pki.acb_ds.certificate.der)),
            Node("DSPBrokerSecurityCredentialsKeyAgreement", _base64(context.pki.acb_ka.certificate.der)),
        ),
    )
    return NonDeviceResult(result=answer, changes=((device, values),))


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
