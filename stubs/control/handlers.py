"""Handlers of the control operations, given checked parameters. They are called inside the event loop's thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from stubs.control import parameters as p
from stubs.control import results as r
from stubs.control.access import Access
from stubs.control.kinds import Nothing
from stubs.control.parameters import given
from stubs.dcc.commands.schedules import schedule_in
from stubs.dcc.core import Events
from stubs.dcc.simulation.made_premises import MadePremises
from stubs.dcc.simulation.operations import Operations
from stubs.dcc.simulation.premises_spec import PremisesSpec
from stubs.dcc.state.transaction import Transaction
from stubs.devices import DeviceView
from stubs.faults import FaultRule
from stubs.gateway.refusals import ShownRefusal
from stubs.inventory import Product, RecordValue, StoredMeterPoint
from stubs.journal import SqliteStore
from stubs.journal.maintenance import backup
from stubs.scheduler.items import schedule_key
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64
from stubs.wire.identifiers import read_mpxn


def _eui(text: str) -> str:
    return str(Eui64.parse(text))


# --- premises, Users, faults ---


def add_premises(on: Access, spec: PremisesSpec) -> MadePremises:
    """Identities of what was made."""
    wanted = msgspec.to_builtins(spec)
    return on.perform(lambda now: on.dcc.add_premises(wanted, now))


def register_user(on: Access, to: p.RegisterUser) -> r.RegisteredUser:
    """The User as registered."""
    roles = [str(role) for role in to.roles]
    on.perform(
        lambda now: (
            None,
            on.dcc.register_user(to.user, to.party, roles, to.receive_url, to.status, now, to.duis_version),
        )
    )
    eui = _eui(to.user)
    return next(row for row in users(on, Nothing()) if row.user == eui)


def users(on: Access, _: Nothing) -> list[r.RegisteredUser]:
    """In the order in which they were registered."""
    return [
        r.RegisteredUser(
            user=str(eui),
            party=user.party,
            roles=user.roles,
            receive_url=user.receive_url,
            status=user.status,
            duis_version=user.duis_version,
        )
        for eui, user in on.dcc.state.users.items()
    ]


def set_fault(on: Access, rule: FaultRule) -> str:
    """The id of the armed rule."""
    members = given_fields(rule)
    return on.perform(lambda now: on.dcc.set_fault(members, now))


def given_fields(rule: msgspec.Struct) -> dict[str, object]:
    """Members that differ from their defaults, as the journal keeps a rule."""
    return {
        field.name: getattr(rule, field.name)
        for field in msgspec.structs.fields(rule)
        if field.required or getattr(rule, field.name) != field.default
    }


def clear_fault(on: Access, to: p.ClearFault) -> None:
    """A rule that is not armed is passed over."""
    on.perform(lambda now: (None, on.dcc.clear_fault(to.fault, now)))


def faults(on: Access, _: Nothing) -> list[r.ArmedFault]:
    """In the order in which they were armed."""
    return [
        r.ArmedFault(fault=fault.fault, rule=fault.rule, matched=fault.matched, applied=fault.applied)
        for fault in on.dcc.state.faults.rules.values()
    ]


# --- alerts ---


def raise_device_alert(on: Access, to: p.RaiseDeviceAlert) -> str:
    """The id of the message to a User; empty when the DCC or the device keeps it."""
    eui = _eui(to.device)
    messages = on.perform(lambda now: on.dcc.raise_device_alert(eui, to.code.upper(), to.recipient, now))
    return str(messages[0]) if messages else ""


def raise_dcc_alert(on: Access, to: p.RaiseDccAlert) -> str:
    """The message's id."""
    return on.perform(lambda now: on.dcc.raise_dcc_alert(to.code, to.user, to.content, now, to.structure))


def raise_smets1(on: Access, to: p.RaiseSmets1) -> str:
    """The message's id."""
    return on.tester(
        lambda tester, transaction: tester.raise_smets1(
            transaction, to.user, to.device, to.srv, to.alert_code, to.request_id
        )
    )


# --- devices ---


