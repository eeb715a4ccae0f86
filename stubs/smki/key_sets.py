"""Choice among several certificates of one identity and use: the key set.

A key store may hold more than one generation of an organisation's certificates for the same use. The public one has
two, told apart only by the names of its entries, ``Z1-…`` and ``Z1b-…``, and the client it belongs to admits
certificates whose names begin ``Z1-`` or ``otherUser-``: with any other generation every MAC fails for that client. So
the set that this client uses comes first, and the same set everywhere: signing, MAC, repository search, device cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64

STOCK_CLIENT = ("Z1-", "otherUser-")
"""Beginnings of the names that the DCC's public client admits. Source: that client's filter of key-store entries."""


@dataclass(frozen=True, slots=True)
class KeySets:
    """Names of certificates as their source has them, by DER, and which beginnings of names come first."""

    names: Mapping[bytes, str]
    prefer: tuple[str, ...] = STOCK_CLIENT

    def rank(self, certificate: Certificate) -> int:
        """The greater, the sooner it is used; 0: its name begins with none of the preferred."""
        name = self.names.get(certificate.der, "")
        found = (number for number, start in enumerate(self.prefer) if start and name.startswith(start))
        return len(self.prefer) - next(found, len(self.prefer))

    def set_of(self, certificate: Certificate) -> str:
        """Return the key set that its name states: the name up to its first hyphen, included; empty: it states none."""
        start, hyphen, _ = self.names.get(certificate.der, "").partition("-")
        return start + hyphen if hyphen else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One identity and use of which there are several certificates: the one in use, and those set aside."""

    used: Certificate
    aside: tuple[Certificate, ...]


def choices(ranked: Iterable[Certificate], is_prepayment: Callable[[Certificate], bool]) -> tuple[Choice, ...]:
    """Return a choice wherever several share identity, role and use; in ``ranked`` the one in use comes first."""
    groups: dict[tuple[Eui64, str | None, str, bool], list[Certificate]] = defaultdict(list)
    for one in ranked:
        if not one.is_device and one.usage != "CS":
            groups[one.eui, one.role, one.usage, is_prepayment(one)].append(one)
    return tuple(Choice(found[0], tuple(found[1:])) for found in groups.values() if len(found) > 1)


def told(found: Sequence[Choice], sets: KeySets) -> tuple[str, ...]:
    """Sentences that say which sets are in use; none where nothing had to be chosen."""
    if not found:
        return ()
    used = _names(sets, (one.used for one in found))
    aside = _names(sets, (other for one in found for other in one.aside))
    why = ", ".join(sets.prefer) or "nothing, so the latest"
    count = f"{len(found)} identities and uses have several certificates"
    return (f"key set in use: {used}; set aside: {aside} ({count}; [pki] prefer = {why})",)


def _names(sets: KeySets, certificates: Iterable[Certificate]) -> str:
    return ", ".join(sorted({sets.set_of(one) or "unnamed" for one in certificates}))
