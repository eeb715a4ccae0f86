"""The rule of User IDs: one serves one role, save that Import, Export and Gas Supplier may share one.

Source: SECAS User Entry Process Guidance v1.3 (2018), 4 citing H1.4 and H1.6: to be checked. That an ID lies in the
range allocated to the Party, and is neither another Party's nor a device's, is widely known and not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.load import UserRole, roles
from stubs.wire.errors import InputError, PeerError
from stubs.wire.eui64 import Eui64

SHARED = frozenset({UserRole.IS, UserRole.ES, UserRole.GS})
"""Roles that may share a User ID."""
_BITS = 64


@dataclass(frozen=True, slots=True)
class EuiRange:
    """Identities whose first ``bits`` bits are those of ``base``, written ``90-B3-D5-1F-30-00-00-00/40``."""

    base: Eui64
    bits: int

    @classmethod
    def parse(cls, text: str) -> EuiRange:
        """Read ``EUI/bits``; without bits the leading pairs alone may be written: ``90-B3-D5-1F-30``.

        Raises: InputError: neither form.
        """
        prefix, slash, length = text.strip().partition("/")
        pairs = prefix.count("-") + 1
        bits = length if slash else str(pairs * 8)
        try:
            base = Eui64.parse(prefix + "-00" * (8 - pairs))
            if not 1 <= int(bits) <= _BITS:
                raise ValueError(bits)
        except (PeerError, ValueError) as error:
            raise InputError(
                f"{text!r} is no range of EUI-64 identities", mend="Write 90-B3-D5-1F-30-00-00-00/40 or 90-B3-D5-1F-30"
            ) from error
        return cls(base, int(bits))

    def __contains__(self, eui: Eui64) -> bool:
        rest = _BITS - self.bits
        return _number(eui) >> rest == _number(self.base) >> rest


def _number(eui: Eui64) -> int:
    return int.from_bytes(eui.octets, "big")


@dataclass(frozen=True, slots=True)
class UserIdProblem:
    """Error in one User ID; ``role`` is empty when it concerns several."""

    user: str
    role: str
    text: str
    is_stated: bool
    """Whether the rule was read in a source; else it is widely known or inferred."""


def user_id_problems(
    users: Mapping[UserRole, Iterable[str]],
    ranges: Collection[EuiRange] = (),
    others: Collection[str] = (),
    devices: Collection[str] = (),
) -> Iterator[UserIdProblem]:
    """Every breach of the rule.

    Args:
        users: User IDs by role, in the dashed form.
        ranges: allocated to the Party; empty: not checked.
        others: User IDs of other Parties.
        devices: device identities.
    """
    serves: dict[Eui64, list[UserRole]] = {}
    for role, texts in users.items():
        for text in texts:
            try:
                serves.setdefault(Eui64.parse(text), []).append(role)
            except PeerError as error:
                yield UserIdProblem(text, role, f"{error}", is_stated=True)
    taken, meters = set(_parsed(others)), set(_parsed(devices))
    for eui, roles_served in serves.items():
        distinct = set(roles_served)
        if len(distinct) > 1 and not distinct <= SHARED:
            names = " and ".join(roles()[role].name for role in sorted(distinct))
            text = f"serves {names}: one User ID serves one role, save that Import, Export and Gas Supplier may share"
            yield UserIdProblem(str(eui), "", text, is_stated=True)
        where = "/".join(sorted(distinct))
        if ranges and not any(eui in one for one in ranges):
            yield UserIdProblem(str(eui), where, "lies outside the Party's EUI-64 ranges", is_stated=False)
        if eui in taken:
            yield UserIdProblem(str(eui), where, "is used by another Party", is_stated=False)
        if eui in meters:
            yield UserIdProblem(str(eui), where, "is a device's identity", is_stated=False)


def _parsed(texts: Iterable[str]) -> Iterator[Eui64]:
    for text in texts:
        try:
            yield Eui64.parse(text)
        except PeerError as error:
            raise InputError(f"{text!r}: {error}", mend="Give identities in the dashed form") from error
