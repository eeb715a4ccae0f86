"""Whether a device accepts a command: its own checks, in order, the first that fails decides.

Recipient, MAC of the access control broker, originator known, use case supported, originator allowed, signature,
counter. A command that fails gets no response. Source: GBCS guide, 11.1; which failures raise which alert is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass

from stubs.devices.effects import EFFECTS, Row
from stubs.devices.effects.context import PendingAlert
from stubs.devices.effects.row import NEIGHBOUR
from stubs.devices.state import DeviceState, highest
from stubs.devices.trust import DeviceKeys, cell_of, key_agreement, signature_keys
from stubs.wire.certificates import CertificateStore
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import ProtectionError, check_mac, check_signature
from stubs.wire.gbcs.envelope import Cra, Group, Message
from stubs.wire.gbcs.use_cases import UseCase, use_case_of


class Rejected(Exception):  # noqa: N818 - normal traffic: the device does not accept a command
    """The device does not accept a command.

    Args:
        reason: stable id.
        detail: expected and got, for the journal.
        notice: the alert the device raises about it, if any.
    """

    def __init__(self, reason: str, detail: str, notice: PendingAlert | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.notice = notice


@dataclass(frozen=True, slots=True)
class Accepted:
    """A command that passed: its group, its use case, and the row of the table that works it off."""

    group: Group
    use_case: UseCase
    row: Row

    @property
    def party(self) -> Eui64:
        """Return the commanding party: the supplementary party when the ACB speaks for one, else the originator."""
        return self.group.other.party or self.group.originator


def accept(state: DeviceState, command: bytes, keys: DeviceKeys) -> Accepted:
    """Check ``command``. Raises: Rejected: a check failed."""
    if not state.reachable:
        raise Rejected("unreachable", "the device is not on the network")
    try:
        message = Message.from_bytes(command)
    except PeerError as broken:
        raise Rejected("malformed", str(broken)) from broken
    group = message.group
    if group.cra is not Cra.COMMAND:
        raise Rejected("not-a-command", f"expected a command, got {group.cra.name.lower()}")
    if group.recipient != state.id:
        raise Rejected("recipient", f"expected {state.eui}, got {group.recipient}")
    use_case, row = _row(state, group)
    if row.is_maced or message.mac is not None:
        speaker = group.originator if row.cells == NEIGHBOUR else state.party_in("acb")
        _check_mac(state, message, speaker, keys)
    cell = cell_of(state, group.originator)
    if cell is None:
        raise Rejected(
            "originator",
            f"{group.originator} is in no trust-anchor cell",
            PendingAlert("8F30", f"{group.originator} is not known"),
        )
    if cell not in row.cells:
        raise Rejected(
            "authority",
            f"{use_case.name} is for {' or '.join(sorted(row.cells))}, not for the {cell.replace('_', ' ')}",
            PendingAlert("8F30", f"{group.originator} may not command {use_case.name}"),
        )
    if use_case.is_critical or group.signature or message.mac is None:
        _check_signature(state, group, cell, keys.certificates)
    if use_case.is_critical:
        stored = highest(state.counters, group.originator)
        if group.counter <= stored:
            raise Rejected("counter", f"expected a counter above {stored}, got {group.counter}")
    return Accepted(group, use_case, row)


def _check_mac(state: DeviceState, message: Message, speaker: Eui64 | None, keys: DeviceKeys) -> None:
    if message.mac is None:
        raise Rejected("mac-missing", "a command carries the MAC of the access control broker")
    key = key_agreement(state, keys.certificates, speaker) if speaker is not None else None
    if key is None:
        raise Rejected("mac", "the device holds no key of an access control broker")
    try:
        check_mac(message, keys.credentials.ka.private_key, key, keys.agree)
    except ProtectionError as broken:
        raise Rejected("mac", str(broken), PendingAlert("8F3D", "a command's MAC does not agree")) from broken


def _row(state: DeviceState, group: Group) -> tuple[UseCase, Row]:
    try:
        use_case = use_case_of(group.other.message_code)
    except PeerError as unknown:
        raise Rejected("use-case", str(unknown)) from unknown
    row = EFFECTS.get(use_case.name)
    if row is None or state.device_type not in row.devices:
        told = {"message_code": f"{group.other.message_code:04X}", "counter": group.counter}
        notice = PendingAlert("8F85", f"{use_case.name} is not supported", detail=told)
        raise Rejected("use-case", f"{use_case.name} is not for a {state.device_type}", notice)
    return use_case, row


def _check_signature(state: DeviceState, group: Group, cell: str, certificates: CertificateStore) -> None:
    if not group.signature:
        raise Rejected(
            "signature-missing",
            "a critical command carries its originator's signature",
            PendingAlert("8F3D", "a critical command is not signed"),
        )
    broken: ProtectionError | None = None
    for key in signature_keys(state, certificates, group.originator, cell):
        try:
            check_signature(group, key)
        except ProtectionError as error:
            broken = error
        else:
            return
    raise Rejected(
        "signature",
        str(broken or f"no signing certificate of {group.originator}"),
        PendingAlert("8F3D", "a critical command's signature does not agree"),
    ) from broken
