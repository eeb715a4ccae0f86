"""Single values of a request body: the rows of ``schemas/catalogue/gbcs-request-fields.csv``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from schemas.load import request_fields
from stubs.wire.duis import Node, read_boolean, read_date_time
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64


def integer(text: str) -> int:
    """A whole number. Raises: PeerError: none."""
    try:
        return int(text.strip())
    except ValueError as broken:
        raise PeerError("not an integer", got=repr(text[:24])) from broken


def decimal(text: str) -> float:
    """A number with a point. Raises: PeerError: none."""
    try:
        return float(Decimal(text.strip()))
    except InvalidOperation as broken:
        raise PeerError("not a decimal number", got=repr(text[:24])) from broken


def moment(text: str) -> datetime:
    """A time, whole seconds. Raises: PeerError: none."""
    return read_date_time(text).replace(microsecond=0)


def eui64(text: str) -> str:
    """An EUI-64, dashed. Raises: PeerError: none."""
    return str(Eui64.parse(text.strip()))


def certificate(text: str) -> str:
    """Base64 as hexadecimal. Raises: PeerError: no base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).hex().upper()
    except binascii.Error as broken:
        raise PeerError("not base64", got=repr(text[:24])) from broken


def hexadecimal(text: str) -> str:
    """Hexadecimal in upper case. Raises: PeerError: none."""
    try:
        return bytes.fromhex(text.strip()).hex().upper()
    except ValueError as broken:
        raise PeerError("not hexadecimal", got=repr(text[:40])) from broken


KINDS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "integer": integer,
        "decimal": decimal,
        "moment": moment,
        "boolean": read_boolean,
        "token": str.strip,
        "text": str,
        "presence": lambda _: True,
        "eui64": eui64,
        "certificate": certificate,
        "hexadecimal": hexadecimal,
    }
)
"""Readers of an element's text, by the kind that its row names."""


def field_values(use_case: str, body: Node) -> dict[str, Any]:
    """The single values of a use case's command that a request body gives.

    Raises: PeerError: a required element is missing or its text cannot be read; it names the path.
    """
    values: dict[str, Any] = {}
    for field in request_fields().get(use_case, ()):
        text = body.get(field.path)
        if text is not None:
            values[field.name] = read_at(KINDS[field.kind], text, f"{body.name}/{field.path}")
        elif field.required:
            raise PeerError("an element is missing", where=f"{body.name}/{field.path}")
    return values


def read_at(convert: Callable[[str], Any], text: str, where: str) -> Any:
    """``convert(text)``. Raises: PeerError: it cannot be read, with ``where``."""
    try:
        return convert(text)
    except PeerError as broken:
        raise PeerError(broken.what, where=where, expected=broken.expected, got=broken.got) from broken
