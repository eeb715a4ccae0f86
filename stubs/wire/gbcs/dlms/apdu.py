"""The three DLMS messages of GBCS: access-request (D9), access-response (DA), data-notification (0F).

::

    access-request    = D9 invoke(4) 00     n spec*n   n data*n
    access-response   = DA invoke(4) 00 00  n data*n   n result*n
    data-notification = 0F invoke(4) 00     value
    invoke            = 20, then the low three octets of GROUP's originator counter

Source: GBCS, DLMS COSEM messages; the guide's section 8.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import msgspec

from stubs.wire.errors import Misuse
from stubs.wire.gbcs.dlms.value_codec import decode_value, encode_value
from stubs.wire.gbcs.dlms.values import Data
from stubs.wire.gbcs.octets import GbcsError, decode_length, encode_length, ends_early


class Access(IntEnum):
    """Kind of access that one specification asks for."""

    GET = 1
    SET = 2
    ACTION = 3
    GET_WITH_SELECTION = 4


_KEPT = 32
"""Contents whose request is remembered: one command is read by the transform, the device and the answer to it."""
_ACCESS = {access.value: access for access in Access}


def invoke_id(counter: int) -> int:
    """The long-invoke-id that belongs to GROUP's originator counter."""
    return 0x20000000 | (counter & 0xFFFFFF)


@lru_cache(maxsize=4096)
def obis(text: str) -> bytes:
    """Six octets from the printed form ``0-0:1.0.0.255``.

    Raises: Misuse: another form.
    """
    medium, colon, rest = text.partition(":")
    parts = [*medium.split("-"), *rest.split(".")]
    if not colon or len(parts) != 6:
        raise Misuse(f"not an OBIS code: {text}")
    return bytes(int(part) for part in parts)


class AccessSpecification(msgspec.Struct, frozen=True):
    """One row of an access-request: an attribute to get or set, or a method to call.

    Args:
        access: get, set, action, get with selection.
        class_id: COSEM class, 16 bits.
        instance: logical name, six octets.
        index: attribute or method number.
        selector: access selector, with selection only.
        selection: access parameters, with selection only.
    """

    access: Access
    class_id: int
    instance: bytes
    index: int
    selector: int = 0
    selection: Data | None = None

    def to_bytes(self) -> bytes:
        """Write the row. Raises: Misuse: a selection that is there without need, or missing."""
        if (self.selection is not None) != (self.access is Access.GET_WITH_SELECTION):
            raise Misuse("a selection belongs to a get with selection, and only there")
        head = bytes((self.access,)) + self.class_id.to_bytes(2, "big") + self.instance + bytes((self.index,))
        if self.selection is None:
            return head
        return head + bytes((self.selector,)) + encode_value(self.selection)

    @property
    def result_kind(self) -> Access:
        """The kind that answers this row: a get with selection is answered as a get."""
        return Access.GET if self.access is Access.GET_WITH_SELECTION else self.access

    @property
    def target(self) -> tuple[int, bytes, int]:
        """Class, instance and index: what tells one row from another."""
        return self.class_id, self.instance, self.index


class AccessRequest(msgspec.Struct, frozen=True):
    """A command. ``data`` is parallel to ``specifications``; a get has null data."""

    invoke: int
    specifications: tuple[AccessSpecification, ...]
    data: tuple[Data, ...]

    @classmethod
    def from_bytes(cls, content: bytes) -> AccessRequest:
        """Read the whole content. Raises: GbcsError: anything that does not fit, anything left over."""
        return _access_request(content)

    def to_bytes(self) -> bytes:
        """Write the content. Raises: Misuse: lists of different length."""
        if len(self.specifications) != len(self.data):
            raise Misuse("specifications and data are parallel lists")
        rows = b"".join(specification.to_bytes() for specification in self.specifications)
        return (
            b"\xd9"
            + self.invoke.to_bytes(4, "big")
            + b"\x00"
            + encode_length(len(self.specifications))
            + rows
            + _encode_list(self.data)
        )


@lru_cache(maxsize=_KEPT)
def _access_request(content: bytes) -> AccessRequest:
    invoke, offset = _head(content, 0xD9, "access-request", zeros=1)
    count, offset = decode_length(content, offset, what="the list of specifications")
    specifications = []
    for _ in range(count):
        specification, offset = _specification(content, offset)
        specifications.append(specification)
    data, offset = _data_list(content, offset)
    if len(data) != count:
        raise GbcsError("lists of different length", offset, expected=str(count), got=str(len(data)))
    _at_end(content, offset)
    return AccessRequest(invoke, tuple(specifications), data)


