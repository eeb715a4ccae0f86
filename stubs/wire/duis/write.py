"""Writes documents from typed values, unsigned: one line, no indentation, base64 unbroken, values without padding.

The public client refuses responses laid out in any other way (public-client.md, what the validator accepts).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import assert_never

from stubs.wire.base64text import write_base64
from stubs.wire.duis.node import Node
from stubs.wire.duis.requests import Request, RequestHeader, ServiceRequest, SignedPreCommand
from stubs.wire.duis.responses import (
    DccAlert,
    DeviceAlert,
    FutureDatedDeviceAlert,
    GbcsPayload,
    LocalCommand,
    OtherResult,
    PreCommand,
    Response,
    ResponseBody,
    ResponseHeader,
    Result,
    ServiceResponse,
    Smets1Response,
)
from stubs.wire.duis.values import write_date_time
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.xml import DS, RA, SR

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
_DECLARATION_OCTETS = _DECLARATION.encode()
_NAME = re.compile(r"\A(?:(?:ra|ds|sr):)?[A-Za-z_][A-Za-z0-9_.-]*\Z", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;/+=_-]*")
"""Nothing that XML writes in another way or cannot hold: identifiers, numbers, times, base64."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_PLAIN_ATTRIBUTES = _DECLARATION.count('="') + 2
"""Of a document with nothing but ``xmlns:sr`` and ``schemaVersion`` on the document element."""


def canonical_form(document: bytes) -> bytes | None:
    """Canonical XML of a document written here, when that is what follows its declaration; None: ask the library.

    Everything this module writes is canonical but for four things, all easily seen: the short form of empty elements,
    references, further namespaces, and attributes in another order.
    """
    is_same = (
        b"/>" not in document
        and b"&" not in document
        and document.count(b'="') == _PLAIN_ATTRIBUTES
        and document.startswith(_DECLARATION_OCTETS)
    )
    return document[len(_DECLARATION_OCTETS) :] if is_same else None


def write_request(request: Request) -> bytes:
    """The unsigned document. Raises: PeerError: a value holds characters XML cannot carry."""
    match request:
        case ServiceRequest():
            body = _node(request.body)
        case SignedPreCommand():
            execution = request.execution_date_time
            body = _element(
                "SignedPreCommand",
                ("" if execution is None else _leaf("ExecutionDateTime", execution)) + _payload(request.gbcs_payload),
            )
        case _:
            assert_never(request)
    return _document("Request", request.schema_version, _request_header(request.header), body)


def write_response(response: Response) -> bytes:
    """The unsigned document. Raises: PeerError: a value holds characters XML cannot carry."""
    header = _response_header(response.header)
    return _document("Response", response.schema_version, header, _response_body(response.body))


def write_element(node: Node) -> bytes:
    """One element as a document of its own, with the namespaces a response that holds it will declare.

    Raises: PeerError: a value holds characters XML cannot carry.
    """
    text = _node(node)
    namespaces = f' xmlns:sr="{SR}"' + (f' xmlns:ra="{RA}"' if "<ra:" in text else "") + f' xmlns:ds="{DS}"'
    end = re.search(r"[ />]", text)
    assert end is not None, "an element's name ends"
    return f"{_DECLARATION}{text[: end.start()]}{namespaces}{text[end.start() :]}".encode()


def _request_header(header: RequestHeader) -> str:
    first = header.first_in_sequence
    return (
        _leaf("RequestID", str(header.request_id))
        + ("" if first is None else _leaf("FirstInSequence", "true" if first else "false"))
        + ("" if header.preceding is None else _leaf("PrecedingServiceRequestID", str(header.preceding)))
        + _leaf("CommandVariant", str(header.command_variant))
        + _leaf("ServiceReference", header.service_reference)
        + _leaf("ServiceReferenceVariant", header.srv)
    )


def _response_header(header: ResponseHeader) -> str:
    # Identifiers and times hold nothing that needs a reference: no need to look at their characters.
    asked = "" if header.request_id is None else f"<sr:RequestID>{header.request_id}</sr:RequestID>"
    own = "" if header.response_id is None else f"<sr:ResponseID>{header.response_id}</sr:ResponseID>"
    when = write_date_time(header.response_date_time)
    return (
        f"{asked}{own}<sr:ResponseCode>{_text(header.response_code)}</sr:ResponseCode>"
        f"<sr:ResponseDateTime>{when}</sr:ResponseDateTime>"
    )


