"""Plans the device command of an authorised request: transform, Signed Pre-Command, local delivery, agenda."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from schemas.load import Srv, UserRole, device_types, service_requests
from stubs.access import AccessRequest
from stubs.dcc.commands.looked_up_values import CUSTOMER_NUMBER, looked_up
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.messages import OutboundMessage
from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.device_certificates import credentials_by_name
from stubs.dcc.state.fold import next_acb_counter
from stubs.dcc.state.transaction import Transaction
from stubs.devices.effects import EFFECTS
from stubs.inventory import InventoryRecord
from stubs.scheduler.items import DueCommand, PendingCommand, WaitingFollower
from stubs.transform import Acb, Command, Target, transform
from stubs.wire.duis import (
    LocalCommand,
    Node,
    RequestHeader,
    ServiceRequest,
    ServiceResponse,
    read_date_time,
)
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.gbcs.crypto import add_mac, sign
from stubs.wire.gbcs.envelope import Group
from stubs.wire.gbcs.use_cases import use_case
from stubs.wire.request_id import RequestId

CANCELLATION_YEAR = 3000
BROKERS_SIGNATURE = frozenset({"acb", "party"})
"""Signers of commands that belong to the DCC: the broker, and the transitional change-of-supplier party."""
_METERS = frozenset({"ESME", "GSME"})


class PlannedCommand(msgspec.Struct, frozen=True):
    """A command that may leave for a device: its unprotected group and what the answer will need."""

    use_case: str
    message_code: int
    group: Group
    looked_up: Mapping[str, object] = msgspec.field(default_factory=dict)
    """Values that the DCC put into the command and the request does not hold."""
    execution: str | None = None
    """The date until which the device holds the command, as written in the request that was transformed."""

    def stored(self) -> dict[str, str]:
        """Return the command in JSON's types."""
        return {
            "use_case": self.use_case,
            "message_code": f"{self.message_code:04X}",
            "group": self.group.to_bytes().hex(),
            "execution": self.execution or "",
        }


def planned_from(stored: Mapping[str, str]) -> PlannedCommand:
    """The inverse of ``PlannedCommand.stored``."""
    return PlannedCommand(
        stored["use_case"],
        int(stored["message_code"], 16),
        Group.from_bytes(bytes.fromhex(stored["group"])),
        execution=stored["execution"] or None,
    )


def target_of(state: DccState, record: InventoryRecord) -> Target:
    """Facts of the device that the transform needs: type, variant, and whose credentials it holds."""
    physical = state.devices.get(record.device)
    if physical is not None:
        known = physical.parties
        network_operator = physical.party_in("network_operator")
        variant = physical.variant
    else:
        network_operator = None
        known = state.inventory.parties(record) if record.device_type in _METERS else frozenset()
        variant = ("twin" if "B" in record.esme_variant else "single") if record.device_type == "ESME" else ""
    return Target(
        eui=record.device,
        device_type=record.device_type,
        variant=variant,
        gbcs_version=record.gbcs_version or "4.2",
        known_parties=known,
        network_operator=network_operator,
    )


def plan_command(
    context: DccContext,
    transaction: Transaction,
    request: ServiceRequest,
    record: InventoryRecord,
    *,
    is_by_broker: bool = False,
) -> PlannedCommand:
    """Transform a Service Request. Raises: Refusal: ``not-transformable``.

    ``is_by_broker`` lets the broker ask for the User although the device may know the User itself.
    """
    if not has_credentials(record):
        raise Refusal("not-transformable", f"a {record.device_type} takes no commands of the DCC")
    acb = Acb(context.pki.acb, next_acb_counter(transaction.state, transaction.now))
    known = looked_up(context, transaction.state, request)
    target = target_of(transaction.state, record)
    if known:
        target = msgspec.structs.replace(target, looked_up=known)
    if is_by_broker:
        target = msgspec.structs.replace(target, known_parties=frozenset())
    try:
        trans_cos = Acb(context.trans_cos.certificate.eui, acb.counter)
        command: Command = transform(request, target, acb, transaction.now, trans_cos)
    except PeerError as error:
        raise Refusal("not-transformable", str(error)) from error
    if not works_off(command.use_case, record.device_type):
        raise Refusal("not-transformable", f"the simulated {record.device_type} does not know {command.use_case}")
    group = command.group
    if use_case(command.use_case).signer in BROKERS_SIGNATURE:
        is_by_trans_cos = group.originator == context.trans_cos.certificate.eui
        group = sign(group, (context.trans_cos if is_by_trans_cos else context.pki.acb_ds).private_key)
    execution = request.body.get("ExecutionDateTime") if _is_held_by_device(request.header.srv) else None
    return PlannedCommand(command.use_case, command.message_code, group, known, execution)


