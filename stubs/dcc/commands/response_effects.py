"""Effects of a device's response on the inventory, and the alerts it raises: a table by service.

Source: which alert follows which service is inferred; the structures are those of the DUIS 5.4 schema.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from schemas.load import roles
from stubs import alerts
from stubs.dcc.commands import associations, device_log
from stubs.dcc.commands.schedules import is_of_other_user, remove
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.dcc_alerts import dcc_alert, raise_dcc_alert
from stubs.dcc.state.transaction import Transaction
from stubs.events import InventoryChanged
from stubs.inventory import InventoryRecord, RecordValue
from stubs.scheduler.items import PendingCommand
from stubs.wire.duis import Node
from stubs.wire.eui64 import Eui64


@dataclass(frozen=True, slots=True)
class AnsweredCommand:
    """A command that a device answered.

    Args:
        command: as it was sent.
        values: what the device put into its answer.
        is_done: whether it did what it was told.
    """

    command: PendingCommand
    values: Mapping[str, object]
    is_done: bool

    @property
    def given(self) -> Mapping[str, str]:
        """Innermost elements of the request's body; empty for a Signed Pre-Command."""
        return self.command.parameters

    @property
    def request_id(self) -> str:
        """Of the request, as text: the cause of what follows."""
        return str(self.command.request_id)

    @property
    def user(self) -> Eui64:
        """The User who sent the request."""
        return self.command.user


ResponseEffect = Callable[[DccContext, Transaction, AnsweredCommand, InventoryRecord], None]


def _change_inventory(transaction: Transaction, device: Eui64, values: Mapping[str, RecordValue], cause: str) -> None:
    transaction.emit(InventoryChanged(device=str(device), values=dict(values), cause=cause))


def _raise_alert(
    context: DccContext,
    transaction: Transaction,
    occasion: str,
    content: Node,
    record: InventoryRecord,
    answered: AnsweredCommand,
) -> None:
    cause = f"the device answered {answered.request_id}"
    raise_dcc_alert(context, transaction, occasion, content, record, requester=answered.user, cause=cause)


