"""A request read from its canonical octets, if laid out as nearly all are: a third of the price of walking it."""

from __future__ import annotations

import re

from stubs.wire.duis.node import Node
from stubs.wire.duis.requests import RequestHeader, ServiceRequest
from stubs.wire.errors import PeerError
from stubs.wire.request_id import RequestId
from stubs.wire.xml import RA, SR

_BEGINNING = re.compile(
    rf'<sr:Request(?: xmlns:ra="{re.escape(RA)}")? xmlns:sr="{re.escape(SR)}" schemaVersion="([0-9.]{{1,20}})">'
    "<sr:Header>"
    "<sr:RequestID>([0-9A-Fa-f:-]{1,80})</sr:RequestID>"
    "<sr:CommandVariant>([0-9]{1,20})</sr:CommandVariant>"
    "<sr:ServiceReference>([0-9.]{1,20})</sr:ServiceReference>"
    "<sr:ServiceReferenceVariant>([0-9.]{1,20})</sr:ServiceReferenceVariant>"
    "</sr:Header><sr:Body>"
)
_END = "</sr:Body></sr:Request>"


def read_canonical_request(octets: bytes) -> ServiceRequest | None:
    """The Service Request that ``read_request`` would read; None: that has to read it.

    Args:
        octets: canonical form, without comments, of a document that is valid against the schema, its signature left
            out. Characters stand in it as they are read, but for references and attributes, which go the long way.
    """
    text = octets.decode()
    start = _BEGINNING.match(text)
    if start is None or not text.endswith(_END):
        return None
    body = _tree_of(text[start.end() : -len(_END)])
    if body is None or body.name == "SignedPreCommand":
        return None
    version, request_id, variant, reference, srv = start.groups()
    try:
        header = RequestHeader(RequestId.parse(request_id), int(variant), reference, srv)
    except PeerError:
        return None
    return ServiceRequest(header, body, version)


def _tree_of(text: str) -> Node | None:
    """The one element that is written there; None: none or several, or something beside tags and plain text."""
    if "&" in text or '="' in text:
        return None
    above: list[tuple[str, str, list[Node]]] = []
    siblings: list[Node] = []
    first, *pieces = text.split("<")
    if first:
        return None
    for piece in pieces:
        tag, _, characters = piece.partition(">")
        if tag.startswith("/"):
            name, own, before = above.pop()
            before.append(Node(name, "" if siblings else own, tuple(siblings)))
            siblings = before
        else:
            above.append((tag.removeprefix("sr:"), characters, siblings))
            siblings = []
    return siblings[0] if len(siblings) == 1 else None
