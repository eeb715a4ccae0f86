"""Who takes part: made-up test identities, and how roles follow from certificates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.load import UserRole, certificate_roles, roles
from stubs.wire.certificates import Certificate
from stubs.wire.errors import InputError
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
"""Inferred: which User Roles an organisation certificate stands for. RSA is given to nobody; settings may."""


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


def parties_of(certificates: Iterable[Certificate]) -> tuple[PartyIdentity, ...]:
    """The Users a set of certificates speaks of, in the order of their EUI-64.

    A supplier's certificate (OU 02) makes IS, GS and ES, a network operator's (03) ED and GT, any other that is not
    the DCC's own makes OU. An xmlSign certificate alone makes OU too: it does not say more.
    """
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
            user_roles += [item.value for item in _ROLES_OF_CERTIFICATE.get(role, (UserRole.OU,))]
        name = next((found[eui][role] for role in held if found[eui][role]), "")
        title = certificate_roles()[held[0]].name if held[0] != XML_SIGN_ROLE else "User"
        parties.append(PartyIdentity(eui, name or f"{title.capitalize()} {eui}", tuple(dict.fromkeys(user_roles))))
    return tuple(parties)


def _common_name(certificate: Certificate) -> str:
    for part in certificate.subject_name.split(","):
        kind, _, value = part.partition("=")
        if kind == "CN":
            return value
    return ""
