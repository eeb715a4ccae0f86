"""What follows a device's answer, for the inventory and in alerts: a table by service.

Source: which alert follows which service is inferred; the structures are those of the DUIS 5.4 schema.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from stubs import alerts
from stubs.dcc import associations, device_log
from stubs.dcc.notices import dcc_alert, tell
from stubs.dcc.parts import Parts
from stubs.dcc.schedules import remove
from stubs.dcc.turn import Turn
from stubs.events import InventoryChanged
from stubs.inventory import InventoryRecord
from stubs.wire.eui64 import Eui64


@dataclass(frozen=True, slots=True)
class Answered:
    """A command that a device answered.

    Args:
        data: the command as it was on the agenda.
        values: what the device put into its answer.
        is_done: whether it did what it was told.
    """

    data: Mapping[str, Any]
    values: Mapping[str, Any]
    is_done: bool

    @property
    def given(self) -> Mapping[str, str]:
        """Innermost elements of the request's body; empty for a Signed Pre-Command."""
        parameters: Mapping[str, str] = self.data.get("parameters", {})
        return parameters


Follow = Callable[[Parts, Turn, Answered, InventoryRecord], None]


def _change(turn: Turn, device: str, values: dict[str, Any], cause: str) -> None:
    turn.emit(InventoryChanged(device=device, values=values, cause=cause))


def _tell(parts: Parts, turn: Turn, occasion: str, content: Any, record: InventoryRecord, answered: Answered) -> None:
    cause = f"the device answered {answered.data['request_id']}"
    tell(parts, turn, occasion, content, record, requester=answered.data["user"], cause=cause)


