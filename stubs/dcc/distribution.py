"""A firmware image on its way: to the hub, which the DCC tells of, then to the device, which tells of it itself."""

from __future__ import annotations

from stubs import alerts
from stubs.dcc.changes import change_device
from stubs.dcc.device_certificates import credentials_of
from stubs.dcc.notices import pass_on, tell
from stubs.dcc.parts import Parts
from stubs.dcc.reach import is_in_reach
from stubs.dcc.turn import Turn
from stubs.devices import occur
from stubs.inventory import InventoryRecord
from stubs.scheduler import Item


def deliver(parts: Parts, turn: Turn, item: Item) -> None:
    """The image has had its time: it is at hub and device, or it is not."""
    data = item.data
    device = data["device"]
    record = turn.state.inventory.get(device)
    facts = {"srv": data["srv"], "user": data["user"], "device": device, "request_id": data["request_id"]}
    fault = turn.fault("firmware", device, facts)
    effect = fault.effect if fault is not None else ""
    turn.done(item.item, "delivered or not")
    if record is None or not record.hub:
        content = alerts.distribution_failure(data["request_id"], (device,))
        cause = "no hub to send the image to"
        tell(parts, turn, "firmware-distribution-failed", content, record, requester=data["user"], cause=cause)
        return
    is_delivered = effect != "drop" and is_in_reach(turn.state, record.hub)
    _tell(parts, turn, record, data, is_delivered=is_delivered)
    if is_delivered and is_in_reach(turn.state, device):
        _received(parts, turn, device, data, is_valid=effect != "altered")


def _tell(parts: Parts, turn: Turn, record: InventoryRecord, data: dict[str, str], *, is_delivered: bool) -> None:
    content = alerts.firmware_delivery(
        data["request_id"], record.hub, record.device, data["version"], turn.now, is_delivered=is_delivered
    )
    occasion = "firmware-delivered" if is_delivered else "firmware-delivery-failed"
    cause = "the image reached the hub" if is_delivered else "the image did not reach the hub"
    tell(parts, turn, occasion, content, record, requester=data["user"], cause=cause)


def _received(parts: Parts, turn: Turn, device: str, data: dict[str, str], *, is_valid: bool) -> None:
    """The device takes the image, checks it and raises its own alert (8F72, or 8F1C when it is broken)."""
    state = turn.state.fleet[device]
    happened = occur(
        state,
        "image received",
        turn.now,
        credentials_of(parts.pki, state),
        parts.pki.certificates,
        detail={"hash": data["hash"], "version": data["version"], "is_valid": is_valid},
        agree=parts.secrets,
    )
    change_device(turn, device, happened.changes, data["request_id"])
    pass_on(parts, turn, device, happened.alerts)
