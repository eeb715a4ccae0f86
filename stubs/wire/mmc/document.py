"""One decoded message: header, and the body of a response or of an alert.

Sensitive data take two passes. The first, without keys, gives the encrypted parts as ``GBCSData``; whoever holds the
key decrypts each, marks it ``plain``, and the second pass reads the message with them (:func:`plain_parts`). With a
``decrypt`` at hand one call does both.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from functools import cache

from lxml import etree

from schemas.gbcs_words import alert_meanings
from schemas.load import Srv, service_requests, transform_rows
from schemas.mmc_words import mmc_alert_payloads, mmc_answers, mmc_word
from stubs.wire.duis.node import Node
from stubs.wire.errors import PeerError
from stubs.wire.gbcs import dlms, use_cases
from stubs.wire.gbcs.envelope import Cra, Group
from stubs.wire.gbcs.use_cases import Decrypt
from stubs.wire.mmc.statuses import Block, blocks, statuses
from stubs.wire.mmc.template import fill, text_of_value
from stubs.wire.xml import RA, parse

VERSION = "5.4"
_LONGEST_DESCRIPTION = 250
_NOT_GIVEN = 0xFF
_INVALID, _DOUBTFUL, _OTHER_BASE = 0x01, 0x02, 0x04
_CLAUSE = "MMC 5.4, GBCSResponse"


def decoded(group: Group, srv: str | None = None, decrypt: Decrypt | None = None) -> Node:
    """The document of one response or alert.

    Args:
        group: GROUP of the message; protection is not checked here.
        srv: service reference variant of the request it answers; found by the use case when None and there is but one.
        decrypt: opens an encrypted part; without it a sensitive message gives its encrypted parts.
    Raises: PeerError: a command, an unknown use case, or a payload that is not what its message code says; whatever
        ``decrypt`` raises.
    """
    if group.cra is Cra.COMMAND:
        raise PeerError("a command has no decoded form", expected="a response or an alert", clause=_CLAUSE)
    if group.cra is Cra.ALERT:
        message = Node("DeviceAlertMessage", children=_alert(group, decrypt))
        return _document(group, srv, message)
    row = use_cases.use_case_of(group.other.message_code)
    services = services_of(row.name)
    header_srv = srv or (services[0] if len(services) == 1 else None)
    message = Node("ResponseMessage", children=_response(group, row.name, srv or next(iter(services), None), decrypt))
    return _document(group, header_srv, message)


def write_document(document: Node) -> bytes:
    """The bytes of a document, one element per line. Raises: PeerError: a value holds characters XML cannot carry."""
    root = etree.Element(f"{{{RA}}}{document.name}", nsmap={"ra": RA})
    try:
        _write(document, root)
    except ValueError as error:
        raise PeerError("a value that XML cannot carry", got=str(error), clause=_CLAUSE) from error
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def plain_parts(first_pass: bytes, group: Group) -> Decrypt:
    """Return a function that looks up, by sequence, the plain ``GBCSData`` of each encrypted part of ``group``.

    Raises: PeerError: not such a document; when called: a part of which the document has no plain form.
    """
    plain = {
        int(element.get("sequence", "-1")): b64decode(element.text or "")
        for element in parse(first_pass).iter(f"{{{RA}}}GBCSData")
        if element.get("format") == "plain"
    }
    opened = {block.octets: plain[place] for place, block in enumerate(blocks(group)) if place in plain}

    def decrypt(part: bytes) -> bytes:
        if part not in opened:
            raise PeerError("an encrypted part without a plain one", expected='GBCSData with format="plain"')
        return opened[part]

    return decrypt


@cache
def services_of(use_case: str) -> tuple[str, ...]:
    """The service reference variants that a use case serves."""
    return tuple(dict.fromkeys(row.srv for row in transform_rows() if row.use_case == use_case))


def answer_element(srv: str) -> str | None:
    """The element that holds the data of a service's answer; None when the schema has none."""
    row = service_requests().get(Srv(srv))
    named = mmc_word("answer", srv)
    request = row.request_element if named is None and row else named
    return f"{request}Rsp" if request else None


