"""The structure of a signature: exactly one, in its place, built as the profile says, bringing nothing else.

Nothing here looks at keys or digests: what passes is safe to interpret.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Final, cast

import msgspec
from lxml import etree

from stubs.wire.base64text import decoded, read_base64
from stubs.wire.errors import PeerError
from stubs.wire.xml import DS, child_elements, local_name, path_of, text_of
from stubs.wire.xmlsig.errors import SignatureError, SignatureReason
from stubs.wire.xmlsig.policy import SignaturePolicy
from stubs.wire.xmlsig.profile import COORDINATE, signed_info_within

SIGNATURE: Final = f"{{{DS}}}Signature"

_SERIAL = re.compile(r"\A[+]?[0-9]{1,60}\Z", re.ASCII)
_HAS_PROCESSING_INSTRUCTION = etree.XPath("boolean(/descendant::processing-instruction())")
_VALUE_WITH_COMMENT = etree.XPath("//*[comment()][text()[normalize-space()]]")
_SPACE = " \t\r\n"

_BEGINNING = f'<ds:Signature xmlns:ds="{DS}">'.encode()
_END = b"</ds:Signature>"
_VALUE = b"<ds:SignatureValue>"
_VALUE_END = b"</ds:SignatureValue>"
_KEY_INFO = re.compile(
    rb"<ds:KeyInfo><ds:X509Data><ds:X509IssuerSerial>"
    rb"<ds:X509IssuerName>(?P<issuer>[^<>&]{,200}+)</ds:X509IssuerName>"
    rb"<ds:X509SerialNumber>(?P<serial>[0-9]{1,60})</ds:X509SerialNumber>"
    rb"</ds:X509IssuerSerial></ds:X509Data></ds:KeyInfo></ds:Signature>"
)
"""KeyInfo after the value in the usual signature, canonical."""
_LONGEST_VALUE = 200
_LONGEST_KEY_INFO = 500
"""Longer ones are looked at closely, and not kept: what a peer sends must not fill the memory."""


class Parts(msgspec.Struct, frozen=True):
    """Content of a well-formed signature of the profile."""

    digest: bytes
    value: bytes
    issuer_name: str
    serial: int | None
    """None: the signature names none."""


def check_contents(root: etree._Element, policy: SignaturePolicy) -> None:
    """Refuse what is not signed, or is signed and read differently by different libraries."""
    inside = next(root.iter(etree.Comment, etree.ProcessingInstruction), None)
    if inside is None and root.getprevious() is None and root.getnext() is None:
        return  # usual
    if not policy.allow_processing_instructions and _HAS_PROCESSING_INSTRUCTION(root):
        raise SignatureError(SignatureReason.PROCESSING_INSTRUCTION, "a signed document holds a processing instruction")
    if not policy.allow_comments_in_values:
        for split in cast("list[etree._Element]", _VALUE_WITH_COMMENT(root)):  # noqa: SLF001 - lxml's public type
            raise SignatureError(
                SignatureReason.COMMENT_IN_VALUE,
                "a comment stands inside a value; comments are not signed",
                where=path_of(split),
            )


def only_signature(root: etree._Element, policy: SignaturePolicy) -> etree._Element:
    """The one signature of the document element. Raises: SignatureError: none, several, or elsewhere."""
    every = list(root.iter(SIGNATURE))
    if len(every) == 1 and every[0].getparent() is root and every[0].getnext() is None:
        return every[0]  # usual
    own = [
        found
        for found in every
        if (parent := found.getparent()) is None
        or parent is root
        or parent.tag not in policy.inner_signatures
        or sum(1 for child in parent if child.tag == SIGNATURE) > 1
    ]
    if not own:
        raise SignatureError(SignatureReason.UNSIGNED, "the document is not signed", expected="one ds:Signature")
    if len(own) > 1:
        raise SignatureError(
            SignatureReason.SEVERAL_SIGNATURES,
            "the document has several signatures",
            where=path_of(own[1]),
            expected="one ds:Signature",
            got=str(len(own)),
        )
    if own[0].getparent() is not root or child_elements(root)[-1] is not own[0]:
        raise SignatureError(
            SignatureReason.NOT_LAST_CHILD,
            "the signature is in the wrong place",
            where=path_of(own[0]),
            expected="the last child of the document element",
        )
    return own[0]


def cut_usual_signature(octets: bytes) -> tuple[bytes, bytes]:
    """The canonical form of a document in two: without its signature, and the signature; the latter empty: look closer.

    In canonical XML ``<`` begins a tag and nothing else, so what is found by its text is the start tag of a Signature.
    It is taken when there is one only, of which ``only_signature`` has made sure that it is the document's.
    """
    start = octets.find(_BEGINNING)
    end = octets.find(_END, start)
    if start < 0 or end < 0 or octets.find(_BEGINNING, start + 1) >= 0:
        return octets, b""
    end += len(_END)
    return octets[:start] + octets[end:], octets[start:end]


def read_usual_signature(octets: bytes, digest: bytes) -> Parts | None:
    """Read a signature that is octet for octet what the profile makes of ``digest``; None: use ``read_signature``.

    One comparison and one pattern over the canonical form stand for ``read_signature``, at a fifth of its cost.

    Args:
        octets: canonical form of the signature, exclusive or as part of the document's, which is the same for what is
            accepted here: no comments, references resolved, nothing left to interpret.
        digest: computed from the document, not read from the signature.
    """
    beginning = _BEGINNING + signed_info_within(base64.b64encode(digest)) + _VALUE
    end = octets.find(_VALUE_END, len(beginning), len(beginning) + _LONGEST_VALUE + len(_VALUE_END))
    if not octets.startswith(beginning) or end < 0:
        return None
    key_info = octets[end + len(_VALUE_END) :]
    names = _names_in(key_info) if len(key_info) <= _LONGEST_KEY_INFO else None
    value = octets[len(beginning) : end].replace(b"&#xD;", b"").translate(None, b" \t\n")
    pair = decoded(value)
    if names is None or pair is None or len(pair) != 2 * COORDINATE:
        return None
    return Parts(digest, pair, *names)


@lru_cache(maxsize=1024)
def _names_in(key_info: bytes) -> tuple[str, int] | None:
    """Issuer and serial number in a canonical KeyInfo, which is the same whenever the same certificate is named."""
    found = _KEY_INFO.fullmatch(key_info)
    return None if found is None else (found["issuer"].decode().strip(_SPACE), int(found["serial"]))


def read_signature(signature: etree._Element, policy: SignaturePolicy) -> Parts:
    """Read the signature. Raises: SignatureError: it is built in another way than the policy allows."""
    signed_info, value, key_info = _structure(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    method, algorithm, reference = _structure(signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference")
    _algorithm(method, policy.canonicalization_methods)
    _algorithm(algorithm, policy.signature_methods)
    _check_uri(reference, policy)
    transforms, digest_method, digest = _structure(reference, "Transforms", "DigestMethod", "DigestValue")
    _check_transforms(transforms, policy)
    _algorithm(digest_method, policy.digest_methods)
    issuer_name, serial = _key_info(key_info)
    return Parts(
        digest=_octets(digest, 32),
        value=_octets(value, 2 * COORDINATE),
        issuer_name=issuer_name,
        serial=serial,
    )


def _check_uri(reference: etree._Element, policy: SignaturePolicy) -> None:
    uri = reference.get("URI")
    if uri != policy.reference_uri or len(reference.attrib) != 1:
        raise SignatureError(
            SignatureReason.OTHER_REFERENCE,
            "the signature does not cover the document",
            where=path_of(reference),
            expected=f"URI={policy.reference_uri!r} and no other attribute",
            got="no URI" if uri is None else f"URI={str(uri)[:80]!r}",
        )


def _check_transforms(transforms: etree._Element, policy: SignaturePolicy) -> None:
    children = child_elements(transforms)
    found = tuple(str(child.get("Algorithm")) for child in children if child.tag == f"{{{DS}}}Transform")
    if len(found) != len(children) or found != policy.transforms or _stray_text(transforms):
        raise SignatureError(
            SignatureReason.OTHER_TRANSFORMS,
            "the document is transformed before it is digested",
            where=path_of(transforms),
            expected=", ".join(policy.transforms),
            got=", ".join(found)[:200] or "none",
        )
    for child in children:
        _algorithm(child, frozenset(policy.transforms))


def _key_info(key_info: etree._Element) -> tuple[str, int | None]:
    """Issuer and serial number; None: there is none."""
    for element in key_info.iter("{*}*"):
        if local_name(element) not in {
            "KeyInfo",
            "X509Data",
            "X509IssuerSerial",
            "X509IssuerName",
            "X509SerialNumber",
        }:
            raise SignatureError(
                SignatureReason.KEY_MATERIAL,
                "the signature brings something else than the name of its certificate",
                where=path_of(element),
                expected="X509IssuerSerial only",
                got=local_name(element)[:80],
            )
    (x509_data,) = _structure(key_info, "X509Data")
    (issuer_serial,) = _structure(x509_data, "X509IssuerSerial")
    if [local_name(child) for child in child_elements(issuer_serial)] == ["X509IssuerName"]:
        return _value(child_elements(issuer_serial)[0]), None
    issuer, serial = _structure(issuer_serial, "X509IssuerName", "X509SerialNumber")
    digits = _value(serial)
    if not digits:
        return _value(issuer), None
    if _SERIAL.match(digits) is None:
        raise SignatureError(
            SignatureReason.BAD_VALUE,
            "the serial number is not a number",
            where=path_of(serial),
            expected="decimal digits",
            got=repr(digits[:80]),
        )
    return _value(issuer), int(digits)


def _structure(parent: etree._Element, *names: str) -> tuple[etree._Element, ...]:
    """Exactly these children in this order, nothing beside them."""
    children = tuple(child_elements(parent))
    allowed_attributes = 1 if local_name(parent) == "Reference" else 0
    if (
        tuple(child.tag for child in children) != tuple(f"{{{DS}}}{name}" for name in names)
        or len(parent.attrib) > allowed_attributes
        or _stray_text(parent)
    ):
        raise SignatureError(
            SignatureReason.OTHER_STRUCTURE,
            "the signature is built differently",
            where=path_of(parent),
            expected=", ".join(names),
            got=", ".join(local_name(child)[:40] for child in children[:6]) or "nothing",
        )
    return children


def _algorithm(element: etree._Element, allowed: frozenset[str]) -> None:
    algorithm = element.get("Algorithm")
    if algorithm not in allowed:
        raise SignatureError(
            SignatureReason.OTHER_ALGORITHM,
            "another algorithm",
            where=path_of(element),
            expected=" or ".join(sorted(allowed)),
            got=repr(str(algorithm)[:120]),
        )
    if child_elements(element) or len(element.attrib) != 1 or text_of(element).strip(_SPACE):
        raise SignatureError(
            SignatureReason.OTHER_ALGORITHM,
            "an algorithm has parameters",
            where=path_of(element),
            expected="none",
            got=", ".join(local_name(child)[:40] for child in child_elements(element)[:4]) or "text or attributes",
        )


def _stray_text(element: etree._Element) -> bool:
    return bool(text_of(element).strip(_SPACE))


def _value(element: etree._Element) -> str:
    if child_elements(element) or len(element.attrib):
        raise SignatureError(
            SignatureReason.OTHER_STRUCTURE, "a value has children or attributes", where=path_of(element)
        )
    return text_of(element).strip(_SPACE)


def _octets(element: etree._Element, length: int) -> bytes:
    try:
        octets = read_base64(_value(element))
    except SignatureError:
        raise
    except PeerError as error:
        raise SignatureError(
            SignatureReason.BAD_VALUE, error.what, where=path_of(element), expected=error.expected, got=error.got
        ) from error
    if len(octets) != length:
        raise SignatureError(
            SignatureReason.BAD_VALUE,
            "a value has the wrong length",
            where=path_of(element),
            expected=f"{length} octets",
            got=str(len(octets)),
        )
    return octets
