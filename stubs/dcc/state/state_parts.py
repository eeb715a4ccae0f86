"""The parts of the state: each defines once how it is stored in a snapshot, restored, and reset by a tester.

Nothing else lists them: the snapshot's record is made from this table, and ``DccReset`` is folded by it. Caches, heaps
and indexes are no parts; they are built again when a part is taken back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from stubs.access import Issued
from stubs.access.ledger import owner_of, owner_text
from stubs.alerts import Throttle, Window
from stubs.dcc.state.dcc_state import Counts, DccState, DeviceSpec, User
from stubs.devices import DeviceState
from stubs.events import RequestQuarantined
from stubs.faults import Fault, FaultRule, Faults
from stubs.inventory import CoverageValue, Inventory, InventoryRecord, Product, StoredMeterPoint, StoredRecord
from stubs.scheduler import Agenda, Item, Outbox, StoredMembers, StoredMessage
from stubs.service_desk import ServiceDesk
from stubs.service_desk import reset as reset_desk
from stubs.wire.eui64 import Eui64, eui_or_none, text_or_empty
from stubs.wire.request_id import RequestId

Value = TypeVar("Value")


class Ledger(msgspec.Struct, frozen=True):
    """Counters and outstanding Pre-Commands."""

    highest: dict[str, int]
    used: list[str]
    issued: dict[str, Issued]


class Limits(msgspec.Struct, frozen=True):
    """Anomaly detection: thresholds of Users, and who sent what when."""

    own: dict[str, dict[str, int]]
    seen: list[tuple[str, str, list[datetime]]]
    """User (empty: all together), name of the limit, times of requests."""
    warnings: dict[str, dict[str, int]] = {}


class Mail(msgspec.Struct, frozen=True):
    """Messages that were not received, in the order of delivery."""

    waiting: dict[str, list[StoredMessage]]
    held: dict[str, list[StoredMessage]]
    behind: list[str]


class Homes(msgspec.Struct, frozen=True):
    """Inventory, registrations, coverage, products."""

    records: list[StoredRecord]
    meter_points: list[StoredMeterPoint]
    coverage: dict[str, dict[str, CoverageValue]]
    products: list[Product]


def _by_text(known: Mapping[Eui64, Value] | Mapping[RequestId, Value]) -> dict[str, Value]:
    """With identities as text."""
    return {str(identity): value for identity, value in known.items()}


def _by_eui(stored: Mapping[str, Value]) -> dict[Eui64, Value]:
    """The inverse of ``_by_text``. Raises: PeerError: an identity that is none."""
    return {Eui64.parse(text): value for text, value in stored.items()}


def _by_request(stored: Mapping[str, Value]) -> dict[RequestId, Value]:
    """The inverse of ``_by_text``. Raises: PeerError: a RequestID that is none."""
    return {RequestId.parse(text): value for text, value in stored.items()}


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
    """Return a part that is stored unchanged, under its own name."""
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


def _take_ledger(state: DccState) -> tuple[Ledger]:
    ledger = state.ledger
    highest = {owner_text(owner): counter for owner, counter in ledger.highest.items()}
    return (Ledger(highest, sorted(str(request_id) for request_id in ledger.used), _by_text(ledger.issued)),)


def _put_ledger(state: DccState, ledger: Ledger) -> None:
    state.ledger.highest.update({owner_of(text): counter for text, counter in ledger.highest.items()})
    for text in ledger.used:
        state.ledger.remember(RequestId.parse(text))
    state.ledger.issued.update(_by_request(ledger.issued))


def _put_limits(state: DccState, limits: Limits) -> None:
    state.thresholds.own.update(_by_eui(limits.own))
    state.thresholds.warnings.update(_by_eui(limits.warnings))
    state.thresholds.seen.update({(eui_or_none(who), name): deque(times) for who, name, times in limits.seen})


def _take_mail(state: DccState) -> tuple[Mail]:
    outbox = state.outbox
    waiting, held = (
        {str(user): [StoredMessage.of(message) for message in queue.values()] for user, queue in queues.items()}
        for queues in (outbox.waiting, outbox.held)
    )
    return (Mail(waiting, held, sorted(str(user) for user in outbox.behind)),)


def _put_mail(state: DccState, mail: Mail) -> None:
    outbox = state.outbox
    for queues, stored in ((outbox.waiting, mail.waiting), (outbox.held, mail.held)):
        for user, messages in _by_eui(stored).items():
            queues[user] = {message.message: message.queued_message() for message in messages}
            outbox.users.update(dict.fromkeys(queues[user], user))
            outbox.bytes += sum(len(message.body or b"") for message in messages)
    outbox.behind.update(Eui64.parse(user) for user in mail.behind)


def _new_outbox(state: DccState, _seed: str) -> None:
    state.outbox = Outbox(state.outbox.keep, state.outbox.most_bytes)


def _take_homes(state: DccState) -> tuple[Homes]:
    inventory = state.inventory
    records = [record.stored() for record in inventory.records.values()]
    points = [StoredMeterPoint.of(point) for point in inventory.meter_points.values()]
    return (Homes(records, points, inventory.coverage, list(inventory.products.values())),)


def _put_homes(state: DccState, homes: Homes) -> None:
    for record in homes.records:
        state.inventory.restore(InventoryRecord.from_stored(record))
    for stored in homes.meter_points:
        state.inventory.register(stored.meter_point())
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
    state.local.update({request_id: msgspec.json.encode(data) for request_id, data in _by_request(local).items()})


def _put_certificates(state: DccState, certificates: dict[str, tuple[bytes, ...]]) -> None:
    state.certificates.update(_by_eui(certificates))


def _put_throttle(state: DccState, windows: dict[str, Window], sequences: dict[str, int]) -> None:
    state.throttle = replace(state.throttle, windows=windows, sequences=sequences)


def _new_throttle(state: DccState, _seed: str) -> None:
    state.throttle = Throttle(state.throttle.most, state.throttle.seconds)


PARTS: tuple[StatePart, ...] = (
    _simple("seed", str, _new_seed),
    StatePart(
        "ledger",
        {"ledger": Ledger},
        _take_ledger,
        _put_ledger,
        lambda state, _seed: state.ledger.issued.clear(),
    ),
    StatePart(
        "thresholds",
        {"limits": Limits},
        lambda state: (
            Limits(
                _by_text(state.thresholds.own),
                [(text_or_empty(who), name, list(when)) for (who, name), when in state.thresholds.seen.items()],
                _by_text(state.thresholds.warnings),
            ),
        ),
        _put_limits,
    ),
    StatePart("outbox", {"mail": Mail}, _take_mail, _put_mail, _new_outbox),
    StatePart("inventory", {"homes": Homes}, _take_homes, _put_homes, _new_inventory),
    StatePart(
        "users",
        {"users": dict[str, User]},
        lambda state: (_by_text(state.users),),
        lambda state, users: state.users.update(_by_eui(users)),
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
    StatePart(
        "sequences",
        {"sequences": dict[str, str]},
        lambda state: (_by_text(state.sequences),),
        lambda state, outcomes: state.sequences.update(_by_request(outcomes)),
        _cleared("sequences"),
    ),
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
        lambda state: ({str(request_id): msgspec.json.decode(data) for request_id, data in state.local.items()},),
        _put_local,
        _cleared("local"),
    ),
    StatePart(
        "certificates",
        {"certificates": dict[str, tuple[bytes, ...]]},
        lambda state: (_by_text(state.certificates),),
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