def _response(group: Group, use_case: str, srv: str | None, decrypt: Decrypt | None) -> tuple[Node, ...]:
    encrypted = blocks(group)
    if encrypted and decrypt is None:
        return *_encrypted(encrypted), *statuses(group, None)
    values = use_cases.read_response(group.other.message_code, group.content, decrypt)
    name = answer_element(srv) if srv else None
    data: tuple[Node, ...] = ()
    if name:
        success = (("MessageSuccess", text_of_value(values["MessageSuccess"])),)
        answer = Node(name, children=fill(mmc_answers().get(use_case, {}), values), attributes=success)
        data = (Node("SMETSData", children=(answer,)),)
    return *data, *statuses(group, decrypt)


def _alert(group: Group, decrypt: Decrypt | None) -> tuple[Node, ...]:
    encrypted = blocks(group)
    values = use_cases.read_alert(group.other.message_code, group.content, decrypt)
    template = mmc_alert_payloads().get(f"{group.other.message_code:04X}", {})
    payload = fill(template, values)
    code = values["AlertCode"]
    children = [
        Node("GBCSHexAlertCode", code),
        Node("AlertDescription", alert_meanings().get(code, f"Alert {code}")[:_LONGEST_DESCRIPTION]),
        Node("Timestamp", text_of_value(values["Timestamp"])),
    ]
    if payload:
        children.append(Node("Payload", children=payload))
    content = Node("DeviceAlertContent", children=tuple(children))
    return (*(_encrypted(encrypted) if decrypt is None else ()), content)


def _encrypted(found: tuple[Block, ...]) -> tuple[Node, ...]:
    kinds = {"dlms": "dlms", "zigbee": "zigbeeCiphered"}
    return tuple(
        Node(
            "GBCSData",
            b64encode(block.octets).decode("ascii"),
            attributes=(
                ("format", "encrypted"),
                ("sequence", str(place)),
                ("name", block.name),
                ("type", kinds[block.protocol]),
            ),
        )
        for place, block in enumerate(found)
    )


def _document(group: Group, srv: str | None, message: Node) -> Node:
    body = Node("Body", children=(message,))
    return Node("GBCSResponse", children=(_header(group, srv), body), attributes=(("schemaVersion", VERSION),))


def _header(group: Group, srv: str | None) -> Node:
    other = group.other
    row = service_requests().get(Srv(srv)) if srv else None
    fields = (
        ("BusinessOriginatorID", group.originator),
        ("BusinessTargetID", group.recipient),
        ("OriginatorCounter", group.counter),
        ("SupplementaryRemotePartyID", other.party),
        ("SupplementaryRemotePartyCounter", other.counter),
        ("SupplementaryOriginatorCounter", other.originator_counter),
        ("GBCSHexadecimalMessageCode", f"{other.message_code:04X}"),
        ("ServiceReference", row.service_reference if row else None),
        ("ServiceReferenceVariant", row.srv if row else None),
    )
    children = tuple(Node(name, str(value)) for name, value in fields if value is not None)
    return Node("Header", children=(*children, *_time_stamp(group.date_time)))


def _time_stamp(date_time: bytes) -> tuple[Node, ...]:
    """GROUP's date-time; the clock's status is told by gas only (the guide's section 11.1)."""
    if not date_time:
        return ()
    when: datetime = dlms.read_moment(date_time)
    status = date_time[-1]
    attributes: tuple[tuple[str, str], ...] = ()
    if status != _NOT_GIVEN:
        state = "invalid" if status & _INVALID else "unreliable" if status & _DOUBTFUL else "reliable"
        attributes = (("isFromGSME", text_of_value(bool(status & _OTHER_BASE))), ("ClockStatus", state))
    return (Node("Timestamp", text_of_value(when), attributes=attributes),)


def _write(node: Node, element: etree._Element) -> None:
    for name, value in node.attributes:
        element.set(name, value)
    if node.text:
        element.text = node.text
    for child in node.children:
        _write(child, etree.SubElement(element, f"{{{RA}}}{child.name}"))
