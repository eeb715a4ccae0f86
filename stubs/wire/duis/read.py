"""Reads typed values from a parsed document. The schema may not have been consulted: every field is checked here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree

from stubs.wire.base64text import read_base64
from stubs.wire.duis.canonical_read import read_canonical_request
from stubs.wire.duis.node import Node, node_of
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
from stubs.wire.duis.values import read_boolean, read_date_time
from stubs.wire.errors import PeerError
from stubs.wire.request_id import RequestId
from stubs.wire.xml import SR, child_elements, local_name, path_of, text_of

_CLAUSE = "DUIS 5.4 schema"
_REQUEST_FIELDS = (
    _REQUEST_ID,
    _FIRST_IN_SEQUENCE,
    _PRECEDING,
    _COMMAND_VARIANT,
    _SERVICE_REFERENCE,
    _SERVICE_REFERENCE_VARIANT,
) = tuple(
    f"{{{SR}}}{name}"
    for name in (
        "RequestID",
        "FirstInSequence",
        "PrecedingServiceRequestID",
        "CommandVariant",
        "ServiceReference",
        "ServiceReferenceVariant",
    )
)
"""Fields of a request's header, in Clark notation."""
_PARTS = _HEADER, _BODY = f"{{{SR}}}Header", f"{{{SR}}}Body"
_SIGNED_PRE_COMMAND = f"{{{SR}}}SignedPreCommand"


class DuisError(PeerError):
    """Well-formed XML, but not the DUIS document that was expected; ``where`` is an element path."""


def read_request(element: etree._Element, unsigned: bytes | None = None) -> Request:
    """A ``Request`` document as a value; its signature is neither read nor verified.

    Args:
        element: the document element.
        unsigned: canonical form of the same document without its signature, where it is at hand and the schema has
            nothing against the document: the usual request is read from it for less.
    Raises: DuisError: another document, a missing or repeated field, or a value that cannot be read.
    """
    if unsigned is not None and (usual := read_canonical_request(unsigned)) is not None:
        return usual
    _require_name(element, "Request")
    parts = _fields(element, _PARTS)
    header = _read_request_header(_present(element, parts, _HEADER))
    body = _only_child(_present(element, parts, _BODY))
    version = _schema_version(element)
    if body.tag != _SIGNED_PRE_COMMAND:
        return ServiceRequest(header, node_of(body), version)
    execution = _optional(body, "ExecutionDateTime")
    return SignedPreCommand(
        header=header,
        gbcs_payload=_payload(body),
        execution_date_time=None if execution is None else text_of(execution).strip(),
        schema_version=version,
    )


def read_response(element: etree._Element) -> Response:
    """A ``Response`` document as a value; its signature is neither read nor verified.

    Raises: DuisError: another document, a missing or repeated field, or a value that cannot be read.
    """
    _require_name(element, "Response")
    header = _one(element, "Header")
    with _named(response_time := _one(header, "ResponseDateTime")):
        moment = read_date_time(text_of(response_time))
    return Response(
        header=ResponseHeader(
            response_code=_text(header, "ResponseCode"),
            response_date_time=moment,
            request_id=_optional_request_id(header, "RequestID"),
            response_id=_optional_request_id(header, "ResponseID"),
        ),
        body=_read_response_body(_only_child(_one(element, "Body"))),
        schema_version=_schema_version(element),
    )


def _read_request_header(header: etree._Element) -> RequestHeader:
    fields = _fields(header, _REQUEST_FIELDS)
    request_id = _request_id(fields.get(_REQUEST_ID))
    if request_id is None:
        raise DuisError("a header field is missing", where=path_of(header), expected="RequestID", clause=_CLAUSE)
    first = fields.get(_FIRST_IN_SEQUENCE)
    is_first: bool | None = None
    if first is not None:
        with _named(first):
            is_first = read_boolean(text_of(first))
    return RequestHeader(
        request_id=request_id,
        command_variant=_number_in(_present(header, fields, _COMMAND_VARIANT)),
        service_reference=_trimmed(_present(header, fields, _SERVICE_REFERENCE)),
        srv=_trimmed(_present(header, fields, _SERVICE_REFERENCE_VARIANT)),
        first_in_sequence=is_first,
        preceding=_request_id(fields.get(_PRECEDING)),
    )


def _fields(parent: etree._Element, tags: tuple[str, ...]) -> dict[str, etree._Element]:
    """Children with these tags by tag, in one pass. Raises: DuisError: one is repeated."""
    fields: dict[str, etree._Element] = {}
    for element in parent:
        tag = element.tag
        if tag in tags:
            if tag in fields:
                raise DuisError(
                    "an element is repeated", where=path_of(element), expected="at most one", clause=_CLAUSE
                )
            fields[tag] = element
    return fields


def _present(parent: etree._Element, fields: dict[str, etree._Element], tag: str) -> etree._Element:
    found = fields.get(tag)
    if found is None:
        name = tag.rpartition("}")[2]
        raise DuisError("an element is missing", where=path_of(parent), expected=name, clause=_CLAUSE)
    return found


