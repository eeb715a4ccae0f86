"""Makes SMETS1 messages on demand: decoded contents from our own schema, signed inside and outside.

No SMETS1 device is simulated: values are examples. The service provider's signature is made with the DCC's key.
Source: DUIS 5.4 schema; DUIS guide, section 11.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.load import Srv, service_requests
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.messages import OutboundMessage
from stubs.dcc.state.fold import next_acb_counter
from stubs.dcc.state.transaction import Transaction
from stubs.wire.duis import Node, Smets1Response
from stubs.wire.duis.samples import decoded_answer, duis_grammar, sample
from stubs.wire.eui64 import Eui64
from stubs.wire.grammar import Element
from stubs.wire.request_id import RequestId
from stubs.wire.xml import SR

_VERSION = (("schemaVersion", "5.4"),)
_INNER = ("Response", "Body", "SMETS1ResponseMessage", "SMETS1SignedResponse", "SMETS1Response")


def _rule(*names: str) -> Element:
    found = duis_grammar().find([f"{{{SR}}}{name}" for name in (*_INNER, *names)])
    assert found is not None, "our own schema has SMETS1 responses"
    return found


def _header(target: RequestId, srv: str) -> Node:
    """The header of the answer: its originator is the device, its target the User."""
    values = {
        "BusinessOriginatorID": str(target.target),
        "BusinessTargetID": str(target.originator),
        "OriginatorCounter": str(target.counter),
    }
    if srv:
        values |= {"ServiceReference": service_requests()[Srv(srv)].service_reference, "ServiceReferenceVariant": srv}
    full = sample(_rule("Header"), full=bool(srv), values=values)
    kept = {f"ra:{name}" for name in values}
    return Node(full.name, children=tuple(child for child in full.children if child.name in kept or not srv))


def _wrapped(context: DccContext, header: Node, body: Node, references: Sequence[Node]) -> Smets1Response:
    inner = Node("SMETS1Response", children=(header, Node("Body", children=(body,))))
    signed = context.writer.signed_within(Node("SMETS1SignedResponse", "", (inner,), _VERSION))
    return Smets1Response(Node("SMETS1ResponseMessage", children=(*references, signed)))


def answer(
    context: DccContext, transaction: Transaction, user: Eui64, device: Eui64, srv: str, asked: RequestId | None
) -> str:
    """Queue the answer of a SMETS1 device to a service; the message's id. Raises: ValueError: it has none."""
    if Srv(srv) not in service_requests():
        raise ValueError(f"no service {srv}")
    content = decoded_answer(srv)
    if content is None:
        raise ValueError(f"no decoded answer to {srv} is in the schema")
    quoted = asked or RequestId(user, device, next_acb_counter(transaction.state, transaction.now))
    row = service_requests()[Srv(srv)]
    data = Node("ra:SMETSData", children=(sample(content),))
    references = (Node("ServiceReference", row.service_reference), Node("ServiceReferenceVariant", srv))
    body = _wrapped(context, _header(quoted, srv), Node("ResponseMessage", children=(data,)), references)
    outbound = OutboundMessage(
        user,
        "response",
        body,
        request_id=asked,
        response_id=quoted.reversed(),
        srv=srv,
        device=device,
    )
    return context.writer.queue(transaction, outbound)


def alert(context: DccContext, transaction: Transaction, user: Eui64, device: Eui64, code: str) -> str:
    """Queue an alert of a SMETS1 device; the message's id."""
    counter = next_acb_counter(transaction.state, transaction.now)
    quoted = RequestId(user, device, counter)
    message = sample(_rule("Body", "DeviceAlertMessage"), values={"AlertCode": code})
    body = _wrapped(context, _header(quoted, ""), message, ())
    outbound = OutboundMessage(
        user, "device-alert", body, response_id=quoted.reversed(), alert_code=code, device=device
    )
    return context.writer.queue(transaction, outbound)


def signed_alert(context: DccContext, content: Node) -> Node:
    """``S1SPAlertDSP`` whose inner alert is signed; a signature it holds already is replaced."""
    children = []
    for child in content.children:
        if child.name == "S1SPAlert":
            unsigned = tuple(each for each in child.children if each.name != "ds:Signature")
            attributes = child.attributes or _VERSION
            children.append(context.writer.signed_within(Node(child.name, "", unsigned, attributes)))
        else:
            children.append(child)
    return Node(content.name, children=tuple(children))
