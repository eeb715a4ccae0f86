"""Sends DCC alerts to the Users that an event concerns."""

from __future__ import annotations

from schemas.load import device_alerts
from stubs import alerts
from stubs.dcc.context import DccContext
from stubs.dcc.state.transaction import Transaction
from stubs.devices import RaisedAlert
from stubs.events import AlertRaised
from stubs.inventory import InventoryRecord, PendingDccAlert
from stubs.wire.duis import DccAlert, Node
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message


def raise_dcc_alert(
    context: DccContext,
    transaction: Transaction,
    occasion: str,
    content: Node,
    record: InventoryRecord | None,
    *,
    requester: Eui64 | None,
    cause: str,
) -> None:
    """Raise the DCC alert of an event for every registered User it concerns.

    Args:
        context: settings and keys.
        transaction: where it happens.
        occasion: a row of ``dcc-alert-occasions.csv``.
        content: the alert's one element.
        record: the device; its meter points say who is concerned.
        requester: the User whose request caused it.
        cause: one sentence for the journal.
    """
    points = transaction.state.inventory.points(record) if record else []
    code = alerts.code_of(occasion, context.settings.dcc_alert_codes)
    told = alerts.recipients(
        occasion,
        requester=requester,
        suppliers=[point.supplier for point in points if point.supplier],
        network_operators=[point.network_operator for point in points if point.network_operator],
    )
    device = record.device if record else None
    for user in told:
        if user in transaction.state.users:
            dcc_alert(context, transaction, user, code, content, device, cause)


def dcc_alert(
    context: DccContext,
    transaction: Transaction,
    user: Eui64,
    code: str,
    content: Node,
    device: Eui64 | None,
    cause: str,
) -> str:
    """Raise one DCC alert for one User; the message's id.

    A User whose version of DUIS does not have the structure is told that something was withheld.
    """
    version = context.writer.versions.of(transaction.state.users[user])
    if not version.can_tell(code, content.name, context.settings.structures_since):
        content = alerts.version_mismatch(code, device, version.version)
        code = alerts.code_of("version-mismatch", context.settings.dcc_alert_codes)
    named = str(device) if device is not None else None
    transaction.emit(AlertRaised(alert_kind="dcc", code=code, device=named, recipient=str(user), cause=cause))
    return context.writer.dcc_alert(transaction, user, DccAlert(code, content), device)


def raise_pending_alert(
    context: DccContext, transaction: Transaction, notice: PendingDccAlert, requester: Eui64
) -> None:
    """Raise the DCC alert that a service decided on, or that goes with a refusal."""
    record = notice.record
    if notice.content is not None:
        content = notice.content
    elif notice.occasion == "device-decommissioned":
        family = transaction.state.inventory.family(record)
        associated = [(each.device, each.device_type) for each in family if each.device_type in {"PPMID", "HCALCS"}]
        content = alerts.decommissioned(
            record.device,
            record.told_type,
            record.import_mpxn,
            record.secondary_import_mpan,
            record.export_mpan,
            associated,
        )
    else:
        content = alerts.device_removed(record.device)
    raise_dcc_alert(
        context, transaction, notice.occasion, content, record, requester=requester, cause=f"request of {requester}"
    )


_RECORDED, _DUAL_BAND, _ANY = "recorded", "dual-band-alert", "dcc-alert"
_ACTIVATED = {"8F66": True, "8F67": False}


def raise_as_dcc_alert(context: DccContext, transaction: Transaction, device: Eui64, alert: RaisedAlert) -> None:
    """Raise a DCC alert for a device alert that hubs and prepayment displays send to the broker.

    They cannot address a User. An alert that the catalogue marks as recorded raises none.
    """
    record = transaction.state.inventory.get(device)
    row = device_alerts().get(alert.code)
    becomes = row.to_broker if row is not None else _ANY
    if record is None or alert.recipient != context.pki.acb or becomes == _RECORDED:
        return
    if record.device_type == "PPMID":
        content = alerts.display_alert(
            device, alert.code, transaction.now, record.firmware_version, is_activated=_ACTIVATED.get(alert.code)
        )
        occasion = "ppmid-alert"
    elif record.device_type == "CHF" and becomes == _DUAL_BAND:
        message_code = Message.from_bytes(alert.payload).group.other.message_code
        content = alerts.dual_band_alert(device, alert.code, f"{message_code:04X}")
        occasion = "dual-band-alert"
    elif record.device_type == "CHF":
        content = alerts.hub_alert(device, alert.code, transaction.now)
        occasion = "hub-alert"
    else:
        return
    raise_dcc_alert(context, transaction, occasion, content, record, requester=None, cause=alert.cause)