def _commissioned(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """8.1.1: a meter is Commissioned; its network operator learns what it measures."""
    if not answered.is_done or record.status == "Commissioned":
        return
    values = {"DeviceStatus": "Commissioned", "DateCommissioned": f"{transaction.now.date().isoformat()}Z"}
    _change_inventory(transaction, record.device, values, answered.request_id)
    if record.import_mpxn:
        content = alerts.meter_identity(
            record.device, record.import_mpxn, record.esme_variant, record.secondary_import_mpan, record.export_mpan
        )
        cause = f"commissioned by {answered.request_id}"
        raise_dcc_alert(
            context, transaction, "meter-commissioned", content, record, requester=answered.user, cause=cause
        )


def _device_log(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """8.11: the hub's log changed; raise an alert for a prepayment display that left."""
    if not answered.is_done:
        device_log.failed(context, transaction, answered.command)
        return
    gone = transaction.state.inventory.get(Eui64.parse(answered.given["DeviceID"]))
    device_log.succeeded(context, transaction, answered.command)
    if gone is not None and gone.device_type == "PPMID" and answered.given["RequestType"] == "Remove":
        content = alerts.display_removed(gone.device, record.device)
        _raise_alert(context, transaction, "ppmid-removed", content, record, answered)


def _tenancy(context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord) -> None:
    """3.2: schedules that Other Users have for the device end with the tenancy (inferred)."""
    if answered.is_done:
        cause = f"change of tenancy by {answered.request_id}"
        remove(context, transaction, record.device, cause, is_of_other_user)


def _supplier(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """6.23: record whether the device trusts the new supplier; alert the old supplier and end its schedules."""
    if not answered.is_done:
        content = alerts.supplier_not_changed(answered.request_id)
        _raise_alert(context, transaction, "supplier-not-changed", content, record, answered)
        return
    mpxn = record.import_mpxn or answered.given["ImportMPxN"]
    content = alerts.supplier_changed(
        record.device, record.told_type, mpxn, record.secondary_import_mpan, record.export_mpan
    )
    _raise_alert_to_former_supplier_too(context, transaction, "supplier-changed", content, record, answered)
    _credentials(context, transaction, answered, record)
    cause = f"change of supplier by {answered.request_id}"
    new = answered.command.user
    remove(context, transaction, record.device, cause, lambda item: roles()[item.role].is_supplier and item.user != new)


def _raise_alert_to_former_supplier_too(
    context: DccContext,
    transaction: Transaction,
    occasion: str,
    content: Node,
    record: InventoryRecord,
    answered: AnsweredCommand,
) -> None:
    """The registered parties, and the supplier the device trusted before, which may be registered no longer."""
    _raise_alert(context, transaction, occasion, content, record, answered)
    before = answered.command.former_supplier
    points = transaction.state.inventory.points(record)
    if before is not None and before != answered.user and all(point.supplier != before for point in points):
        cause = f"the device answered {answered.request_id}"
        code = alerts.code_of(occasion, context.settings.dcc_alert_codes)
        if before in transaction.state.users:
            dcc_alert(context, transaction, before, code, content, record.device, cause)


_KINDS = {
    "DigitalSigningCertificate": "DigitalSigning",
    "KeyAgreementCertificate": "KeyAgreement",
    "KeyAgreementTopUpCertificate": "KeyAgreementTopUp",
}


def _credentials(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
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
    _raise_alert(context, transaction, "credentials-updated", content, record, answered)


def _opted_out(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """8.5: the device leaves the DCC: Withdrawn, and its schedules end (inferred)."""
    if answered.is_done:
        _change_inventory(transaction, record.device, {"DeviceStatus": "Withdrawn"}, answered.request_id)
        remove(context, transaction, record.device, f"the device opted out: {answered.request_id}")


def _associated(associate: associations.Associate) -> ResponseEffect:
    """8.7, 8.8: record in the inventory with which devices a device shares keys."""

    def step(
        _context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
    ) -> None:
        # An answer brought back from the meter (8.13) has no other sign of failure than its own code.
        codes = (answered.values.get("JoinResponseCode"), answered.values.get("UnjoinResponseCode"))
        if not answered.is_done or any(codes):
            return
        values = associations.after(associate, record, answered.command.group)
        if values:
            _change_inventory(transaction, record.device, values, answered.request_id)

    return step


def _hub_restored(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """8.12.1: the devices of the old hub belong to the new one."""
    old = Eui64.parse(answered.given.get("OldCHFID", ""))
    if not answered.is_done:
        return
    proxies = [_proxy(transaction, hub) for hub in (old, record.device)]
    for member in transaction.state.inventory.on_hub(old):
        if member.device_type not in {"CHF", "GPF"}:
            values = {"AssociatedCHFDeviceID": str(record.device)}
            _change_inventory(transaction, member.device, values, answered.request_id)
    content = alerts.log_restored(transaction.now, "CHFDeviceLog", (old, proxies[0]), (record.device, proxies[1]))
    _raise_alert(context, transaction, "device-log-restored", content, record, answered)


def _proxy_restored(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """8.12.2: the gas proxy knows the devices of the old one."""
    if not answered.is_done:
        return
    _associated(associations.restored)(context, transaction, answered, record)
    old = Eui64.parse(answered.given.get("OldGPFID", ""))
    former = transaction.state.inventory.get(old)
    hubs = (former.hub if former is not None and former.hub else record.hub, record.hub)
    content = alerts.log_restored(transaction.now, "GPFDeviceLog", (hubs[0], old), (hubs[1], record.device))
    _raise_alert(context, transaction, "device-log-restored", content, record, answered)


def _proxy(transaction: Transaction, hub: Eui64) -> Eui64:
    members = transaction.state.inventory.on_hub(hub)
    return next((member.device for member in members if member.device_type == "GPF"), hub)


def _firmware_read(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """11.2: correct the inventory's firmware version to the device's; alert the suppliers if they differed."""
    version = str(answered.values.get("FirmwareVersion", ""))
    if not answered.is_done or not version or version == record.firmware_version:
        return
    _change_inventory(transaction, record.device, {"DeviceFirmwareVersion": version}, answered.request_id)
    if record.firmware_version:
        content = alerts.firmware_mismatch(record.device, record.told_type, record.firmware_version, version)
        _raise_alert(context, transaction, "firmware-mismatch", content, record, answered)


def _firmware_activated(
    _context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """11.3: the inventory says what the device runs now."""
    if answered.is_done:
        follow_firmware(transaction, record, answered.request_id)


def follow_firmware(transaction: Transaction, record: InventoryRecord, cause: str) -> None:
    """Let the inventory say what the device runs."""
    if record.device in transaction.state.devices:
        version = transaction.state.devices[record.device].firmware_version
        if version != record.firmware_version:
            _change_inventory(transaction, record.device, {"DeviceFirmwareVersion": version}, cause)


def _load_switches(
    context: DccContext, transaction: Transaction, answered: AnsweredCommand, record: InventoryRecord
) -> None:
    """6.14.1: alert the network operator that load switches have new descriptions."""
    if answered.is_done:
        content = alerts.load_switches_changed(record.device, record.esme_variant, record.gbcs_version)
        _raise_alert(context, transaction, "load-switches-changed", content, record, answered)


RESPONSE_EFFECTS: Mapping[str, ResponseEffect] = MappingProxyType(
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
"""Effects of a device's response, by service."""


def apply_response_effects(context: DccContext, transaction: Transaction, answered: AnsweredCommand) -> None:
    """Change the inventory and raise the DCC alerts that follow a device's answer."""
    step = RESPONSE_EFFECTS.get(answered.command.srv)
    record = transaction.state.inventory.get(answered.command.device)
    if step is not None and record is not None:
        step(context, transaction, answered, record)
