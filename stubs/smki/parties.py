"""Parties that take part: made-up test identities, and how roles follow from certificates."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from schemas.load import UserRole, certificate_roles, roles
from stubs.wire.certificates import Certificate
from stubs.wire.errors import InputError, PeerError
from stubs.wire.eui64 import Eui64

ACB_ROLE, XML_SIGN_ROLE, DSP_XML_SIGN_ROLE, SUPPLIER_ROLE = "04", "87", "89", "02"

DEFAULT_ACB = Eui64.parse("DC-C0-00-00-00-00-00-02")
"""Access control broker of a PKI made here."""

TRUSTED_ROLES = {"00": "root", "01": "recovery", "06": "wan_provider"}
"""Certificate roles of the DCC and of authorities that devices hold an anchor of, beside those of Users and the ACB."""

_DCC_OWN = frozenset({"00", "01", "04", "05", "06", "07", "89"})
"""Certificate roles of the DCC and of authorities: never Users."""

_ROLES_OF_CERTIFICATE: dict[str, tuple[UserRole, ...]] = {
    "02": (UserRole.IS, UserRole.GS, UserRole.ES),
    "03": (UserRole.ED, UserRole.GT),
}
"""User Roles of an organisation certificate, inferred. RSA is given to nobody; settings may."""


@dataclass(frozen=True, slots=True)
class PartyIdentity:
    """One User: an EUI-64, a name for people, and the User Roles it may act in (``IS``, ``GS``, …)."""

    eui: Eui64
    name: str
    roles: tuple[str, ...]


DEFAULT_PARTIES: tuple[PartyIdentity, ...] = (
    PartyIdentity(Eui64.parse("A0-B1-C2-D3-E4-01-00-00"), "Supplier A", ("IS", "GS", "ES")),
    PartyIdentity(Eui64.parse("A0-B1-C2-D3-E4-03-00-00"), "Supplier B", ("IS", "GS")),
    PartyIdentity(Eui64.parse("A0-B1-C2-D3-E4-02-00-00"), "Network Operator", ("ED", "GT")),
    PartyIdentity(Eui64.parse("A0-B1-C2-D3-E4-04-00-00"), "Other User", ("OU", "RSA")),
)
"""Identities nobody holds, for a PKI made here."""


def certificate_role_of(party: PartyIdentity) -> str:
    """OU of the party's organisation certificates.

    Raises: InputError: a role is unknown, there is none, or the roles need different certificates.
    """
    known = roles()
    unknown = [role for role in party.roles if role not in known]
    found = {known[UserRole(role)].certificate_role for role in party.roles if role not in unknown}
    if unknown or len(found) != 1:
        raise InputError(
            f"party {party.eui} has roles {', '.join(party.roles) or 'none'}, which are not one certificate role",
            mend=f"Give it roles of one group: IS GS ES, or ED GT, or OU RSA. Known roles: {' '.join(known)}.",
        )
    return found.pop()


def parties_of(certificates: Iterable[Certificate], stated: Iterable[PartyIdentity] = ()) -> tuple[PartyIdentity, ...]:
    """Return the Users that a set of certificates names, in the order of their EUI-64.

    A supplier's certificate (OU 02) makes IS, GS and ES, a network operator's (03) ED and GT, any other that is not
    the DCC's own makes OU. An xmlSign certificate alone makes OU too: it does not say more. ``stated`` is what an index
    says of Users: its roles go before the inferred ones where the certificate may stand for them. RSA, which no
    certificate tells from OU, comes from there alone.
    """
    told = {one.eui: one.roles for one in stated}
    found: dict[Eui64, dict[str, str]] = {}
    for certificate in certificates:
        role = certificate.role
        if certificate.is_device or role is None or role in _DCC_OWN or role not in certificate_roles():
            continue
        names = found.setdefault(certificate.eui, {})
        names[role] = names.get(role) or _common_name(certificate)
    parties = []
    for eui in sorted(found):
        held = [role for role in sorted(found[eui]) if role != XML_SIGN_ROLE] or [XML_SIGN_ROLE]
        user_roles: list[str] = []
        for role in held:
            inferred = _ROLES_OF_CERTIFICATE.get(role, (UserRole.OU,))
            possible = _ROLES_OF_CERTIFICATE.get(role, (UserRole.OU, UserRole.RSA))
            user_roles += [code for code in told.get(eui, ()) if code in possible] or [one.value for one in inferred]
        name = next((found[eui][role] for role in held if found[eui][role]), "")
        title = certificate_roles()[held[0]].name if held[0] != XML_SIGN_ROLE else "User"
        parties.append(PartyIdentity(eui, name or f"{title.capitalize()} {eui}", tuple(dict.fromkeys(user_roles))))
    return tuple(parties)


def parties_of_index(rows: list[object], path: Path) -> tuple[PartyIdentity, ...]:
    """The parties of the index at ``path``. Raises: InputError: a role is unknown, an EUI-64 is none."""
    parties = []
    for row in rows:
        assert isinstance(row, dict), "read_index has looked at it"
        unknown = [str(role) for role in row["roles"] if role not in roles()]
        if unknown:
            raise InputError(
                f"{path}: party {row.get('eui')} has unknown roles {json.dumps(unknown)}",
                mend=f"Known roles: {' '.join(roles())}.",
            )
        parties.append(PartyIdentity(eui_of_index(row.get("eui"), path), str(row.get("name", "")), tuple(row["roles"])))
    return tuple(parties)


def eui_of_index(text: object, path: Path) -> Eui64:
    """An identity in the index at ``path``. Raises: InputError: it is none."""
    try:
        return Eui64.parse(str(text))
    except PeerError as error:
        raise InputError(f"{path}: {error}", mend="Write identities as A0-B1-C2-D3-E4-01-00-00.") from error


def _common_name(certificate: Certificate) -> str:
    for part in certificate.subject_name.split(","):
        kind, _, value = part.partition("=")
        if kind == "CN":
            return value
    return ""
