"""One request between the stages: each stage stores its findings here for the stages after it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from schemas.load import Service, UserRole
from stubs.access import AccessRequest, Breach
from stubs.dcc.commands.planning import PlannedCommand
from stubs.dcc.outbound.duis_version import UserVersion
from stubs.dcc.requests.checked_request import CheckedRequest
from stubs.dcc.state.transaction import NO_FAULT, MatchedFaults, Transaction
from stubs.inventory import InventoryRecord, NonDeviceResult, PendingDccAlert
from stubs.wire.certificates import Certificate
from stubs.wire.duis import Request, RequestHeader
from stubs.wire.errors import Refusal
from stubs.wire.xmlsig import ReceivedDocument

Planned = PlannedCommand | NonDeviceResult
"""The planned result: a command for a device, or the result of a Non-Device service."""


@dataclass(slots=True)
class RequestInProgress:
    """One POST. Fields without a value are set by the stage named; reading one earlier is a mistake of ours."""

    transaction: Transaction
    exchange: str
    body: bytes
    content_type: str
    service: Service
    """The web service it was posted to."""
    checked: CheckedRequest | None = None
    """The result of the checks made before the request came here."""
    received: ReceivedDocument = field(init=False)
    """Stage ``read``: the document as it came; not set where the request came ``checked``."""
    document: Request = field(init=False)
    """Stage ``read``: the request; not yet verified."""
    version: UserVersion = field(init=False)
    """Stage ``read``: the version of DUIS in which its sender is answered, and its request is judged."""
    authentic: RequestHeader | None = None
    """Stage ``verify``: the header, now that it is known whose it is. A refusal may quote it; nothing else before."""
    certificate: Certificate = field(init=False)
    """Stage ``verify``: the signer's."""
    notes: tuple[str, ...] = ()
    """Notes for the tester on a request that passed."""
    record: InventoryRecord | None = None
    """Stage ``authorise``: the target device; None: the inventory does not know it, or the request is for none."""
    access: AccessRequest = field(init=False)
    """Stage ``authorise``: the facts it was judged on."""
    role: UserRole = field(init=False)
    """Stage ``authorise``: the role in which the User acts; a Non-Device service may find another."""
    planned: Planned | None = None
    """A command by stage ``plan`` or, when it came back signed, ``match``; a decision by ``plan`` or ``conclude``."""
    faults: MatchedFaults = NO_FAULT
    """Stage ``hold back``: fault rules that match the answer."""
    breach: Breach | None = None
    """Stage ``hold back``: the limit of anomaly detection that the request exceeds."""


class AcceptedRequest(msgspec.Struct, frozen=True):
    """A request that passed every stage, at once or when it was released from quarantine: what is carried out."""

    access: AccessRequest
    role: UserRole
    document: Request
    planned: Planned
    record: InventoryRecord | None


class RefusalWithAlert(Refusal):
    """A rule said no, and a DCC alert goes with it.

    Args:
        rule: as ``Refusal``.
        detail: as ``Refusal``.
        alert: raised by whoever answers the request.
    """

    def __init__(self, rule: str, detail: str, alert: PendingDccAlert) -> None:
        super().__init__(rule, detail)
        self.alert = alert
