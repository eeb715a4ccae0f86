"""Record that the lens shows: octets of both sides, where they part, and the probable cause."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from schemas.load import SignatureCauseRow, signature_causes
from stubs.wire.certificates import Certificate

_BEFORE, _AFTER = 24, 56


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that was done otherwise than the profile says."""

    id: str
    detail: str = ""
    """Details of the cause, where more is known than its title says."""
    is_proven: bool = False
    """Whether undoing it gives the very digest or signature that was sent; else it is what the rule alone says."""

    @property
    def row(self) -> SignatureCauseRow:
        """Kind, title, and how to mend it."""
        return signature_causes()[self.id]


@dataclass(frozen=True, slots=True)
class Difference:
    """Place where two strings of octets part. ``line`` and ``column`` count from 1, in ours, columns in octets."""

    offset: int
    line: int
    column: int
    ours: bytes
    theirs: bytes
    """Excerpts that begin a little before the difference."""
    common: int
    """Number of octets of the excerpts that come before the difference."""


@dataclass(frozen=True)
class Comparison:
    """The octets that count, as the profile has them and as the other side had them."""

    ours: bytes
    theirs: bytes | None = None
    """None: not known."""
    found_by: str = ""
    """Way in which ``theirs`` was found."""

    @cached_property
    def difference(self) -> Difference | None:
        """The first one; None: there is none, or the other side is not known."""
        return None if self.theirs is None else first_difference(self.ours, self.theirs)


@dataclass(frozen=True, slots=True)
class Lens:
    """A signature looked at closely. Parts that could not be read are None or empty."""

    reason: str
    """Id of the verifier's reason; empty: the signature is good."""
    problem: str
    """The verifier's sentence; empty: good."""
    document: Comparison | None = None
    """The canonical document without its signature."""
    digest: bytes = b""
    """SHA-256 of ``document.ours``."""
    stated_digest: bytes = b""
    """DigestValue."""
    signed_info: Comparison | None = None
    """The exclusive canonical form of SignedInfo."""
    is_value_good: bool | None = None
    """Whether SignatureValue is right for SignedInfo and the certificate named; None: it cannot be said."""
    issuer_name: str = ""
    serial: str = ""
    """Serial number as written."""
    named: Certificate | None = None
    """The certificate named, where it is known."""
    used: Certificate | None = None
    """The certificate whose key made the signature, where it is known."""
    causes: tuple[Cause, ...] = ()
    """The likeliest first; empty: good."""

    @property
    def is_good(self) -> bool:
        """Whether the gateway takes it."""
        return not self.reason


def first_difference(ours: bytes, theirs: bytes) -> Difference | None:
    """Find the first difference of two strings of octets; None: they are equal."""
    if ours == theirs:
        return None
    low, high = 0, min(len(ours), len(theirs))
    while low < high:  # the longest common beginning, by halves: documents may have megabytes
        middle = (low + high + 1) // 2
        if ours[low:middle] == theirs[low:middle]:
            low = middle
        else:
            high = middle - 1
    start = max(0, low - _BEFORE)
    return Difference(
        offset=low,
        line=ours.count(b"\n", 0, low) + 1,
        column=low - (ours.rfind(b"\n", 0, low) + 1) + 1,
        ours=ours[start : low + _AFTER],
        theirs=theirs[start : low + _AFTER],
        common=low - start,
    )
