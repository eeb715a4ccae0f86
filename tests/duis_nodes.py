"""The parts of which the example bodies, results and alerts of the tests are built."""

from __future__ import annotations

from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.duis.node import Node

REQUEST_ID = f"{SUPPLIER}:{ESME}:1768471200001"
NOON = "2026-01-15T12:00:00Z"
MIDNIGHT = "2026-01-16T00:00:00.00Z"
MPAN = "1312345678111"
PAYLOAD = "3wkBAAAA"
"""Base64 of a few octets; not GBCS."""


def leaf(name: str, value: object) -> Node:
    """An element with text."""
    return Node(name, str(value))


def branch(name: str, *children: Node) -> Node:
    """An element with elements, or an empty one."""
    return Node(name, children=children)


def fields(name: str, **values: object) -> Node:
    """An element with text elements."""
    return branch(name, *(leaf(key, value) for key, value in values.items()))


def address(name: str) -> Node:
    """An address by post code and identifier."""
    return fields(name, PostCode="AB12 3CD", AddressIdentifier="1")