def _is_held_by_device(srv: str) -> bool:
    """Whether the device, not the DCC, waits for the date.

    For a change of supplier the catalogue names both; the reference data show an outcome alert and an answer to the
    cancellation, so the device holds it. What is left for the DCC is the check of the registration on that date.
    """
    return "Device" in service_requests()[Srv(srv)].future_dated_pattern


def works_off(use_case_name: str, device_type: str) -> bool:
    """Whether a simulated device of that type supports a use case."""
    row = EFFECTS.get(use_case_name)
    return row is not None and device_type in row.devices


def protect(context: DccContext, state: DccState, group: Group) -> bytes:
    """The command as it travels: the access control broker's MAC over the group."""
    device = credentials_by_name(context.pki, state, group.recipient)
    return add_mac(group, context.pki.acb_ka.private_key, device.ka.certificate.public_key, context.secrets).to_bytes()


def has_credentials(record: InventoryRecord) -> bool:
    """Whether commands can be protected for the device at all."""
    return device_types()[record.device_type].has_credentials


def pending_command(access: AccessRequest, role: UserRole, order: PlannedCommand, body: Node | None) -> PendingCommand:
    """A planned command with what sending it, and what follows its answer, need to know."""
    header = access.header
    return PendingCommand(
        request_id=header.request_id,
        srv=header.srv,
        service_reference=header.service_reference,
        user=header.request_id.originator,
        role=role,
        device=header.request_id.target,
        use_case=order.use_case,
        message_code=f"{order.message_code:04X}",
        group=order.group,
        parameters=_leaves(body) if body is not None else {},
        sequence=bool(header.first_in_sequence) or header.preceding is not None,
        customer_number=str(order.looked_up.get(CUSTOMER_NUMBER, "")),
        execution=order.execution or "",
    )


def _leaves(body: Node) -> dict[str, str]:
    """Names and texts of the innermost elements of a body: what the effects of a service need to know of it."""
    found: dict[str, str] = {}
    for child in body.children:
        if child.children:
            found.update(_leaves(child))
        else:
            found[child.name] = child.text
    return found


def place(context: DccContext, transaction: Transaction, access: AccessRequest, command: PendingCommand) -> None:
    """Put a command on the agenda: now (plus the latency of the WAN), at its date, or after its predecessor."""
    preceding = access.header.preceding
    due = transaction.now + timedelta(seconds=context.settings.device_latency)
    if access.execution is not None and not access.is_signed_pre_command and not _is_held_by_device(command.srv):
        due = read_date_time(access.execution)
        if due.year >= CANCELLATION_YEAR:
            cancel(transaction, command)
            return
        command = msgspec.structs.replace(command, held=True)
    status = transaction.state.sequences.get(preceding) if preceding is not None else "ok"
    if status is None or status == "pending":
        due = transaction.now + timedelta(seconds=context.settings.sequence_timeout)
        transaction.schedule(due, WaitingFollower(msgspec.structs.replace(command, preceding=preceding)))
        return
    transaction.schedule(due, DueCommand(command))


def cancel(transaction: Transaction, command: PendingCommand) -> None:
    """Take the User's held commands of one service for one device off the agenda (DUIS guide, section 9.2)."""
    for item in transaction.state.agenda.named(command.key):
        transaction.done(item.item, "cancelled")


def queue_local(context: DccContext, transaction: Transaction, header: RequestHeader, local: LocalCommand) -> None:
    """Variants 3 and 7 when settings send the local command by Receive Response."""
    request_id = header.request_id
    outbound = OutboundMessage(
        request_id.originator,
        "response",
        ServiceResponse(header.service_reference, header.srv, local),
        request_id=request_id,
        # The device's response will take the same counter with the device as originator.
        response_id=RequestId(context.pki.acb, request_id.originator, request_id.counter),
        srv=header.srv,
        device=request_id.target,
    )
    context.writer.queue(transaction, outbound)
