"""Bodies of services that are not laid out value by value: our example, with the values that are given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from harness.drivers.reference.bodies import UnsupportedRequestError
from schemas.load import Srv
from stubs.wire.duis import Node, example


def sample_body(
    srv: Srv, parameters: Mapping[str, Any], own: Mapping[str, str], *, device_type: str = "", is_full: bool = False
) -> Node:
    """The service-specific element of a request.

    Args:
        srv: any of ``schemas.load.service_requests()``.
        parameters: values by DUIS element name, or by the end of a path (``ReadLogPeriod/StartDateTime``) where one
            name stands in several places.
        own: what the client knows itself, by element name; it stands where the example has such an element.
        device_type: of the target, where it decides between alternatives; empty: mostly an ESME.
        is_full: with every optional element.
    Raises: UnsupportedRequestError: a parameter that the service does not have, or of no kind an element can hold.
    """
    given = {name: _text(name, value) for name, value in parameters.items()}
    body = example(srv, full=is_full, values=given, device_type=device_type)
    for name in given:
        if not _holds(body, f"/{body.name}", name):
            raise UnsupportedRequestError(f"service {srv} has no parameter {name!r}")
    return _filled(body, f"/{body.name}", {**own, **given})


def _holds(node: Node, path: str, name: str) -> bool:
    return path.endswith(f"/{name}") or any(_holds(child, f"{path}/{child.name}", name) for child in node.children)


def _filled(node: Node, path: str, texts: Mapping[str, str]) -> Node:
    if node.children:
        return msgspec.structs.replace(
            node, children=tuple(_filled(child, f"{path}/{child.name}", texts) for child in node.children)
        )
    found = [name for name in texts if path.endswith(f"/{name}")]
    return msgspec.structs.replace(node, text=texts[max(found, key=len)]) if found else node


def _text(name: str, value: Any) -> str:
    """The text of an element. Raises: UnsupportedRequestError: ``value`` is of no kind an element can hold."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.00Z")
        case str() | int() | float():
            return str(value)
    raise UnsupportedRequestError(f"{name} is a text or a number, not {type(value).__name__}")