def device(on: Access, of: p.OfDevice) -> DeviceView:
    """Fields of its state; registers and balance as they stand at this moment."""
    return on.dcc.device(of.device, on.runtime.clock.now())


def set_device(on: Access, to: p.ChangeDevice) -> DeviceView:
    """The device afterwards."""
    eui, values = _eui(to.device), given(to.values)
    on.perform(lambda now: (None, on.dcc.set_device(eui, values, now)))
    return device(on, to)


def let_happen(on: Access, to: p.LetHappen) -> list[str]:
    """Ids of the messages it caused."""
    eui = Eui64.parse(to.device)
    return on.tester(lambda tester, transaction: tester.let_happen(transaction, eui, to.what, to.detail))


def hand_over(on: Access, to: p.HandOver) -> r.HandedOver:
    """Its response, or why there is none."""
    eui, octets = Eui64.parse(to.device), bytes.fromhex(to.command)
    response, refused = on.tester(lambda tester, transaction: tester.hand_over(transaction, eui, octets))
    return r.HandedOver(response=response.hex().upper() if response is not None else None, refused=refused)


def schedules(on: Access, of: p.OfDevice) -> list[r.KeptSchedule]:
    """Oldest first."""
    waiting = on.dcc.state.agenda.named(schedule_key(Eui64.parse(of.device)))
    kept = [(item.due.isoformat(), schedule_in(item)) for item in waiting]
    return [
        r.KeptSchedule(schedule=run.schedule, user=str(run.user), role=str(run.role), srv=run.srv, due=due)
        for due, run in kept
    ]


# --- registration, coverage, products ---


def register_meter_point(on: Access, to: p.RegisterMeterPoint) -> StoredMeterPoint:
    """Register a meter point; return its registration."""
    members = given(to)
    on.tester(lambda tester, transaction: tester.register_meter_point(transaction, members))
    return meter_point(on, p.OfMeterPoint(mpxn=to.mpxn))


def meter_point(on: Access, of: p.OfMeterPoint) -> StoredMeterPoint:
    """Return the registration of a meter point, future changes included."""
    point = on.dcc.state.inventory.meter_point(read_mpxn(of.mpxn))
    if point is None:
        raise LookupError(f"meter point {of.mpxn} is not registered")
    return StoredMeterPoint.of(point)


def change_registration(on: Access, to: p.ChangeRegistration) -> StoredMeterPoint:
    """Change a registration from an instant on; return the registration then."""
    on.tester(
        lambda tester, transaction: tester.change_registration(
            transaction, to.mpxn, to.since, to.supplier, to.network_operator, is_new_tenancy=to.new_tenancy
        )
    )
    return meter_point(on, to)


def set_coverage(on: Access, to: p.SetCoverage) -> None:
    """Without values coverage is made up again."""
    on.tester(lambda tester, transaction: tester.set_coverage(transaction, to.place, given(to.values)))


def list_product(on: Access, to: p.ListProduct) -> None:
    """An entry of the same model and version is replaced."""
    members = given(to)
    on.tester(lambda tester, transaction: tester.list_product(transaction, members))


def products(on: Access, _: Nothing) -> list[Product]:
    """Empty: everything is on it."""
    return list(on.dcc.state.inventory.products.values())


# --- anomaly detection ---


def set_threshold(on: Access, to: p.SetThreshold) -> None:
    """Counted over an hour."""

    def change(tester: Operations, transaction: Transaction) -> None:
        tester.set_threshold(transaction, to.user, to.srv, to.limit, warning=to.warning)

    on.tester(change)


def quarantine(on: Access, _: Nothing) -> list[r.HeldRequest]:
    """List the quarantined requests: what each asked for, and why it is held."""
    return [
        r.HeldRequest(
            reference=held.reference,
            request_id=held.request_id,
            user=held.user,
            role=held.role,
            srv=held.srv,
            device=held.device,
            breach=held.breach,
            detail=held.detail,
        )
        for held in on.dcc.state.quarantine.values()
    ]


def release(on: Access, to: p.OfQuarantine) -> None:
    """It is carried out."""
    on.tester(lambda tester, transaction: tester.release(transaction, to.reference))


