"""Decoded form of a message: indented XML, and the fields of the GBCS messages in it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec
from lxml import etree
from markupsafe import Markup, escape

from stubs.wire.errors import PeerError
from stubs.wire.gbcs.view import Check, Commands, Field, ViewKeys, describe
from stubs.wire.xml import parse

_RAW_SHOWN = 24
_BINARY_SHOWN = 8192


class FieldRow(msgspec.Struct, frozen=True, gc=False):
    """One line of a decoded message."""

    offset: int
    depth: int
    name: str
    value: str
    raw: str


@dataclass(frozen=True, slots=True)
class Part:
    """One decoded GBCS message."""

    title: str
    rows: tuple[FieldRow, ...]

    @property
    def drawn_rows(self) -> Markup:
        """Its rows as HTML: nearly all that a report consists of, so the template engine is spared them."""
        rows = (
            f'<tr><td class="number">{row.offset}{_drawn(row.depth, row.name, row.value, row.raw)}</tr>'
            for row in self.rows
        )
        return Markup("".join(rows))  # noqa: S704 - every text in it is escaped


@lru_cache(maxsize=4096)
def _drawn(depth: int, name: str, value: str, raw: str) -> str:
    """The cells after the offset, escaped. The messages of a run repeat most of their fields."""
    return (
        f'</td><td style="padding-left:{0.5 + depth * 1.1}rem">{escape(name)}</td><td>{escape(value)}</td>'
        f'<td class="mono raw">{escape(raw)}</td>'
    )


@dataclass(frozen=True, slots=True)
class Known:
    """Facts beside a GBCS message's octets: commands it may answer, and public certificates."""

    asked: Commands
    keys: ViewKeys | None
    described: dict[bytes, tuple[FieldRow, ...]] = field(default_factory=dict)
    """Messages read so far: a device's response is seen between it and the DCC, and again in the DCC's answer."""


def decode(body: bytes, media: str, known: Known) -> tuple[str, tuple[Part, ...]]:
    """The document laid out for people (empty for GBCS), and its GBCS messages field by field; never an error."""
    if media == "gbcs" and body:
        return "", (_part("GBCS message", body, known),)
    if media != "xml" or not body:
        return "", ()
    try:
        root = parse(body)
    except PeerError as error:
        return f"not readable as XML ({error}); as received:\n{body[:_BINARY_SHOWN].decode('utf-8', 'replace')}", ()
    parts = tuple(_part(f"{name} decoded", payload, known) for name, payload in payloads(root))
    etree.indent(root)
    return etree.tostring(root, encoding="unicode"), parts


def payloads(root: etree._Element) -> Iterator[tuple[str, bytes]]:
    """The GBCS messages in a document; what is no base64 is passed over."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.text and element.tag.endswith("}GBCSPayload"):
            try:
                yield "GBCSPayload", b64decode(element.text, validate=True)
            except ValueError:
                continue


def _part(title: str, payload: bytes, known: Known) -> Part:
    """The fields of one message; those of an answer are named by what its command asked for."""
    rows = known.described.get(payload)
    if rows is None:
        try:
            fields = describe(payload, known.keys, known.asked.answered_by(payload))
        except PeerError as error:
            return Part(f"{title}: cannot be parsed: {error}", ())
        found: list[FieldRow] = []
        _add_rows(found, fields, 0)
        rows = known.described[payload] = tuple(found)
    return Part(title, rows)


def _add_rows(rows: list[FieldRow], fields: Iterable[Field], depth: int) -> None:
    """Add a row for each field and for those in it, in the order of their octets."""
    for one in fields:
        raw = one.header.hex()
        shown = raw if len(raw) <= 2 * _RAW_SHOWN else f"{raw[: 2 * _RAW_SHOWN]}… ({len(one.header)} bytes)"
        value = f"{one.value} {one.unit}".strip()
        if one.check is not Check.NONE:
            value = f"{one.check}: {value}"
        rows.append(FieldRow(one.offset, depth, one.name, value, shown))
        _add_rows(rows, one.children, depth + 1)
