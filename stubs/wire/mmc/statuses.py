"""The statuses inside a response, one by one (``DebugInfo``), and the parts of a payload that are encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.gbcs_words import gbcs_name
from schemas.mmc_words import mmc_word
from stubs.wire.duis.node import Node
from stubs.wire.errors import PeerError
from stubs.wire.gbcs import dlms, gbz
from stubs.wire.gbcs.crypto import ENCRYPTED_HEADER
from stubs.wire.gbcs.dlms import Data, Tag
from stubs.wire.gbcs.envelope import Cra, Group
from stubs.wire.gbcs.gbz.components import PROFILE
from stubs.wire.gbcs.use_cases import Decrypt

_ACCESS_RESPONSE, _DATA_NOTIFICATION = b"\xda", b"\x0f"
_ALERT_HEAD = 9
_PROFILE_WIDE = 0x03
"""Bits of the ZCL frame control that are 0 in commands of no particular cluster."""


@dataclass(frozen=True, slots=True)
class Block:
    """One encrypted part of a payload, in the order in which they stand.

    Args:
        octets: 31, five octets of header, ciphertext, tag.
        name: where it stands: the row of the response, or cluster and command.
        protocol: ``dlms`` or ``zigbee``.
    """

    octets: bytes
    name: str
    protocol: str


def statuses(group: Group, decrypt: Decrypt | None) -> tuple[Node, ...]:
    """``DebugInfo`` of a response, or nothing where the payload's statuses are values (ASN.1).

    Raises: PeerError: a payload that cannot be read.
    """
    if group.content[:1] == _ACCESS_RESPONSE:
        rows = dlms.AccessResponse.from_bytes(group.content).results
        made = tuple(_cosem(place, row) for place, row in enumerate(rows, start=1))
        debug = (Node("COSEMDebug", children=made),) if made else ()
    elif group.content.startswith(PROFILE):
        components = gbz.GbzMessage.from_bytes(group.content).components
        made = tuple(node for one in components for node in _cluster(one, decrypt))
        debug = (Node("ZIGBEEDebug", children=made),) if made else ()
    else:
        debug = ()
    return (Node("DebugInfo", children=debug),) if debug else ()


def blocks(group: Group) -> tuple[Block, ...]:
    """The encrypted parts of a response or an alert. Raises: PeerError: a payload that cannot be read."""
    content = group.content
    if content[:1] == _ACCESS_RESPONSE:
        data = dlms.AccessResponse.from_bytes(content).data
        return tuple(Block(found, str(row), "dlms") for row, one in enumerate(data, start=1) for found in _within(one))
    if content[:1] == _DATA_NOTIFICATION:
        body = dlms.DataNotification.from_bytes(content).body
        return tuple(Block(found, "log", "dlms") for found in _within(body))
    if not content.startswith(PROFILE):
        return ()
    components = gbz.GbzMessage.from_bytes(content).components if group.cra is Cra.RESPONSE else _of_alert(content)
    return tuple(
        Block(one.payload, f"{one.cluster:04X} {one.command:02X}", "zigbee") for one in components if one.is_encrypted
    )


def _of_alert(content: bytes) -> tuple[gbz.GbzComponent, ...]:
    """The components in an alert's body; none when the body is something else."""
    try:
        return gbz.GbzMessage.from_bytes(PROFILE + b"\x01" + content[_ALERT_HEAD:]).components
    except PeerError:
        return ()


def _within(value: Data) -> Iterator[bytes]:
    if value.tag is Tag.OCTET_STRING:
        if value.octets.startswith(ENCRYPTED_HEADER):
            yield value.octets
    elif value.tag in (Tag.STRUCTURE, Tag.ARRAY):
        for item in value.items:
            yield from _within(item)


def _cosem(place: int, row: dlms.AccessResult) -> Node:
    is_action = row.access is dlms.Access.ACTION
    word = mmc_word("cosem-action" if is_action else "cosem-data", str(row.code)) or "response-code-not-known"
    name = "ActionResult" if is_action else "DataAccessResult"
    attributes = (("ResponseCode", str(row.code)), ("Position", str(place)))
    return Node("COSEMResponse", children=(Node(name, word),), attributes=attributes)


def _cluster(component: gbz.GbzComponent, decrypt: Decrypt | None) -> Iterator[Node]:
    if component.is_encrypted and decrypt is None:
        return
    payload = decrypt(component.payload) if component.is_encrypted and decrypt else component.payload
    is_general = not component.frame_control & _PROFILE_WIDE
    if is_general and component.command == gbz.READ_ATTRIBUTES_RESPONSE:
        answers = tuple(
            Node(
                "ZIGBEEDataResponse",
                children=(Node("AttributeID", f"{record.attribute:04X}"), _status(record.status)),
            )
            for record in gbz.read_attribute_records(payload)
        )
    else:
        is_default = is_general and component.command == gbz.DEFAULT_RESPONSE and len(payload) == 2
        command, status = (payload[0], payload[1]) if is_default else (component.command, 0)
        answers = (Node("ZIGBEECommandResponse", children=(Node("CommandID", f"{command:02X}"), _status(status))),)
    code = f"{component.cluster:04X}"
    name = Node("ClusterName", gbcs_name("cluster", code) or code, attributes=(("id", code),))
    yield Node("ZIGBEEClusterResponse", children=(name, *answers))


def _status(code: int) -> Node:
    word = mmc_word("zcl", f"{code:02X}") or "RESPONSE_CODE_NOT_KNOWN"
    return Node("Status", children=(Node("ZCLStatus", word),), attributes=(("ResponseCode", f"{code:02X}"),))