def _commissioned(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """8.1.1: a meter is Commissioned; its network operator learns what it measures."""
    if not answered.is_done or record.status == "Commissioned":
        return
    values = {"DeviceStatus": "Commissioned", "DateCommissioned": f"{turn.now.date().isoformat()}Z"}
    _change(turn, record.device, values, answered.data["request_id"])
    if record.import_mpxn:
        content = alerts.meter_identity(
            record.device, record.import_mpxn, record.esme_variant, record.secondary_import_mpan, record.export_mpan
        )
        cause = f"commissioned by {answered.data['request_id']}"
        tell(parts, turn, "meter-commissioned", content, record, requester=answered.data["user"], cause=cause)


def _device_log(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """8.11: the hub's log changed; a prepayment display that left is told of."""
    data = dict(answered.data)
    if not answered.is_done:
        device_log.failed(parts, turn, data)
        return
    gone = turn.state.inventory.get(str(Eui64.parse(answered.given["DeviceID"])))
    device_log.succeeded(parts, turn, data)
    if gone is not None and gone.device_type == "PPMID" and answered.given["RequestType"] == "Remove":
        content = alerts.display_removed(gone.device, record.device)
        _tell(parts, turn, "ppmid-removed", content, record, answered)


def _tenancy(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """3.2: schedules that Other Users have for the device end with the tenancy (inferred)."""
    if answered.is_done:
        cause = f"change of tenancy by {answered.data['request_id']}"
        remove(parts, turn, record.device, cause, lambda data: data["role"] == "OU")


def _supplier(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """6.23: the device trusts the new supplier, or not; the old one is told, and its schedules end."""
    if not answered.is_done:
        content = alerts.supplier_not_changed(answered.data["request_id"])
        _tell(parts, turn, "supplier-not-changed", content, record, answered)
        return
    mpxn = record.import_mpxn or answered.given["ImportMPxN"]
    content = alerts.supplier_changed(
        record.device, record.told_type, mpxn, record.secondary_import_mpan, record.export_mpan
    )
    _tell_all_but(parts, turn, "supplier-changed", content, record, answered)
    _credentials(parts, turn, answered, record)
    cause = f"change of supplier by {answered.data['request_id']}"
    new = answered.data["user"]
    remove(parts, turn, record.device, cause, lambda data: data["role"] in {"IS", "GS"} and data["user"] != new)


def _tell_all_but(
    parts: Parts, turn: Turn, occasion: str, content: Any, record: InventoryRecord, answered: Answered
) -> None:
    """The registered parties, and the supplier the device trusted before, which may be registered no longer."""
    _tell(parts, turn, occasion, content, record, answered)
    before = answered.data.get("former_supplier", "")
    points = turn.state.inventory.points(record)
    if before and before != answered.data["user"] and all(point.supplier != before for point in points):
        cause = f"the device answered {answered.data['request_id']}"
        code = alerts.code_of(occasion, parts.settings.dcc_alert_codes)
        if before in turn.state.users:
            dcc_alert(parts, turn, before, code, content, record.device, cause)


_KINDS = {
    "DigitalSigningCertificate": "DigitalSigning",
    "KeyAgreementCertificate": "KeyAgreement",
    "KeyAgreementTopUpCertificate": "KeyAgreementTopUp",
}


def _credentials(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """6.15.1 and 6.23: others who are responsible learn that certificates were replaced."""
    given = answered.given
    hashes = {
        kind: base64.b64encode(hashlib.sha256(base64.b64decode("".join(given[name].split()))).digest()).decode()
        for name, kind in _KINDS.items()
        if given.get(name)
    }
    if not answered.is_done or not hashes:
        return
    floor = given.get("RemotePartyFloorSeqNumber") or given.get("SupplierFloorSeqNumber") or ""
    role = given.get("RemotePartyRole") or "Supplier"
    content = alerts.credentials_updated(record.device, role, hashes, floor)
    _tell(parts, turn, "credentials-updated", content, record, answered)


def _opted_out(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """8.5: the device leaves the DCC: Withdrawn, and its schedules end (inferred)."""
    if answered.is_done:
        _change(turn, record.device, {"DeviceStatus": "Withdrawn"}, answered.data["request_id"])
        remove(parts, turn, record.device, f"the device opted out: {answered.data['request_id']}")


def _associated(associate: associations.Associate) -> Follow:
    """8.7, 8.8: the inventory knows whom a device shares keys with."""

    def step(_parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
        # An answer brought back from the meter (8.13) has no other sign of failure than its own code.
        codes = (answered.values.get("JoinResponseCode"), answered.values.get("UnjoinResponseCode"))
        if not answered.is_done or any(codes):
            return
        values = associations.after(associate, record, answered.data)
        if values:
            _change(turn, record.device, values, answered.data["request_id"])

    return step


def _hub_restored(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """8.12.1: the devices of the old hub belong to the new one."""
    old = str(Eui64.parse(answered.given.get("OldCHFID", "")))
    if not answered.is_done:
        return
    proxies = [_proxy(turn, hub) for hub in (old, record.device)]
    for member in turn.state.inventory.on_hub(old):
        if member.device_type not in {"CHF", "GPF"}:
            values = {"AssociatedCHFDeviceID": record.device}
            _change(turn, member.device, values, answered.data["request_id"])
    content = alerts.log_restored(turn.now, "CHFDeviceLog", (old, proxies[0]), (record.device, proxies[1]))
    _tell(parts, turn, "device-log-restored", content, record, answered)


def _proxy_restored(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """8.12.2: the gas proxy knows the devices of the old one."""
    if not answered.is_done:
        return
    _associated(associations.restored)(parts, turn, answered, record)
    old = str(Eui64.parse(answered.given.get("OldGPFID", "")))
    former = turn.state.inventory.get(old)
    hubs = (former.hub if former is not None and former.hub else record.hub, record.hub)
    content = alerts.log_restored(turn.now, "GPFDeviceLog", (hubs[0], old), (hubs[1], record.device))
    _tell(parts, turn, "device-log-restored", content, record, answered)


def _proxy(turn: Turn, hub: str) -> str:
    members = turn.state.inventory.on_hub(hub)
    return next((member.device for member in members if member.device_type == "GPF"), hub)


def _firmware_read(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """11.2: the inventory follows the device; when they differed, the suppliers are told."""
    version = str(answered.values.get("FirmwareVersion", ""))
    if not answered.is_done or not version or version == record.firmware_version:
        return
    _change(turn, record.device, {"DeviceFirmwareVersion": version}, answered.data["request_id"])
    if record.firmware_version:
        content = alerts.firmware_mismatch(record.device, record.told_type, record.firmware_version, version)
        _tell(parts, turn, "firmware-mismatch", content, record, answered)


def _firmware_activated(_parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """11.3: the inventory says what the device runs now."""
    if answered.is_done:
        follow_firmware(turn, record, answered.data["request_id"])


def follow_firmware(turn: Turn, record: InventoryRecord, cause: str) -> None:
    """Let the inventory say what the device runs."""
    if record.device in turn.state.fleet:
        version = turn.state.fleet[record.device].firmware_version
        if version != record.firmware_version:
            _change(turn, record.device, {"DeviceFirmwareVersion": version}, cause)


def _load_switches(parts: Parts, turn: Turn, answered: Answered, record: InventoryRecord) -> None:
    """6.14.1: the network operator learns that load switches were described anew."""
    if answered.is_done:
        content = alerts.load_switches_changed(record.device, record.esme_variant, record.gbcs_version)
        _tell(parts, turn, "load-switches-changed", content, record, answered)


AFTER: Mapping[str, Follow] = MappingProxyType(
    {
        "3.2": _tenancy,
        "6.14.1": _load_switches,
        "6.15.1": _credentials,
        "6.23": _supplier,
        "8.1.1": _commissioned,
        "8.5": _opted_out,
        "8.7.1": _associated(associations.joined),
        "8.7.2": _associated(associations.joined),
        "8.8.1": _associated(associations.unjoined),
        "8.8.2": _associated(associations.unjoined),
        "8.11": _device_log,
        "8.12.1": _hub_restored,
        "8.12.2": _proxy_restored,
        "11.2": _firmware_read,
        "11.3": _firmware_activated,
    }
)
"""What follows a device's answer to a service."""


def follow(parts: Parts, turn: Turn, answered: Answered) -> None:
    """Let follow what follows."""
    step = AFTER.get(answered.data["srv"])
    record = turn.state.inventory.get(answered.data["device"])
    if step is not None and record is not None:
        step(parts, turn, answered, record)
