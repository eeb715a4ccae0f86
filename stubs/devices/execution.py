"""Execution of a command by a device: checked, carried out, answered.

Everything follows from state, command, instant and certificates; signatures too where OpenSSL signs deterministically.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from stubs.devices.acceptance import Accepted, Rejected, accept
from stubs.devices.alerts import RaisedAlert, Sender, raise_notices
from stubs.devices.answering import answer
from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.row import NEIGHBOUR
from stubs.devices.future import catch_up
from stubs.devices.state import DeviceState, Pending, apply, highest, merged, plain, raised, seconds
from stubs.devices.surroundings import ALONE, Surroundings
from stubs.devices.tokens import authenticity
from stubs.devices.trust import DeviceKeys
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases import CANCELLED, read_command


@dataclass(frozen=True, slots=True)
class Execution:
    """Result of a command on a device.

    Args:
        response: the GBCS response; None when the device stays silent.
        changes: new values of the device's fields in JSON's types; ``apply`` takes them.
        other_changes: the same for neighbours, by identity.
        alerts: in the order they were raised.
        refused: id of the check that failed; None when the command was accepted.
        details: use case, named values of command and answer, result: for the journal and for people.
    """

    response: bytes | None
    changes: dict[str, Any]
    alerts: tuple[RaisedAlert, ...] = ()
    refused: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    other_changes: dict[Eui64, dict[str, Any]] = field(default_factory=dict)


def execute(
    state: DeviceState,
    command: bytes,
    now: datetime,
    keys: DeviceKeys,
    *,
    surroundings: Surroundings = ALONE,
) -> Execution:
    """Give ``command`` to the device at ``now`` (aware; the run's clock, the device's may differ from it).

    What was due by then happens first, so that an answer never shows a past the device has left.
    Never raises for what the command holds: a bad one is ``refused``.
    """
    at = seconds(now)
    sender = Sender(keys)
    overdue, earlier = catch_up(state, at, sender)
    if not overdue:
        return _accept_and_execute(state, command, at, sender, surroundings)
    execution = _accept_and_execute(apply(state, overdue), command, at, sender, surroundings)
    changes = plain(merged(overdue, execution.changes))
    return replace(execution, changes=changes, alerts=(*earlier, *execution.alerts))


def _accept_and_execute(
    state: DeviceState, command: bytes, at: int, sender: Sender, surroundings: Surroundings
) -> Execution:
    keys = sender.keys
    try:
        accepted = accept(state, command, keys)
        values = _values(accepted)
        mirrored = surroundings.devices.get(Eui64.parse(state.mirrors), state) if state.mirrors else state
        done = _apply_effect(state, mirrored, accepted, values, at, sender.keys, surroundings)
        reply = answer(state, mirrored, accepted, done, at, keys)
    except Rejected as rejected:
        notices = () if rejected.notice is None else (rejected.notice,)
        changes, alerts = raise_notices(state, notices, at, sender)
        details = {"reason": rejected.detail}
        return Execution(None, plain(changes), alerts, rejected.reason, details)
    changes = dict(done.changes)
    group = accepted.group
    if accepted.use_case.is_critical:
        # A replacement of credentials may just have set a higher floor.
        known, party = changes.get("counters", state.counters), group.originator
        changes["counters"] = raised(known, party, max(group.counter, highest(known, party)))
    if reply.takes_counter:
        changes["own_counter"] = state.own_counter + 1
    further, alerts = raise_notices(apply(state, changes), done.notices, at, sender)
    return Execution(
        response=reply.message,
        changes=plain(merged(changes, further)),
        alerts=alerts,
        details={
            "use_case": accepted.use_case.name,
            "message_code": f"{group.other.message_code:04X}",
            "values": plain(values),
            "answer": plain(reply.values),
            "result": done.result,
        },
        other_changes={device: plain(changed) for device, changed in done.other_changes.items()},
    )


def _values(accepted: Accepted) -> dict[str, Any]:
    try:
        return read_command(accepted.group.other.message_code, accepted.group.content)
    except PeerError as broken:
        raise Rejected("content", str(broken), PendingAlert("8F1E", "a command's content cannot be read")) from broken


def _apply_effect(
    state: DeviceState,
    mirrored: DeviceState,
    accepted: Accepted,
    values: dict[str, Any],
    at: int,
    keys: DeviceKeys,
    surroundings: Surroundings,
) -> EffectResult:
    is_asn1 = accepted.use_case.protocol == "ASN.1"
    if state.hardware_fault and accepted.row.holds and not is_asn1:
        return EffectResult(result="hardware-fault")
    if accepted.row.holds and values.get("ExecutionDateTime") is not None:
        held = _hold_or_withdraw(state, accepted, values["ExecutionDateTime"], at)
        if held is not None:
            return held
    context = EffectContext(
        state=state,
        at=at,
        values=values,
        party=accepted.party,
        counter=accepted.group.counter,
        mirrored=mirrored,
        surroundings=surroundings,
        is_authentic=authenticity(state, _payer(state, accepted), keys),
        certificates=keys.certificates,
        credentials=keys.credentials,
    )
    done = accepted.row.effect(context)
    # What a faulty device would have answered is kept: a gas read names every attribute but the failing one.
    return EffectResult(done.values, result="hardware-fault") if state.hardware_fault else done


def _payer(state: DeviceState, accepted: Accepted) -> Eui64:
    """Return the party whose top-up token it is: the supplier when a neighbour passes it on."""
    supplier = state.party_in("supplier")
    return supplier if accepted.row.cells == NEIGHBOUR and supplier is not None else accepted.party


def _hold_or_withdraw(state: DeviceState, accepted: Accepted, execution: datetime, at: int) -> EffectResult | None:
    """Hold a future-dated command, or withdraw the one held; None when its time has come already.

    A later command of the same group replaces the earlier one; withdrawing when nothing is held succeeds (inferred).
    """
    group = accepted.group
    others = tuple(pending for pending in state.pending if pending.group != accepted.row.holds)
    if execution == CANCELLED:
        return EffectResult(changes={"pending": others} if others != state.pending else {})
    due = seconds(execution)
    if due <= at:
        return None
    pending = Pending(
        group=accepted.row.holds,
        use_case=accepted.use_case.name,
        message_code=group.other.message_code,
        originator=str(group.originator),
        counter=group.counter,
        due=due,
        content=group.content,
    )
    return EffectResult(changes={"pending": (*others, pending)})