def _read_response_body(body: etree._Element) -> ResponseBody:
    match local_name(body):
        case "ResponseMessage":
            return ServiceResponse(
                service_reference=_text(body, "ServiceReference"),
                srv=_text(body, "ServiceReferenceVariant"),
                result=_read_result(body),
            )
        case "DeviceAlertMessage":
            return DeviceAlert(
                alert_code=_text(body, "AlertCode").upper(),
                gbcs_payload=_payload(body),
                throttled_sequence_id=_optional_number(body, "ThrottledAlertSequenceId"),
                throttled_count=_optional_number(body, "ThrottledAlertCount"),
            )
        case "DCCAlertMessage":
            return DccAlert(
                code=_text(body, "DCCAlertCode"),
                content=_content(_one(body, "DCCAlert")),
                throttled_sequence_id=_optional_number(body, "ThrottledAlertSequenceId"),
                throttled_count=_optional_number(body, "ThrottledAlertCount"),
            )
        case "SMETS1ResponseMessage":
            return Smets1Response(node_of(body))
        case other:
            raise DuisError(
                "an unknown kind of response",
                where=path_of(body),
                expected="ResponseMessage, DeviceAlertMessage, DCCAlertMessage or SMETS1ResponseMessage",
                got=other[:80],
                clause=_CLAUSE,
            )


def _read_result(message: etree._Element) -> Result:
    results = child_elements(message)[2:]
    if not results:
        return None
    if len(results) > 1:
        raise DuisError("more than one result", where=path_of(results[1]), expected="one", clause=_CLAUSE)
    result = results[0]
    match local_name(result):
        case "GBCSPayload":
            return GbcsPayload(_payload(message))
        case "PreCommand":
            return PreCommand(gbcs_version=_text(result, "GBCSVersion"), gbcs_payload=_payload(result))
        case "LocalCommand":
            return LocalCommand(_payload(result))
        case "FutureDatedDeviceAlertMessage":
            return FutureDatedDeviceAlert(
                code=_text(result, "FutureDatedAlertCode").upper(),
                gbcs_payload=_payload(result),
                instruction=_number(result, "InstructionNumber"),
                total=_number(result, "TotalCommandInstructions"),
            )
        case _:
            return OtherResult(node_of(result))


def _content(dcc_alert: etree._Element) -> Node:
    return node_of(_only_child(dcc_alert))


def _require_name(element: etree._Element, name: str) -> None:
    if element.tag != f"{{{SR}}}{name}":
        raise DuisError(
            "another document than expected", expected=f"{name} in {SR}", got=str(element.tag)[:120], clause=_CLAUSE
        )


def _schema_version(element: etree._Element) -> str:
    version = element.get("schemaVersion")
    if version is None:
        raise DuisError("schemaVersion is missing", where=path_of(element), clause=_CLAUSE)
    return str(version).strip()


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    return list(parent.iterchildren(f"{{{SR}}}{name}"))


def _optional(parent: etree._Element, name: str) -> etree._Element | None:
    found = _children(parent, name)
    if len(found) > 1:
        raise DuisError("an element is repeated", where=path_of(found[1]), expected="at most one", clause=_CLAUSE)
    return found[0] if found else None


def _one(parent: etree._Element, name: str) -> etree._Element:
    found = _optional(parent, name)
    if found is None:
        raise DuisError("an element is missing", where=path_of(parent), expected=name, clause=_CLAUSE)
    return found


def _only_child(parent: etree._Element) -> etree._Element:
    children = [child for child in parent if isinstance(child.tag, str)]
    if len(children) != 1:
        raise DuisError(
            "one element is wanted here", where=path_of(parent), expected="1", got=str(len(children)), clause=_CLAUSE
        )
    return children[0]


def _text(parent: etree._Element, name: str) -> str:
    return _trimmed(_one(parent, name))


def _trimmed(element: etree._Element) -> str:
    return text_of(element).strip(" \t\r\n")


def _number(parent: etree._Element, name: str) -> int:
    return _number_in(_one(parent, name))


def _number_in(element: etree._Element) -> int:
    text = _trimmed(element)
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise DuisError("not a number", where=path_of(element), got=repr(text[:40]), clause=_CLAUSE)
    return int(digits)


def _optional_number(parent: etree._Element, name: str) -> int | None:
    return None if _optional(parent, name) is None else _number(parent, name)


def _payload(parent: etree._Element) -> bytes:
    element = _one(parent, "GBCSPayload")
    with _named(element):
        return read_base64(text_of(element))


def _optional_request_id(parent: etree._Element, name: str) -> RequestId | None:
    return _request_id(_optional(parent, name))


def _request_id(element: etree._Element | None) -> RequestId | None:
    if element is None:
        return None
    try:
        return RequestId.parse(text_of(element))
    except PeerError as error:
        raise _placed(error, element) from error


@contextmanager
def _named(element: etree._Element) -> Iterator[None]:
    """Give an error about a value the place where the value stands."""
    try:
        yield
    except PeerError as error:
        raise _placed(error, element) from error


def _placed(error: PeerError, element: etree._Element) -> DuisError:
    return DuisError(error.what, where=path_of(element), expected=error.expected, got=error.got, clause=_CLAUSE)
