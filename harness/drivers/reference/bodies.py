"""Builds the body of a service request from an action's parameters: rows of ``request-bodies.csv``, nothing by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.load import BodyRow, Srv, request_bodies, service_requests
from stubs.wire import Eui64, PeerError
from stubs.wire.duis import Node

_ALIASES: Mapping[str, Mapping[str, str]] = {
    "8.11": {"action": "RequestType"},
    "1.5": {"mode": "PaymentMode"},
    "1.6": {"mode": "PaymentMode"},
    "8.2": {"ImportMPxN": "MPxN"},
    "8.14.1": {"ImportMPxN": "MPxN"},
}
"""Shorter or sister names accepted for a parameter, per service."""

_CAPITALISED = frozenset({"RequestType", "PaymentMode"})


class UnsupportedRequestError(Exception):
    """The client cannot make this request: unknown service, unknown parameter, or a value of the wrong kind."""


def build_body(srv: Srv, parameters: Mapping[str, Any], target: str, now: datetime) -> Node:
    """The service-specific element of a request.

    Args:
        srv: one of ``schemas.load.request_bodies()``.
        parameters: values by DUIS element name.
        target: EUI-64 the action is about; stands for DeviceID where the service names a device in its body.
        now: UTC; stands for times that are not given.

    Raises: UnsupportedRequestError: unknown service or parameter, or a value of the wrong kind; the text says which.
    """
    rows = request_bodies().get(srv)
    if rows is None:
        raise UnsupportedRequestError(f"service {srv} is not one of {', '.join(request_bodies())}")
    given = _given(srv, rows, parameters)
    chosen = {row.parameter: given.get(row.parameter, row.default) for row in rows if row.kind != "mark"}
    defaults = {"@target": target, "@now": _instant(now), "@yesterday": _instant(now - timedelta(days=1))}
    tree = _Tree()
    for row in rows:
        if not _applies(row, chosen):
            continue
        value = given.get(row.parameter)
        if value is None and not (row.when == "alone" and given):
            value = defaults.get(row.default, row.default)
        if row.kind == "mark":
            tree.put(row.path, "")
        elif row.path and value is not None and value != "" and not (row.kind == "flag" and not value):
            tree.put(row.path, _text(row, value))
    return tree.node(service_requests()[srv].request_element)


def _given(srv: Srv, rows: tuple[BodyRow, ...], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters under their own names. Raises: UnsupportedRequestError: one is not known."""
    known = {row.parameter for row in rows if row.parameter}
    aliases = _ALIASES.get(srv, {})
    given = {}
    for name, value in parameters.items():
        parameter = name if name in known else aliases.get(name, name)
        if parameter not in known:
            expected = ", ".join(sorted(known)) or "no parameters"
            raise UnsupportedRequestError(f"service {srv} has no parameter {name!r}; it has {expected}")
        given[parameter] = str(value).capitalize() if parameter in _CAPITALISED else value
    for row in rows:
        if row.kind == "choice" and row.parameter in given:
            branches = {other.when.partition("=")[2] for other in rows if other.when.startswith(row.parameter)}
            if given[row.parameter] not in branches:
                raise UnsupportedRequestError(
                    f"{row.parameter} of service {srv} is one of {', '.join(sorted(branches))}, "
                    f"not {given[row.parameter]!r}"
                )
    return given


def _applies(row: BodyRow, chosen: Mapping[str, Any]) -> bool:
    parameter, equals, value = row.when.partition("=")
    return not equals or chosen.get(parameter) == value


def _text(row: BodyRow, value: Any) -> str:
    """The text of an element. Raises: UnsupportedRequestError: ``value`` is of the wrong kind."""
    match row.kind:
        case "flag":
            return ""
        case "boolean":
            return "true" if value in (True, "true", "1") else "false"
        case "instant":
            return _instant(value) if isinstance(value, datetime) else str(value)
        case "eui":
            try:
                return str(Eui64.parse(str(value)))
            except PeerError as error:
                raise UnsupportedRequestError(f"{row.parameter}: {error}") from error
    if isinstance(value, str | int | float):
        return str(value)
    raise UnsupportedRequestError(f"{row.parameter} is a text or a number, not {type(value).__name__}")


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.00Z")


class _Tree:
    """Nested elements put in schema order; paths with the same beginning share their parents."""

    def __init__(self) -> None:
        self._children: dict[str, _Tree | str] = {}

    def put(self, path: str, text: str) -> None:
        first, _, rest = path.partition("/")
        if not rest:
            self._children[first] = text
            return
        child = self._children.setdefault(first, _Tree())
        assert isinstance(child, _Tree), path
        child.put(rest, text)

    def node(self, name: str) -> Node:
        return Node(
            name,
            children=tuple(
                child.node(key) if isinstance(child, _Tree) else Node(key, child)
                for key, child in self._children.items()
            ),
        )
