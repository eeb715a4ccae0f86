"""The parts of the state: each defines once how it is stored in a snapshot, restored, and reset by a tester.

Nothing else lists them: the snapshot's record is made from this table, and ``DccReset`` is folded by it. Caches, heaps
and indexes are no parts; they are built again when a part is taken back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from stubs.access import Issued
from stubs.alerts import Throttle, Window
from stubs.dcc.state.dcc_state import Counts, DccState, DeviceSpec, User
from stubs.devices import DeviceState
from stubs.events import RequestQuarantined
from stubs.faults import Fault, FaultRule, Faults
from stubs.inventory import CoverageValue, Inventory, InventoryRecord, MeterPoint, Product, StoredRecord
from stubs.scheduler import Agenda, Item, Outbox, QueuedMessage, StoredMembers, read_command_data, stored_command
from stubs.service_desk import ServiceDesk
from stubs.service_desk import reset as reset_desk
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId


class Ledger(msgspec.Struct, frozen=True):
    """Counters and outstanding Pre-Commands."""

    highest: dict[str, int]
    used: list[str]
    issued: dict[str, Issued]


class Limits(msgspec.Struct, frozen=True):
    """Anomaly detection: thresholds of Users, and who sent what when."""

    own: dict[str, dict[str, int]]
    seen: list[tuple[str, str, list[datetime]]]
    warnings: dict[str, dict[str, int]] = {}


class Mail(msgspec.Struct, frozen=True):
    """Messages that were not received, in the order of delivery."""

    waiting: dict[str, list[QueuedMessage]]
    held: dict[str, list[QueuedMessage]]
    behind: list[str]


class Homes(msgspec.Struct, frozen=True):
    """Inventory, registrations, coverage, products."""

    records: list[StoredRecord]
    meter_points: list[MeterPoint]
    coverage: dict[str, dict[str, CoverageValue]]
    products: list[Product]


def _kept(_state: DccState, _seed: str) -> None:
    """Reset leaves it as it is."""


class StatePart(NamedTuple):
    """One part.

    Args:
        attribute: of ``DccState``.
        stored: field of the snapshot, by name its type.
        take: from the state to the values of those fields, in their order.
        put: the inverse, on a new state.
        reset: what a reset does to it; takes the new seed.
        missing: what stands for it in a snapshot of a version that did not have it yet; None: it always was there.
    """

    attribute: str
    stored: dict[str, object]
    take: Callable[[DccState], tuple[Any, ...]]
    put: Callable[..., None]
    reset: Callable[[DccState, str], None] = _kept
    missing: Callable[[], Any] | None = None


def _simple(
    attribute: str,
    stored: Any,
    reset: Callable[[DccState, str], None] = _kept,
    missing: Callable[[], Any] | None = None,
) -> StatePart:
    """A part that is stored as it is, under its own name."""
    return StatePart(
        attribute,
        {attribute: stored},
        lambda state: (getattr(state, attribute),),
        lambda state, value: setattr(state, attribute, value),
        reset,
        missing,
    )


def _cleared(attribute: str) -> Callable[[DccState, str], None]:
    return lambda state, _seed: getattr(state, attribute).clear()


def _new_seed(state: DccState, seed: str) -> None:
    state.seed = seed


def _put_ledger(state: DccState, ledger: Ledger) -> None:
    state.ledger.highest.update(ledger.highest)
    for text in ledger.used:
        state.ledger.remember(RequestId.parse(text))
    state.ledger.issued.update(ledger.issued)


def _put_limits(state: DccState, limits: Limits) -> None:
    state.thresholds.own.update(limits.own)
    state.thresholds.warnings.update(limits.warnings)
    state.thresholds.seen.update({(who, name): deque(times) for who, name, times in limits.seen})


def _take_mail(state: DccState) -> tuple[Mail]:
    outbox = state.outbox
    waiting, held = (
        {user: list(queue.values()) for user, queue in queues.items()} for queues in (outbox.waiting, outbox.held)
    )
    return (Mail(waiting, held, sorted(outbox.behind)),)


def _put_mail(state: DccState, mail: Mail) -> None:
    outbox = state.outbox
    for queues, stored in ((outbox.waiting, mail.waiting), (outbox.held, mail.held)):
        for user, messages in stored.items():
            queues[user] = {message.message: message for message in messages}
            outbox.users.update(dict.fromkeys(queues[user], user))
            outbox.bytes += sum(len(message.body or b"") for message in messages)
    outbox.behind.update(mail.behind)


def _new_outbox(state: DccState, _seed: str) -> None:
    state.outbox = Outbox(state.outbox.keep, state.outbox.most_bytes)


def _take_homes(state: DccState) -> tuple[Homes]:
    inventory = state.inventory
    records, points = [record.stored() for record in inventory.records.values()], list(inventory.meter_points.values())
    return (Homes(records, points, inventory.coverage, list(inventory.products.values())),)


def _put_homes(state: DccState, homes: Homes) -> None:
    for record in homes.records:
        state.inventory.restore(InventoryRecord.from_stored(record))
    for meter_point in homes.meter_points:
        state.inventory.register(meter_point)
    for place, values in homes.coverage.items():
        state.inventory.cover(place, values)
    for product in homes.products:
        state.inventory.list_product(product)


def _new_inventory(state: DccState, _seed: str) -> None:
    state.inventory = Inventory()


def _put_devices(state: DccState, devices: list[DeviceState], specs: dict[str, DeviceSpec]) -> None:
    state.devices.restore(devices, specs)


def _put_agenda(state: DccState, items: list[Item]) -> None:
    for item in items:
        state.agenda.add(item)


def _new_agenda(state: DccState, _seed: str) -> None:
    state.agenda = Agenda()


def _put_faults(state: DccState, faults: list[tuple[str, FaultRule, int, int]]) -> None:
    for fault, rule, matched, applied in faults:
        state.faults.rules[fault] = Fault(fault, rule, matched, applied)


def _new_faults(state: DccState, _seed: str) -> None:
    state.faults = Faults()


def _put_quarantine(state: DccState, held: list[RequestQuarantined]) -> None:
    state.quarantine.update({one.reference: one for one in held})


def _put_local(state: DccState, local: dict[str, StoredMembers]) -> None:
    state.local.update({request_id: read_command_data(data) for request_id, data in local.items()})


def _put_certificates(state: DccState, certificates: dict[str, tuple[bytes, ...]]) -> None:
    state.certificates.update({Eui64.parse(device): issued for device, issued in certificates.items()})


def _put_throttle(state: DccState, windows: dict[str, Window], sequences: dict[str, int]) -> None:
    state.throttle = replace(state.throttle, windows=windows, sequences=sequences)


def _new_throttle(state: DccState, _seed: str) -> None:
    state.throttle = Throttle(state.throttle.most, state.throttle.seconds)


PARTS: tuple[StatePart, ...] = (
    _simple("seed", str, _new_seed),
    StatePart(
        "ledger",
        {"ledger": Ledger},
        lambda state: (Ledger(state.ledger.highest, sorted(state.ledger.used), state.ledger.issued),),
        _put_ledger,
        lambda state, _seed: state.ledger.issued.clear(),
    ),
    StatePart(
        "thresholds",
        {"limits": Limits},
        lambda state: (
            Limits(
                state.thresholds.own,
                [(who, name, list(when)) for (who, name), when in state.thresholds.seen.items()],
                state.thresholds.warnings,
            ),
        ),
        _put_limits,
    ),
    StatePart("outbox", {"mail": Mail}, _take_mail, _put_mail, _new_outbox),
    StatePart("inventory", {"homes": Homes}, _take_homes, _put_homes, _new_inventory),
    StatePart(
        "users",
        {"users": dict[str, User]},
        lambda state: ({str(eui): user for eui, user in state.users.items()},),
        lambda state, users: state.users.update({Eui64.parse(eui): user for eui, user in users.items()}),
    ),
    StatePart(
        "devices",
        {"devices": list[DeviceState], "recipes": dict[str, DeviceSpec]},
        lambda state: state.devices.stored(),
        _put_devices,
        _cleared("devices"),
    ),
    StatePart(
        "agenda", {"agenda": list[Item]}, lambda state: (list(state.agenda.items.values()),), _put_agenda, _new_agenda
    ),
    StatePart(
        "faults",
        {"faults": list[tuple[str, FaultRule, int, int]]},
        lambda state: ([(one.fault, one.rule, one.matched, one.applied) for one in state.faults.rules.values()],),
        _put_faults,
        _new_faults,
    ),
    _simple("sequences", dict[str, str], _cleared("sequences")),
    StatePart(
        "quarantine",
        {"quarantine": list[RequestQuarantined]},
        lambda state: (list(state.quarantine.values()),),
        _put_quarantine,
        _cleared("quarantine"),
    ),
    StatePart(
        "local",
        {"local": dict[str, StoredMembers]},
        lambda state: ({request_id: stored_command(command) for request_id, command in state.local.items()},),
        _put_local,
        _cleared("local"),
    ),
    StatePart(
        "certificates",
        {"certificates": dict[str, tuple[bytes, ...]]},
        lambda state: ({str(device): issued for device, issued in state.certificates.items()},),
        _put_certificates,
        _cleared("certificates"),
    ),
    StatePart(
        "throttle",
        {"windows": dict[str, Window], "throttled": dict[str, int]},
        lambda state: (state.throttle.windows, state.throttle.sequences),
        _put_throttle,
        _new_throttle,
    ),
    _simple("desk", ServiceDesk, lambda state, _seed: reset_desk(state.desk), ServiceDesk),
    _simple("counts", Counts),
    _simple("acb_counter", int),
    _simple("dcc_alert_counter", int),
)
"""Every attribute of ``DccState``, once."""


def reset(state: DccState, seed: str) -> None:
    """Fold of DccReset."""
    for part in PARTS:
        part.reset(state, seed)
