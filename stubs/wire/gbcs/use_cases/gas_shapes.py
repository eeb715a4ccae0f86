"""Layouts of the ZigBee commands of gas use cases, of the command and of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stubs.wire.gbcs import gbz
from stubs.wire.gbcs.gbz import Layout
from stubs.wire.gbcs.use_cases.gbz_codecs import Attribute, layout


@dataclass(frozen=True, slots=True)
class Shape:
    """Layout of one ZigBee command.

    Args:
        cluster, frame_control, command: what tells it from others.
        head: its fields.
        rows: fields that repeat until the payload ends; they become ``rows`` among the fields.
    """

    cluster: int
    frame_control: int
    command: int
    head: Layout
    rows: Layout = ()

    def encode(self, fields: Mapping[str, Any]) -> bytes:
        """The payload. Raises: Misuse: a missing value, or one that does not fit."""
        rows = fields.get("rows", ()) if self.rows else ()
        return gbz.encode_fields(self.head, dict(fields)) + b"".join(gbz.encode_fields(self.rows, row) for row in rows)

    def decode(self, payload: bytes) -> dict[str, Any]:
        """The fields. Raises: GbcsError: the data end, or octets are left over."""
        if not self.rows:
            return gbz.decode_fields(self.head, payload)
        fields, offset = gbz.decode_fields_at(self.head, payload, 0)
        rows = []
        while offset < len(payload):
            row, offset = gbz.decode_fields_at(self.rows, payload, offset)
            rows.append(row)
        return fields | {"rows": tuple(rows)}


def shape(cluster: int, frame_control: int, command: int, head: str, rows: str = "") -> Shape:
    """A shape from texts such as ``"event u32, name text"``."""
    return Shape(cluster, frame_control, command, layout(head) if head else (), layout(rows) if rows else ())


def read_shape(cluster: int) -> Shape:
    """A read of attributes; its rows are their numbers."""
    return shape(cluster, 0x00, gbz.READ_ATTRIBUTES, "", "attribute u16")


@dataclass(frozen=True, slots=True)
class Sent:
    """One component of a command: its shape, its fields, and the time stamp before them, if any."""

    shape: Shape
    fields: dict[str, Any]
    from_time: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of a component that succeeded, instead of a default response.

    Args:
        shape: of the answer; for a read of attributes only its cluster and frame control count.
        is_encrypted: whether its payload is encrypted.
        attributes: what a read of attributes asks for, in order.
    """

    shape: Shape
    is_encrypted: bool = False
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer to one component: ``status`` and, when that is 0, the fields of each answering component."""

    number: int
    status: int
    shape: Shape | None = None
    fields: tuple[dict[str, Any], ...] = ()