def reject(on: Access, to: p.OfQuarantine) -> None:
    """It ends with an error."""
    on.tester(lambda tester, transaction: tester.reject(transaction, to.reference))


# --- inventory, deliveries, the whole ---


def find_inventory(on: Access, of: p.OfDevice) -> Mapping[str, RecordValue] | None:
    """The record by DUIS names; None when the inventory has none."""
    record = on.dcc.state.inventory.get(Eui64.parse(of.device))
    return record.as_dict() if record is not None else None


def inventory(on: Access, of: p.OfDevice) -> Mapping[str, RecordValue]:
    """The record by DUIS names. Raises: LookupError: the inventory has none."""
    record = find_inventory(on, of)
    if record is None:
        raise LookupError(f"{of.device} is not in the inventory")
    return record


def set_inventory(on: Access, to: p.ChangeInventory) -> Mapping[str, RecordValue] | None:
    """The record afterwards; null when it was removed."""
    eui, values = _eui(to.device), given(to.values)
    on.perform(lambda now: (None, on.dcc.set_inventory(eui, values, now)))
    return find_inventory(on, to)


def outbox(on: Access, of: p.OfUser) -> list[r.WaitingMessage]:
    """Return a User's messages: those that wait, then those that are held."""
    eui = Eui64.parse(of.user)
    waiting = on.dcc.state.outbox
    held = waiting.held.get(eui, {})
    return [
        r.WaitingMessage(
            message=message.message,
            due=message.due.isoformat(),
            attempts=message.attempts,
            is_held=message.message in held,
        )
        for message in waiting.of(eui)
    ]


def redeliver(on: Access, to: p.OfUser) -> int:
    """Deliver a User's waiting messages again; return their number."""
    eui = Eui64.parse(to.user)

    def again(now: datetime) -> tuple[int, Events]:
        events = on.dcc.redeliver(eui, now)
        return len(events), events

    return on.perform(again)


def reset(on: Access, to: p.Reset) -> None:
    """Premises, devices, inventory, agenda, outbox and faults go."""
    on.perform(lambda now: (None, on.dcc.reset(to.seed, now)))


def health(on: Access, _: Nothing) -> r.Health:
    """``status`` is ``degraded`` while the journal cannot be written; ``busy`` says that something is on its way.

    On its way are a command that leaves for its device (the latency of the WAN), whatever else is due by then, and a
    message that was never tried; not a retry, nor what has a later date.
    """
    state, journal, now = on.dcc.state, on.runtime.journal, on.runtime.clock.now()
    soon = now + timedelta(seconds=on.dcc.settings.device_latency)
    return r.Health(
        status="degraded" if journal.is_behind else "ok",
        now=now.isoformat(),
        busy=state.agenda.first_due(soon) is not None or state.outbox.has_untried(soon),
        last_seq=journal.last_seq,
        users=len(state.users),
        devices=len(state.devices),
        inventory=len(state.inventory.records),
        agenda=len(state.agenda.items),
        outbox=sum(len(messages) for messages in state.outbox.waiting.values()),
        held=sum(len(messages) for messages in state.outbox.held.values()),
        faults=len(state.faults.rules),
        quarantine=len(state.quarantine),
    )


def back_up(on: Access, to: p.BackUp) -> r.BackedUp:
    """Entries of the copy, and the hash of the last one."""
    folder = on.dcc.settings.state_dir
    if not folder:
        raise Blocked("the state is in memory only", mend="Start with --state.")
    if not Path(to.to).is_absolute():
        raise ValueError(f"to: expected an absolute path, got {to.to[:80]!r}")
    journal = on.runtime.journal
    journal.commit()
    assert isinstance(journal.store, SqliteStore), "a state folder holds one"
    report = backup(Path(folder), Path(to.to), journal.store)
    return r.BackedUp(entries=report.entries, head=report.head)


def refusals(on: Access, to: p.NewestRefusals) -> list[ShownRefusal]:
    """Newest first, since the start."""
    return on.runtime.refusals.newest(to.limit)
