"""Other ways in which a document may have been written or digested: each is tried until one gives the digest sent.

A way names what it does otherwise; what is found is therefore known to the octet, not guessed.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from lxml import etree

from schemas.duis_versions import versions
from stubs.wire.xml import DS, RA, SR, path_of
from stubs.wire.xmlsig.lens.reading import Named, cut_signature, with_namespaces, without_signature
from stubs.wire.xmlsig.profile import canonical

_LARGEST = 256 * 1024
"""Octets of a document of which every combination is tried; of larger ones only single changes are."""
_MOST_PARTS = 60
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSD = "http://www.w3.org/2001/XMLSchema"
_PREFIXES: Final = (None, "sr", "ra", "ns0", "ns1", "ns2", "ns3", "tns", "duis", "p", "q1", "s")

Edit = Callable[[etree._Element], etree._Element | None]  # noqa: SLF001 - lxml's public type
"""A changed copy of a document element without its signature; None: there is nothing to change."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Octets that may have been digested, with what was done otherwise: pairs of cause and detail."""

    octets: bytes
    ways: tuple[Named, ...]


def _copied(root: etree._Element) -> etree._Element:
    return copy.deepcopy(root)


def _white_space_nodes(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    for element in root.iter():
        if len(element) and element.text and not element.text.strip():
            yield element, "text"
        if element is not root and element.tail and not element.tail.strip():
            yield element, "tail"


def _compact(root: etree._Element) -> etree._Element | None:
    changed = _copied(root)
    nodes = list(_white_space_nodes(changed))
    for element, name in nodes:
        setattr(element, name, None)
    return changed if nodes else None


def _indented(space: str) -> Edit:
    def indent(root: etree._Element) -> etree._Element:
        changed = _copied(root)
        etree.indent(changed, space=space)
        return changed

    return indent


def _trimmed(root: etree._Element) -> etree._Element | None:
    changed, is_changed = _copied(root), False
    for element in changed.iter("*"):
        if not len(element) and element.text and element.text != element.text.strip():
            element.text, is_changed = element.text.strip(), True
    return changed if is_changed else None


def _last_space(text: str | None) -> Edit:
    """White space where the signature was: another one, or none."""

    def put(root: etree._Element) -> etree._Element | None:
        changed = _copied(root)
        last = changed[-1] if len(changed) else None
        if last is None or (last.tail or "") == (text or ""):
            return None
        last.tail = text
        return changed

    return put


_SPACES: Final[tuple[tuple[Named | None, Edit | None], ...]] = (
    (None, None),
    (Named("space-at-signature", "without the white space beside the signature"), _last_space(None)),
    (Named("space-at-signature", "with a line end before the signature"), _last_space("\n")),
    (Named("space-at-signature", "with a line end and two blanks before the signature"), _last_space("\n  ")),
    (Named("indented-after-signing", "without any white space between elements"), _compact),
    (Named("indented-when-signed", "indented by 2 blanks"), _indented("  ")),
    (Named("indented-when-signed", "indented by 4 blanks"), _indented("    ")),
    (Named("indented-when-signed", "indented by 3 blanks"), _indented("   ")),
    (Named("indented-when-signed", "indented by tabs"), _indented("\t")),
    (Named("indented-when-signed", "with line ends only"), _indented("")),
    (Named("space-in-values", "without white space around values"), _trimmed),
)


def _rebuilt(
    root: etree._Element, rename: Callable[[etree._Element], str | None], declared: dict[Any, str]
) -> etree._Element:
    """The same tree with other prefixes: all names are declared at the document element."""
    spaces: dict[Any, str] = dict(declared)
    for element in root.iter("*"):
        spaces.setdefault(rename(element), etree.QName(element).namespace or "")
    usable = {prefix: uri for prefix, uri in spaces.items() if uri}

    return with_namespaces(root, usable)


def _prefixed(prefix: str | None) -> Edit:
    def put(root: etree._Element) -> etree._Element | None:
        own = etree.QName(root).namespace
        if own not in {SR, RA} or root.prefix == prefix:
            return None
        return _rebuilt(root, lambda element: prefix if etree.QName(element).namespace == own else element.prefix, {})

    return put


def _declaring(**more: str) -> Edit:
    def put(root: etree._Element) -> etree._Element | None:
        if all(prefix in root.nsmap for prefix in more):
            return None
        return _rebuilt(root, lambda element: element.prefix, {**root.nsmap, **more})

    return put


def _only_used(root: etree._Element) -> etree._Element | None:
    changed = _copied(root)
    before = canonical(changed)
    etree.cleanup_namespaces(changed)
    return changed if canonical(changed) != before else None


def _without_schema_location(root: etree._Element) -> etree._Element | None:
    changed = _copied(root)
    found = [name for name in changed.attrib if str(name).startswith(f"{{{_XSI}}}")]
    for name in found:
        del changed.attrib[name]
    etree.cleanup_namespaces(changed)
    return changed if found else None


def _with_case(change: Callable[[str], str]) -> Edit:
    def put(root: etree._Element) -> etree._Element | None:
        changed, is_changed = _copied(root), False
        for element in changed.iter("{*}RequestID", "{*}BusinessOriginatorID", "{*}BusinessTargetID", "{*}DeviceID"):
            given = element.text or ""
            if given != change(given):
                element.text, is_changed = change(given), True
        return changed if is_changed else None

    return put


def _with_version(version: str) -> Edit:
    def put(root: etree._Element) -> etree._Element | None:
        if root.get("schemaVersion") in {None, version}:
            return None
        changed = _copied(root)
        changed.set("schemaVersion", version)
        return changed

    return put


def _with_variant(variant: str) -> Edit:
    def put(root: etree._Element) -> etree._Element | None:
        changed = _copied(root)
        found = next(changed.iter("{*}CommandVariant"), None)
        if found is None or (found.text or "").strip() == variant:
            return None
        found.text = variant
        return changed

    return put


def _names() -> tuple[tuple[Named | None, Edit | None], ...]:
    prefixes = [
        (Named("other-prefix", f"with the prefix {prefix}" if prefix else "with the default namespace"),
         _prefixed(prefix))
        for prefix in _PREFIXES
    ]  # fmt: skip
    values = [
        (Named("value-changed", "identifiers in upper case"), _with_case(str.upper)),
        (Named("value-changed", "identifiers in lower case"), _with_case(str.lower)),
        *((Named("value-changed", f"schemaVersion {version}"), _with_version(version)) for version in versions()),
        *((Named("value-changed", f"CommandVariant {number}"), _with_variant(str(number))) for number in range(1, 9)),
    ]
    return (
        (None, None),
        (Named("unused-declarations", "without the declarations that no element uses"), _only_used),
        (Named("schema-location", "without attributes of XMLSchema-instance"), _without_schema_location),
        (Named("unused-declarations", "with xmlns:xsi"), _declaring(xsi=_XSI)),
        (Named("unused-declarations", "with xmlns:xsd"), _declaring(xsd=_XSD)),
        (Named("unused-declarations", "with xmlns:xsi and xmlns:xsd"), _declaring(xsi=_XSI, xsd=_XSD)),
        (Named("unused-declarations", "with xmlns:ds"), _declaring(ds=DS)),
        *prefixes,
        *values,
    )


_NAMES: Final = _names()


def _forms(root: etree._Element) -> Iterator[tuple[Named | None, bytes]]:
    """Yield the forms in which a tree becomes octets: the profile's own first."""
    octets = canonical(root)
    yield None, octets
    yield Named("exclusive-form"), canonical(root, exclusive=True)
    yield (
        Named("with-comments"),
        etree.tostring(root, method="c14n", exclusive=False, with_comments=True),
    )
    if b"\n" in octets:
        yield Named("line-ends", "CR as a reference"), octets.replace(b"\n", b"&#xD;\n")
        yield Named("line-ends", "CR LF"), octets.replace(b"\n", b"\r\n")
    yield Named("not-canonicalised", "as a serialiser writes it"), etree.tostring(root, with_tail=False)


def _as_written(data: bytes, root: etree._Element) -> Iterator[Writing]:
    """Yield the octets received with the signature cut out, nothing made canonical."""
    cut = cut_signature(data)
    if cut is not None:
        for octets, how in (
            (cut, "as it was sent, without the signature"),
            (cut[cut.find(b"?>") + 2 :].strip() if cut.lstrip().startswith(b"<?xml") else cut.strip(),
             "as it was sent, without the signature and the XML declaration"),
        ):  # fmt: skip
            yield Writing(octets, (Named("not-canonicalised", how),))
    octets = canonical(root)
    for encoding in ("utf-16-le", "utf-16-be", "utf-16", "latin-1"):
        encoded = octets.decode("utf-8").encode(encoding, "xmlcharrefreplace")
        if encoded != octets:
            yield Writing(encoded, (Named("other-encoding", encoding.upper()),))


def _parts(whole: etree._Element, root: etree._Element) -> Iterator[Writing]:
    """The signature left in, emptied or whole; and single elements in the document's place."""
    yield Writing(canonical(whole), (Named("signature-kept", "the document as sent"),))
    for names in (("DigestValue", "SignatureValue"), ("SignatureValue",)):
        emptied = _copied(whole)
        for element in emptied.iter(*(f"{{{DS}}}{name}" for name in names)):
            element.text = None
        yield Writing(canonical(emptied), (Named("signature-kept", f"with empty {' and '.join(names)}"),))
    for _, element in zip(range(_MOST_PARTS), root.iterdescendants("*"), strict=False):
        detail = f"only {path_of(element)}"
        yield Writing(canonical(element), (Named("part-signed", detail),))
        yield Writing(canonical(element, exclusive=True), (Named("part-signed", detail), Named("exclusive-form")))


def writings(data: bytes, whole: etree._Element, signature: etree._Element) -> Iterator[Writing]:
    """Every way known, the fewest changes first; the first one is the profile's own."""
    root = without_signature(whole, signature)
    single = [(space, name) for space, name in product(_SPACES, _NAMES) if space[0] is None or name[0] is None]
    double = [] if len(data) > _LARGEST else [(s, n) for s, n in product(_SPACES, _NAMES) if s[0] and n[0]]
    yield from _edited(root, single)
    yield from _as_written(data, root)
    yield from _parts(whole, root)
    yield from _edited(root, double)


def _edited(
    root: etree._Element, edits: list[tuple[tuple[Named | None, Edit | None], tuple[Named | None, Edit | None]]]
) -> Iterator[Writing]:
    for (space, spaced), (name, named) in edits:
        changed: etree._Element | None = root
        for edit in (named, spaced):
            changed = edit(changed) if edit is not None and changed is not None else changed
        if changed is None:
            continue
        for form, octets in _forms(changed):
            yield Writing(octets, tuple(way for way in (space, name, form) if way is not None))


_HASHES: Final[tuple[tuple[Named | None, Callable[[bytes], bytes]], ...]] = (
    (None, lambda octets: hashlib.sha256(octets).digest()),
    (Named("other-digest", "SHA-1"), lambda octets: hashlib.sha1(octets, usedforsecurity=False).digest()),
    (Named("other-digest", "SHA-384"), lambda octets: hashlib.sha384(octets).digest()),
    (Named("other-digest", "SHA-512"), lambda octets: hashlib.sha512(octets).digest()),
    (Named("other-digest", "SHA-224"), lambda octets: hashlib.sha224(octets).digest()),
    (Named("other-digest", "SHA3-256"), lambda octets: hashlib.sha3_256(octets).digest()),
    (Named("other-digest", "MD5"), lambda octets: hashlib.md5(octets, usedforsecurity=False).digest()),
    (Named("digest-of-digest"), lambda octets: hashlib.sha256(hashlib.sha256(octets).digest()).digest()),
    (
        Named("digest-of-digest", "of its hexadecimal text"),
        lambda octets: hashlib.sha256(hashlib.sha256(octets).hexdigest().encode()).digest(),
    ),
)
_LENGTHS: Final = tuple(len(digest(b"")) for _, digest in _HASHES)


def digested(octets: bytes, stated: bytes) -> tuple[Named, ...] | None:
    """Return the way in which ``octets`` give ``stated``: nothing or one cause; None: they do not give it."""
    for (way, digest), length in zip(_HASHES, _LENGTHS, strict=True):
        if length == len(stated) and digest(octets) == stated:
            return () if way is None else (way,)
    return None
