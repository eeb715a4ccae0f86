"""Builder of requests from the few parts that vary; the catalogue supplies the rest."""

from __future__ import annotations

from schemas.load import Srv, service_requests
from stubs.wire.duis.node import Node
from stubs.wire.duis.requests import RequestHeader, ServiceRequest, SignedPreCommand
from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId


def build_request(srv: str, originator: Eui64, target: Eui64, counter: int, cv: int, body: Node) -> ServiceRequest:
    """A service request with the service reference that belongs to ``srv``.

    Nothing checks that ``cv`` or ``body`` fit ``srv``: scenarios of misuse need requests that do not.
    Raises: Misuse: no such service reference variant.
    """
    return ServiceRequest(_header(srv, originator, target, counter, cv), body)


def build_signed_pre_command(
    srv: str, originator: Eui64, target: Eui64, counter: int, cv: int, gbcs_payload: bytes
) -> SignedPreCommand:
    """A signed pre-command for the original request's ``srv`` (DUIS: same RequestID, variant 5, 6 or 7).

    Raises: Misuse: no such service reference variant.
    """
    return SignedPreCommand(_header(srv, originator, target, counter, cv), gbcs_payload)


def _header(srv: str, originator: Eui64, target: Eui64, counter: int, cv: int) -> RequestHeader:
    row = service_requests().get(Srv(srv))
    if row is None:
        raise Misuse(f"no service reference variant {srv!r} in the catalogue")
    return RequestHeader(RequestId(originator, target, counter), cv, row.service_reference, row.srv)