def _response_body(body: ResponseBody) -> str:
    match body:
        case ServiceResponse():
            return _element("ResponseMessage", _service(body.service_reference, body.srv) + _result(body.result))
        case DeviceAlert():
            return _element(
                "DeviceAlertMessage",
                _leaf("AlertCode", body.alert_code) + _throttling(body) + _payload(body.gbcs_payload),
            )
        case DccAlert():
            return _element(
                "DCCAlertMessage",
                _leaf("DCCAlertCode", body.code) + _throttling(body) + _element("DCCAlert", _node(body.content)),
            )
        case Smets1Response():
            return _node(body.node)
        case _:
            assert_never(body)


def _result(result: Result) -> str:
    match result:
        case None:
            return ""
        case GbcsPayload():
            return _payload(result.payload)
        case PreCommand():
            return _element("PreCommand", _leaf("GBCSVersion", result.gbcs_version) + _payload(result.gbcs_payload))
        case LocalCommand():
            return _element("LocalCommand", _payload(result.gbcs_payload))
        case FutureDatedDeviceAlert():
            return _element(
                "FutureDatedDeviceAlertMessage",
                _leaf("FutureDatedAlertCode", result.code)
                + _payload(result.gbcs_payload)
                + _leaf("InstructionNumber", str(result.instruction))
                + _leaf("TotalCommandInstructions", str(result.total)),
            )
        case OtherResult():
            return _node(result.node)
        case _:
            assert_never(result)


def _throttling(alert: DeviceAlert | DccAlert) -> str:
    sequence, count = alert.throttled_sequence_id, alert.throttled_count
    return ("" if sequence is None else _leaf("ThrottledAlertSequenceId", str(sequence))) + (
        "" if count is None else _leaf("ThrottledAlertCount", str(count))
    )


def _document(name: str, schema_version: str, header: str, body: str) -> bytes:
    start = _start(name, schema_version, "<ra:" in body, "<ds:" in body)
    return f"{start}<sr:Header>{header}</sr:Header><sr:Body>{body}</sr:Body></sr:{name}>".encode()


@lru_cache(maxsize=64)
def _start(name: str, schema_version: str, with_ra: bool, with_ds: bool) -> str:  # noqa: FBT001
    """The document up to its header: the same for nearly all."""
    namespaces = (
        f' xmlns:sr="{SR}"' + (f' xmlns:ra="{RA}"' if with_ra else "") + (f' xmlns:ds="{DS}"' if with_ds else "")
    )
    return f'{_DECLARATION}<sr:{name}{namespaces} schemaVersion="{_attribute(schema_version)}">'


@lru_cache(maxsize=512)
def _service(reference: str, srv: str) -> str:
    return _leaf("ServiceReference", reference) + _leaf("ServiceReferenceVariant", srv)


def _payload(octets: bytes) -> str:
    return f"<sr:GBCSPayload>{write_base64(octets)}</sr:GBCSPayload>"  # base64 holds nothing that needs a reference


def _element(name: str, content: str) -> str:
    return f"<sr:{name}>{content}</sr:{name}>"


def _leaf(name: str, text: str) -> str:
    return f"<sr:{name}>{_text(text)}</sr:{name}>"


def _node(node: Node) -> str:
    name, children, attributes = _tag(node.name), node.children, ""
    if children and node.text:
        raise Misuse(f"{node.name} has both text and children: DUIS has no mixed content")
    if node.attributes:
        attributes = "".join([f' {key}="{_attribute(value)}"' for key, value in node.attributes])
    content = "".join(map(_node, children)) if children else _text(node.text)
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


@lru_cache(maxsize=4096)
def _tag(name: str) -> str:
    """An element's name with its prefix: few, and written again and again. Raises: Misuse: no name."""
    if _NAME.match(name) is None:
        raise Misuse(f"not an element name: {name[:80]!r}")
    return name if ":" in name else f"sr:{name}"


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    _check_characters(value)
    # A carriage return would be read back as a line feed unless written as a reference.
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _attribute(value: str) -> str:
    escaped = _text(value).replace('"', "&quot;")
    return escaped.replace("\t", "&#9;").replace("\n", "&#10;")


def _check_characters(value: str) -> None:
    if (found := _NOT_XML.search(value)) is not None:
        raise PeerError("a value cannot be written as XML", got=f"character U+{ord(found.group()):04X}")