@dataclass(frozen=True, slots=True)
class AccessResult:
    """Result of one row: its kind and a result code (0 success)."""

    access: Access
    code: int


@dataclass(frozen=True, slots=True)
class AccessResponse:
    """An answer. ``results`` is parallel to the request's rows, ``data`` too (null where there is no value)."""

    invoke: int
    data: tuple[Data, ...]
    results: tuple[AccessResult, ...]

    @classmethod
    def from_bytes(cls, content: bytes) -> AccessResponse:
        """Read the whole content. Raises: GbcsError: anything that does not fit, anything left over."""
        invoke, offset = _head(content, 0xDA, "access-response", zeros=2)
        data, offset = _data_list(content, offset)
        count, offset = decode_length(content, offset, what="the list of results")
        end = offset + 2 * count
        if end > len(content):
            raise ends_early(content, "the list of results", expected=f"{count} results")
        results = []
        for at in range(offset, end, 2):
            access = _ACCESS.get(content[at])
            if access is None or access is Access.GET_WITH_SELECTION:
                raise GbcsError("unknown kind of result", at, expected="01, 02 or 03", got=f"{content[at]:02X}")
            results.append(AccessResult(access, content[at + 1]))
        _at_end(content, end)
        return cls(invoke, data, tuple(results))

    def to_bytes(self) -> bytes:
        """Write the content."""
        results = b"".join(bytes((result.access, result.code)) for result in self.results)
        return (
            b"\xda"
            + self.invoke.to_bytes(4, "big")
            + b"\x00\x00"
            + _encode_list(self.data)
            + encode_length(len(self.results))
            + results
        )


@dataclass(frozen=True, slots=True)
class DataNotification:
    """An alert's content: one value, in GBCS a structure of alert code, time and further members."""

    invoke: int
    body: Data

    @classmethod
    def from_bytes(cls, content: bytes) -> DataNotification:
        """Read the whole content. Raises: GbcsError: anything that does not fit, anything left over."""
        invoke, offset = _head(content, 0x0F, "data-notification", zeros=1)
        body, offset = decode_value(content, offset)
        _at_end(content, offset)
        return cls(invoke, body)

    def to_bytes(self) -> bytes:
        """Write the content."""
        return b"\x0f" + self.invoke.to_bytes(4, "big") + b"\x00" + encode_value(self.body)


def _head(content: bytes, tag: int, what: str, *, zeros: int) -> tuple[int, int]:
    end = 5 + zeros
    if len(content) < end:
        raise ends_early(content, what, expected=f"{end} octets of head")
    if content[0] != tag:
        raise GbcsError(f"not an {what}", 0, expected=f"{tag:02X}", got=f"{content[0]:02X}")
    if any(content[5:end]):
        raise GbcsError("date-time or specifications in a DLMS head", 5, expected="00", got=content[5:end].hex())
    return int.from_bytes(content[1:5], "big"), end


def _specification(content: bytes, offset: int) -> tuple[AccessSpecification, int]:
    end = offset + 10
    if end > len(content):
        raise ends_early(content, "a specification", expected=f"10 octets from octet {offset}")
    access = _ACCESS.get(content[offset])
    if access is None:
        raise GbcsError("unknown kind of access", offset, expected="01 to 04", got=f"{content[offset]:02X}")
    class_id = int.from_bytes(content[offset + 1 : offset + 3], "big")
    instance, index = content[offset + 3 : offset + 9], content[offset + 9]
    if access is not Access.GET_WITH_SELECTION:
        return AccessSpecification(access, class_id, instance, index), end
    if end >= len(content):
        raise ends_early(content, "a selection", expected="a selector")
    selection, after = decode_value(content, end + 1)
    return AccessSpecification(access, class_id, instance, index, content[end], selection), after


def _data_list(content: bytes, offset: int) -> tuple[tuple[Data, ...], int]:
    count, offset = decode_length(content, offset, what="the list of data")
    if count > len(content) - offset:
        raise ends_early(content, "the list of data", expected=f"{count} values")
    values = []
    for _ in range(count):
        value, offset = decode_value(content, offset)
        values.append(value)
    return tuple(values), offset


def _encode_list(values: tuple[Data, ...]) -> bytes:
    return encode_length(len(values)) + b"".join(encode_value(value) for value in values)


def _at_end(content: bytes, offset: int) -> None:
    if offset != len(content):
        raise GbcsError("octets after the end of the payload", offset, got=content[offset:][:16].hex())
