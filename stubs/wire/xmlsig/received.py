"""A document as it was received, with the form that nearly all have: made once, for its reader and its verifier."""

from __future__ import annotations

import msgspec
from lxml import etree

from stubs.wire.xml import parse
from stubs.wire.xmlsig.errors import SignatureError
from stubs.wire.xmlsig.profile import canonical, digest_of
from stubs.wire.xmlsig.structure import Parts, cut_usual_signature, read_usual_signature

_END = b"</ds:Signature>"


class UsualForm(msgspec.Struct, frozen=True):
    """A document with a signature that is octet for octet as the profile makes it."""

    unsigned: bytes
    """Canonical XML of the document without that signature."""
    parts: Parts
    """Of that signature; its digest is that of ``unsigned``."""


def usual_form(octets: bytes) -> UsualForm | None:
    """The usual form of a document's canonical ``octets``; None: look closer, which says nothing against it."""
    unsigned, signature = cut_usual_signature(octets)
    if not signature:
        return None
    parts = read_usual_signature(signature, digest_of(unsigned))
    return None if parts is None else UsualForm(unsigned, parts)


class ReceivedDocument:
    """A whole document and the octets that it was parsed from; neither is changed afterwards.

    Args:
        element: the document element, as ``stubs.wire.xml.parse`` returned it; None: parse it when it is asked for, as
            of octets that are known to be sound.
        octets: what was parsed.
        usual: its usual form, if known.
    """

    __slots__ = ("_element", "_is_looked_at", "_usual", "octets")

    def __init__(self, element: etree._Element | None, octets: bytes, usual: UsualForm | None = None) -> None:
        self._element = element
        self.octets = octets
        self._usual = usual
        self._is_looked_at = usual is not None

    @property
    def element(self) -> etree._Element:
        """The document element. Raises: XmlError: the octets are not sound after all."""
        if self._element is None:
            self._element = parse(self.octets)
        return self._element

    @property
    def usual(self) -> UsualForm | None:
        """Its usual form; None: look closer, which says nothing against it. Found out when it is first asked for."""
        if not self._is_looked_at:  # ``cached_property`` takes a lock, at the price of a digest
            self._usual, self._is_looked_at = self._look(), True
        return self._usual

    def _look(self) -> UsualForm | None:
        """The usual form, if nothing else in it needs a closer look; whether the key fits is not known by that.

        No comment, processing instruction or CDATA; one element called Signature, of whatever namespace, and that the
        last child of the document element.
        """
        if b"<!" in self.octets or b"<?" in self.octets[1:]:
            return None
        try:
            octets = canonical(self.element)
        except SignatureError:
            return None  # ``verify`` tells it
        if not octets.count(b"Signature ") == octets.count(b"Signature>") == 1:
            return None
        is_last = octets.rpartition(_END)[2].count(b"<") == 1
        return usual_form(octets) if is_last else None
