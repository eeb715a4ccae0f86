"""EUI-64 identifiers: eight octets, written ``90-B3-D5-1F-30-01-00-00`` in DUIS."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from stubs.wire.errors import Misuse, PeerError

_DASHED = re.compile(r"\A[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}\Z")
_OTHERWISE = re.compile(r"\A[0-9A-Fa-f]{2}(?P<between>[:. ]?)[0-9A-Fa-f]{2}(?:(?P=between)[0-9A-Fa-f]{2}){6}\Z")
_KEPT = 1024
"""Texts whose EUI is remembered, and EUIs whose text is: one request names the same few identities a dozen times."""


class Eui64(msgspec.Struct, frozen=True, order=True, gc=False):
    """An identity of a party or a device; equal whatever the case it was written in.

    ``str(eui)`` is the dashed upper-case form of DUIS, ``eui.octets`` the system title of GBCS (8 bytes).
    """

    octets: bytes

    def __post_init__(self) -> None:
        if len(self.octets) != 8:
            raise Misuse(f"an EUI-64 is 8 octets, got {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> Eui64:
        """Read an identity, either case, white space around it allowed.

        The pairs may be joined by hyphens, as documents have them, by colons, points or spaces, or by nothing; all the
        same way. What a document may hold the schema decides.

        Raises: PeerError: any other form. Source: DUIS 5.4 schema, EUI type; other forms: IEEE's and people's.
        """
        return _parsed(text.strip())

    @classmethod
    def parse_dashed(cls, text: str) -> Eui64:
        """Read the form of documents, hyphens only. Raises: PeerError: any other form."""
        if not _DASHED.match(text):
            raise _refused(text)
        return _parsed(text)

    def __str__(self) -> str:
        return _dashed(self.octets)

    @property
    def hex(self) -> str:
        """Sixteen lower-case hexadecimal digits, as file names and subject fields have them."""
        return self.octets.hex()


def eui_or_none(text: str | None) -> Eui64 | None:
    """An identity from stored text, in which empty or None says there is none. Raises: PeerError: any other text."""
    return Eui64.parse(text) if text else None


def text_or_empty(eui: Eui64 | None) -> str:
    """The inverse of ``eui_or_none``: dashed, empty where there is none."""
    return str(eui) if eui is not None else ""


@lru_cache(maxsize=_KEPT)
def _parsed(text: str) -> Eui64:
    if _DASHED.match(text):  # the form of documents and of the journal: replayed by the hundred thousand
        return Eui64(bytes.fromhex(text.replace("-", "")))
    if not _OTHERWISE.match(text):
        raise _refused(text)
    return Eui64(bytes.fromhex(re.sub(r"[:. ]", "", text)))


def _refused(text: str) -> PeerError:
    return PeerError("not an EUI-64", expected="eight hexadecimal pairs joined by '-'", got=repr(text[:40]))


@lru_cache(maxsize=_KEPT)
def _dashed(octets: bytes) -> str:
    return octets.hex("-").upper()
