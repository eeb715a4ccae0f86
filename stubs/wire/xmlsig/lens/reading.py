"""Reading a signature that may be built in any way: what is there is taken, nothing is trusted for more than show."""

from __future__ import annotations

import base64
import binascii
import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from stubs.wire.xml import DS, text_of
from stubs.wire.xmlsig.structure import SIGNATURE
from stubs.wire.xmlsig.verifier import take_out

__all__ = ["Named", "Read", "cut_signature", "read_leniently", "without_signature"]

_AFTER_NAME: Final = (b" ", b">", b"\n", b"\t", b"\r")
_HEX: Final = re.compile(rb"\A[0-9A-Fa-f]+\Z")
_END_TAG = re.compile(rb"</(?P<name>(?:[A-Za-z_][\w.-]*:)?Signature)\s*>")


@dataclass(frozen=True, slots=True)
class Named:
    """A cause by its id, with what exactly was done."""

    cause: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """Content of a signature, as far as it can be read."""

    element: etree._Element
    signed_info: etree._Element | None
    digest: bytes
    is_digest_hex: bool
    value: bytes
    is_value_hex: bool
    issuer_name: str
    serial: str


def read_leniently(root: etree._Element) -> Read | None:
    """The last signature of the document; None: there is none."""
    every = [found for found in root.iter(SIGNATURE) if found is not root]
    if not every:
        return None
    own = [found for found in every if found.getparent() is root]
    element = (own or every)[-1]
    digest, is_digest_hex = _octets(_text(element, "DigestValue"))
    value, is_value_hex = _octets(_text(element, "SignatureValue"))
    return Read(
        element=element,
        signed_info=next(element.iter(f"{{{DS}}}SignedInfo"), None),
        digest=digest,
        is_digest_hex=is_digest_hex,
        value=value,
        is_value_hex=is_value_hex,
        issuer_name=_text(element, "X509IssuerName"),
        serial=_text(element, "X509SerialNumber"),
    )


def _text(signature: etree._Element, name: str) -> str:
    found = next(signature.iter(f"{{{DS}}}{name}"), None)
    return "" if found is None else text_of(found).strip()


def _octets(text: str) -> tuple[bytes, bool]:
    """Octets, and whether they were written in hexadecimal; of base64 of hexadecimal text too."""
    plain = "".join(text.split()).encode("ascii", "replace")
    if _HEX.match(plain) and len(plain) in {40, 56, 64, 96, 128, 140, 142, 144}:
        return bytes.fromhex(plain.decode()), True
    try:
        octets = base64.b64decode(plain + b"=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b"", False
    if _HEX.match(octets) and len(octets) in {64, 128}:
        return bytes.fromhex(octets.decode()), True
    return octets, False


def cut_signature(data: bytes) -> bytes | None:
    """The octets received without the last Signature element; None: it is not found by its text."""
    ends = list(_END_TAG.finditer(data))
    if not ends:
        return None
    end = ends[-1]
    start = max((data.rfind(b"<" + end["name"] + after, 0, end.start()) for after in _AFTER_NAME), default=-1)
    return None if start < 0 else data[:start] + data[end.end() :]


def without_signature(root: etree._Element, signature: etree._Element) -> etree._Element:
    """A copy of the document without its signature, wherever that stands; text around it stays."""
    position = list(root.iter(SIGNATURE)).index(signature)
    copied = copy.deepcopy(root)
    found = list(copied.iter(SIGNATURE))[position]
    parent = found.getparent()
    assert parent is not None, "the document element itself is never read as the signature"
    take_out(parent, found)
    return copied


def with_namespaces(root: etree._Element, declared: Mapping[Any, str]) -> etree._Element:
    """The same elements, attributes and texts, with these namespaces declared at the root: prefix (or None) to URI."""

    def build(element: etree._Element, parent: etree._Element | None) -> etree._Element:
        attributes = {str(name): str(value) for name, value in element.attrib.items()}
        made = (
            etree.Element(element.tag, attributes, nsmap=dict(declared))
            if parent is None
            else etree.SubElement(parent, element.tag, attributes)
        )
        made.text, made.tail = element.text, (element.tail if parent is not None else None)
        for child in element.iterchildren("*"):
            build(child, made)
        return made

    return build(root, None)
