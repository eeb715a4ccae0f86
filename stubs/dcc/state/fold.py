"""The fold: one function per kind of event. Nothing else changes the state.

Kinds that are not in the table (exchanges, deliveries of evidence, scenarios, checks) change nothing the DCC knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from schemas.load import CommandVariant, command_variants
from stubs import events
from stubs.access import Issued
from stubs.dcc.state.dcc_state import MOST_LOCAL, DccState, DeviceSpec, User, milliseconds
from stubs.dcc.state.state_parts import reset
from stubs.inventory import Product, party_of, point_of
from stubs.scheduler import Item, QueuedMessage, key_of, read_item
from stubs.scheduler.items import RegistrationDate, ReturnedAnswer, ThrottleWindow
from stubs.service_desk import FOLDS as DESK_FOLDS
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

MOST_SEQUENCED = 100_000
"""Requests of sequences whose outcome is remembered."""
KEPT_PACKED = timedelta(minutes=1)
"""Items due later than this hold their data as JSON: a million of them take half the memory."""

Folder = Callable[[DccState, Any, datetime], None]


def _received(state: DccState, _: events.RequestReceived, __: datetime) -> None:
    state.counts.exchanges += 1


def _accepted(state: DccState, event: events.RequestAccepted, at: datetime) -> None:
    eui = Eui64.parse(event.user)
    user = state.users.get(eui)
    if user is not None and event.schema_version not in {"", user.stated_version}:
        state.users[eui] = replace(user, stated_version=event.schema_version)
    request_id = RequestId.parse(event.request_id)
    state.ledger.accept(request_id)
    variant = command_variants()[CommandVariant(event.command_variant)]
    if variant.is_signed:
        state.ledger.sign(request_id)
    if not variant.is_transform:
        state.thresholds.count(eui, event.srv, at)
    state.acb_counter = next_acb_counter(state, at)


def next_acb_counter(state: DccState, now: datetime) -> int:
    """The GBCS counter the access control broker uses for the request that is accepted next."""
    return max(state.acb_counter + 1, milliseconds(now))


def _issued(state: DccState, event: events.PreCommandIssued, _: datetime) -> None:
    issued = Issued(event.srv, event.use_case, event.message_code, event.payload, event.execution)
    state.ledger.issue(RequestId.parse(event.request_id), issued)


def _local(state: DccState, event: events.LocalCommandIssued, _: datetime) -> None:
    state.local[RequestId.parse(event.request_id)] = msgspec.json.encode(event.data)
    if len(state.local) > MOST_LOCAL:
        del state.local[next(iter(state.local))]


def _quarantined(state: DccState, event: events.RequestQuarantined, _: datetime) -> None:
    state.counts.quarantined += 1
    state.quarantine[event.reference] = event
    if event.is_sequenced:
        _await_outcome(state, RequestId.parse(event.request_id))


def _await_outcome(state: DccState, request_id: RequestId) -> None:
    """Remember a request of a sequence; beyond the bound the oldest is forgotten."""
    state.sequences.setdefault(request_id, "pending")
    if len(state.sequences) > MOST_SEQUENCED:
        del state.sequences[next(iter(state.sequences))]


def _quarantine_ended(state: DccState, event: events.QuarantineEnded, _: datetime) -> None:
    state.quarantine.pop(event.reference, None)


def _certificate_issued(state: DccState, event: events.CertificateIssued, _: datetime) -> None:
    if event.role is None:
        device = Eui64.parse(event.eui)
        state.certificates[device] = (*state.certificates.get(device, ()), event.der)


def _threshold_set(state: DccState, event: events.ThresholdSet, _: datetime) -> None:
    state.thresholds.set_own(Eui64.parse(event.user), event.srv, event.limit, is_warning=event.is_warning)


def _alert_raised(state: DccState, event: events.AlertRaised, at: datetime) -> None:
    if event.alert_kind == "device":
        state.throttle.count(throttle_key(event.device or "", event.code, event.recipient), event.payload, at)


def throttle_key(device: Eui64 | str, code: str, recipient: str) -> str:
    """Return the key under which alerts are counted together."""
    return f"{device} {code} {recipient}"


def _sent(state: DccState, _: events.CommandSent, __: datetime) -> None:
    state.counts.commands += 1


def _manufactured(state: DccState, event: events.DeviceManufactured, at: datetime) -> None:
    state.devices.add(
        Eui64.parse(event.device), DeviceSpec(event.device_type, event.variant, event.seed, event.values, at)
    )


def _device_changed(state: DccState, event: events.DeviceChanged, _: datetime) -> None:
    state.devices.change(Eui64.parse(event.device), event.values)


def _queued(state: DccState, event: events.MessageQueued, at: datetime) -> None:
    state.counts.messages += 1
    state.outbox.queue(QueuedMessage(event.message, Eui64.parse(event.user), event.body, event.due, at))
    if event.message_kind == "dcc-alert" and event.response_id:
        state.dcc_alert_counter = max(state.dcc_alert_counter, RequestId.parse(event.response_id).counter)
    if state.sequences and event.message_kind == "response" and event.request_id is not None:
        request_id = RequestId.parse(event.request_id)
        if request_id in state.sequences:
            state.sequences[request_id] = "ok" if event.response_code == "I0" else "failed"


def _delivered(state: DccState, event: events.MessageDelivered, at: datetime) -> None:
    state.outbox.delivered(event.message, at)


def _delivery_failed(state: DccState, event: events.DeliveryFailed, _: datetime) -> None:
    state.outbox.failed(event.message, event.next_attempt)


def _registered(state: DccState, event: events.UserRegistered, _: datetime) -> None:
    eui = Eui64.parse(event.user)
    before = state.users.get(eui)
    stated = before.stated_version if before else ""
    state.users[eui] = User(event.party, event.roles, event.receive_url, event.status, event.duis_version, stated)


def _meter_point(state: DccState, event: events.MeterPointRegistered, _: datetime) -> None:
    state.inventory.register(point_of(event))


def _registration(state: DccState, event: events.RegistrationChanged, at: datetime) -> None:
    point = state.inventory.meter_point(event.mpxn)
    if point is None:
        return
    changed = point.changed(
        event.since, party_of(event.supplier), party_of(event.network_operator), is_new_tenancy=event.is_new_tenancy
    )
    state.inventory.register(changed.at(at))


def _coverage(state: DccState, event: events.CoverageSet, _: datetime) -> None:
    state.inventory.cover(event.place, event.values)


def _product(state: DccState, event: events.ProductListed, _: datetime) -> None:
    state.inventory.list_product(
        Product(
            manufacturer=event.manufacturer,
            model=event.model,
            firmware_version=event.firmware_version,
            device_type=event.device_type,
            gbcs_version=event.gbcs_version,
            hash=event.hash,
            status=event.status,
        )
    )


def _inventory_changed(state: DccState, event: events.InventoryChanged, _: datetime) -> None:
    state.inventory.change(Eui64.parse(event.device), event.values)


def _scheduled(state: DccState, event: events.ItemScheduled, at: datetime) -> None:
    state.counts.items += 1
    data = event.data
    item = Item(event.item, event.what, event.due, data, key_of(event.what, data))
    state.agenda.add(item.packed() if event.due - at > KEPT_PACKED else item)
    if data.get("sequence"):
        _await_outcome(state, RequestId.parse(data["request_id"]))
    if "schedule" in data:
        _schedule_ran(state, event)


def _schedule_ran(state: DccState, event: events.ItemScheduled) -> None:
    """A schedule was created, or a command left for one, which took a counter of the broker."""
    if event.what == "schedule":
        state.counts.schedules = max(state.counts.schedules, int(event.data["schedule"]))
    elif event.what == "command":
        counter = RequestId.parse(event.data["request_id"]).counter
        state.acb_counter = max(state.acb_counter, counter)


_FOLDED_WHEN_DONE = frozenset({"throttle", "registration", "returned"})
"""Kinds of items whose end changes more than the agenda."""


def _item_done(state: DccState, event: events.ItemDone, at: datetime) -> None:
    item = state.agenda.items.get(event.item)
    state.agenda.done(event.item)
    if item is None:
        return
    if item.what not in _FOLDED_WHEN_DONE:
        return
    match read_item(item.what, item.data):
        case ThrottleWindow(key=key):
            state.throttle.close(key)
        case RegistrationDate(mpxn=mpxn):
            state.inventory.settle(mpxn, at)
        case ReturnedAnswer(command=command):
            state.local.pop(command.request_id, None)
        case _:
            pass


def _fault_set(state: DccState, event: events.FaultSet, _: datetime) -> None:
    state.counts.faults += 1
    state.faults.arm(event.fault, event.rule)


def _fault_cleared(state: DccState, event: events.FaultCleared, _: datetime) -> None:
    state.faults.clear(event.fault)


def _fault_applied(state: DccState, event: events.FaultApplied, _: datetime) -> None:
    state.faults.count(event.fault, event.effect)
    if event.effect == "hold-until-next":
        state.outbox.hold_back(event.subject)
    elif event.effect == "drop":
        state.outbox.drop(event.subject)


def _reset(state: DccState, event: events.DccReset, _: datetime) -> None:
    reset(state, event.seed)


def _desk(state: DccState, event: Any, at: datetime) -> None:
    DESK_FOLDS[type(event)](state.desk, event, at)


FOLDS: Mapping[type[events.Event], Folder] = MappingProxyType(
    {
        events.RequestReceived: _received,
        events.RequestAccepted: _accepted,
        events.PreCommandIssued: _issued,
        events.LocalCommandIssued: _local,
        events.RequestQuarantined: _quarantined,
        events.QuarantineEnded: _quarantine_ended,
        events.ThresholdSet: _threshold_set,
        events.AlertRaised: _alert_raised,
        events.CommandSent: _sent,
        events.DeviceManufactured: _manufactured,
        events.DeviceChanged: _device_changed,
        events.MessageQueued: _queued,
        events.MessageDelivered: _delivered,
        events.DeliveryFailed: _delivery_failed,
        events.UserRegistered: _registered,
        events.MeterPointRegistered: _meter_point,
        events.RegistrationChanged: _registration,
        events.CoverageSet: _coverage,
        events.ProductListed: _product,
        events.InventoryChanged: _inventory_changed,
        events.ItemScheduled: _scheduled,
        events.ItemDone: _item_done,
        events.CertificateIssued: _certificate_issued,
        events.FaultSet: _fault_set,
        events.FaultCleared: _fault_cleared,
        events.FaultApplied: _fault_applied,
        events.DccReset: _reset,
        **dict.fromkeys(DESK_FOLDS, _desk),
    }
)


FOLDED_KINDS = frozenset(kind.__name__ for kind in FOLDS)
"""Names of the events a replay needs."""


def fold(state: DccState, event: events.AnyEvent, at: datetime) -> None:
    """Change ``state`` by one event that happened at ``at``."""
    change = FOLDS.get(type(event))
    if change is not None:
        change(state, event, at)
