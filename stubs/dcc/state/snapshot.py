"""The whole state as octets and back: what a snapshot of a long journal holds.

Only what is folded; caches, heaps and indexes are built again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from stubs.access import Issued
from stubs.alerts import Window
from stubs.dcc.state.dcc_state import Counts, DccState, DeviceSpec, User, new_state
from stubs.devices import DeviceState
from stubs.events import RequestQuarantined
from stubs.faults import Fault, FaultRule
from stubs.inventory import InventoryRecord, MeterPoint, Product
from stubs.scheduler import Item, QueuedMessage, read_command_data, stored_command
from stubs.settings import DccSettings

FORMAT = 2
"""Goes up with every change of what is stored; a snapshot of another format is not used."""


class Ledger(msgspec.Struct, frozen=True):
    """Counters and outstanding Pre-Commands."""

    highest: dict[str, int]
    used: list[str]
    issued: dict[str, Issued]


class Limits(msgspec.Struct, frozen=True):
    """Anomaly detection: thresholds of Users, and who sent what when."""

    own: dict[str, dict[str, int]]
    seen: list[tuple[str, str, list[datetime]]]


class Mail(msgspec.Struct, frozen=True):
    """Messages that were not received, in the order of delivery."""

    waiting: dict[str, list[QueuedMessage]]
    held: dict[str, list[QueuedMessage]]
    behind: list[str]


class Homes(msgspec.Struct, frozen=True):
    """Inventory, registrations, coverage, products."""

    records: list[InventoryRecord]
    meter_points: list[MeterPoint]
    coverage: dict[str, dict[str, Any]]
    products: list[Product]


class StateSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A state."""

    seed: str
    ledger: Ledger
    limits: Limits
    mail: Mail
    homes: Homes
    users: dict[str, User]
    devices: list[DeviceState]
    recipes: dict[str, DeviceSpec]
    agenda: list[Item]
    faults: list[tuple[str, FaultRule, int, int]]
    sequences: dict[str, str]
    quarantine: list[RequestQuarantined]
    local: dict[str, dict[str, Any]]
    certificates: dict[str, tuple[bytes, ...]]
    windows: dict[str, Window]
    throttled: dict[str, int]
    counts: Counts
    acb_counter: int
    dcc_alert_counter: int


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(StateSnapshot)


def snapshot_of(state: DccState) -> bytes:
    """The state as octets."""
    devices, recipes = state.devices.stored()
    image = StateSnapshot(
        seed=state.seed,
        ledger=Ledger(state.ledger.highest, sorted(state.ledger.used), state.ledger.issued),
        limits=Limits(
            state.thresholds.own, [(who, name, list(times)) for (who, name), times in state.thresholds.seen.items()]
        ),
        mail=Mail(
            {user: list(queue.values()) for user, queue in state.outbox.waiting.items()},
            {user: list(queue.values()) for user, queue in state.outbox.held.items()},
            sorted(state.outbox.behind),
        ),
        homes=Homes(
            list(state.inventory.records.values()),
            list(state.inventory.meter_points.values()),
            state.inventory.coverage,
            list(state.inventory.products.values()),
        ),
        users=state.users,
        devices=devices,
        recipes=recipes,
        agenda=list(state.agenda.items.values()),
        faults=[(fault.fault, fault.rule, fault.matched, fault.applied) for fault in state.faults.rules.values()],
        sequences=state.sequences,
        quarantine=list(state.quarantine.values()),
        local={request_id: stored_command(command) for request_id, command in state.local.items()},
        certificates=state.certificates,
        windows=state.throttle.windows,
        throttled=state.throttle.sequences,
        counts=state.counts,
        acb_counter=state.acb_counter,
        dcc_alert_counter=state.dcc_alert_counter,
    )
    return _ENCODER.encode(image)


def state_from(settings: DccSettings, octets: bytes) -> DccState:
    """The inverse of ``snapshot_of``. Raises: ValueError: not an image, or one of another version of this program."""
    image = _DECODER.decode(octets)
    state = new_state(settings)
    state.seed = image.seed
    state.ledger.highest.update(image.ledger.highest)
    state.ledger.used.update(image.ledger.used)
    state.ledger.issued.update(image.ledger.issued)
    state.thresholds.own.update(image.limits.own)
    state.thresholds.seen.update({(who, name): deque(times) for who, name, times in image.limits.seen})
    _fill_outbox(state, image.mail)
    for record in image.homes.records:
        state.inventory.restore(record)
    for meter_point in image.homes.meter_points:
        state.inventory.register(meter_point)
    for place, values in image.homes.coverage.items():
        state.inventory.cover(place, values)
    for product in image.homes.products:
        state.inventory.list_product(product)
    state.users.update(image.users)
    state.devices.restore(image.devices, image.recipes)
    for item in image.agenda:
        state.agenda.add(item)
    for fault, rule, matched, applied in image.faults:
        state.faults.rules[fault] = Fault(fault, rule, matched, applied)
    state.sequences.update(image.sequences)
    state.quarantine.update({held.reference: held for held in image.quarantine})
    state.local.update({request_id: read_command_data(data) for request_id, data in image.local.items()})
    state.certificates.update(image.certificates)
    state.throttle = replace(state.throttle, windows=image.windows, sequences=image.throttled)
    state.counts = image.counts
    state.acb_counter, state.dcc_alert_counter = image.acb_counter, image.dcc_alert_counter
    return state


def _fill_outbox(state: DccState, mail: Mail) -> None:
    outbox = state.outbox
    for queues, stored in ((outbox.waiting, mail.waiting), (outbox.held, mail.held)):
        for user, messages in stored.items():
            queues[user] = {message.message: message for message in messages}
            outbox.users.update(dict.fromkeys(queues[user], user))
            outbox.bytes += sum(len(message.body or b"") for message in messages)
    outbox.behind.update(mail.behind)
