"""Whether a certificate comes from where a device trusts: the path from its issuer to the root the device holds.

The store stands for what a device knows of authorities. Where it lacks the one that issued the certificates of the
device or its parties, as imported key stores do, a device takes others of that same issuer too, whether or not the
command brings that authority's certificate along: inferred, like the order of the checks. Validity and revocation are
not looked at. Source: GBCS, certification path validation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stubs.wire.certificates import NO_EUI, Certificate, CertificateStore, Usage, is_issued_by, issuer_names_equal
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

_ROOT = "00"
_USAGES: tuple[Usage, ...] = ("DS", "KA")
_LONGEST = 4
"""Authorities above a certificate that are looked at; the SMKI has two."""


def is_trusted(
    certificate: Certificate,
    brought: Iterable[Certificate],
    store: CertificateStore,
    parties: Iterable[Eui64],
    own: Iterable[Certificate] = (),
) -> bool:
    """Whether the issuer is who the certificate says, and leads to a root of ``store``.

    Args:
        certificate: what is to be held.
        brought: the certification path that came with it; counts as far as the store confirms it.
        store: authorities, and the certificates that the device's parties have.
        parties: whom the device knows.
        own: the device's own certificates.
    """
    known = store.of(NO_EUI, "CS")
    along = tuple(one for one in brought if one.usage == "CS" and one not in known)
    if any(issuer_names_equal(certificate.issuer_name, one.subject_name) for one in known):
        return _leads_up(certificate, (*known, *along), known, _LONGEST)
    if _leads_up(certificate, (*known, *along), known, _LONGEST):
        return True
    theirs = (held for party in {*parties, certificate.eui} for usage in _USAGES for held in store.of(party, usage))
    return _is_of_their_authority(certificate, along, (*own, *theirs))


def _is_of_their_authority(certificate: Certificate, along: Sequence[Certificate], held: Iterable[Certificate]) -> bool:
    """Whether the authority that issued a certificate of ``held``, itself unknown, issued this one too.

    Both name the same issuer. An authority that came along with the certificate and issued it must have issued the
    held one as well; where none did, the identifiers of the issuer's key agree as far as both certificates have one.
    """
    issuers = [one for one in along if _is_issued_by(certificate, one)]
    for one in held:
        if not issuer_names_equal(certificate.issuer_name, one.issuer_name):
            continue
        key_ids = {certificate.authority_key_id, one.authority_key_id} - {b""}
        if any(_is_issued_by(one, issuer) for issuer in issuers) or (not issuers and len(key_ids) <= 1):
            return True
    return False


def is_root(certificate: Certificate) -> bool:
    """Whether it is a root authority's, signed by itself."""
    return certificate.usage == "CS" and certificate.role == _ROOT and _is_issued_by(certificate, certificate)


def _leads_up(
    certificate: Certificate, authorities: Sequence[Certificate], known: Sequence[Certificate], most: int
) -> bool:
    for authority in authorities if most else ():
        if not _is_issued_by(certificate, authority):
            continue
        if authority in known and _is_end(authority, known):
            return True
        if authority != certificate and _leads_up(authority, authorities, known, most - 1):
            return True
    return False


def _is_end(authority: Certificate, known: Sequence[Certificate]) -> bool:
    """A root of the store, or one of its authorities whose own issuer it lacks."""
    if authority.role == _ROOT:
        return True
    return not any(issuer_names_equal(authority.issuer_name, one.subject_name) for one in known)


def _is_issued_by(certificate: Certificate, authority: Certificate) -> bool:
    try:
        return is_issued_by(certificate, authority)
    except PeerError:  # a key of another kind, or a certificate that ends early
        return False
