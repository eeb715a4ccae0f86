"""Putting the lens's parts together: the verifier's reason, the octets, the search for what was done otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from stubs.wire.certificates import Certificate, CertificateStore
from stubs.wire.errors import PeerError
from stubs.wire.names import canonical as canonical_name
from stubs.wire.xml import XmlError, parse
from stubs.wire.xmlsig.errors import SignatureError, SignatureReason
from stubs.wire.xmlsig.lens.reading import Named, Read, read_leniently, without_signature
from stubs.wire.xmlsig.lens.record import Cause, Comparison, Lens
from stubs.wire.xmlsig.lens.signings import Signing, find_signing
from stubs.wire.xmlsig.lens.writings import Writing, digested, writings
from stubs.wire.xmlsig.policy import STRICT, SignaturePolicy
from stubs.wire.xmlsig.profile import canonical, digest_of
from stubs.wire.xmlsig.verifier import verify

_GIVEN = "the octets that were handed in"
_SIGNED = (2**64, 2**128, 2**160)
"""Values that a negative serial number of 8, 16 or 20 octets lacks."""


def explain(
    data: bytes,
    certificates: CertificateStore,
    known: Iterable[Certificate] = (),
    theirs: bytes | None = None,
    policy: SignaturePolicy = STRICT,
) -> Lens:
    """Look closely at the signature of a document.

    Args:
        data: the octets received.
        certificates: where the signer's certificate is looked up.
        known: every certificate whose key may have signed; tried when the named one's did not.
        theirs: the octets that the other side says it digested, where it can print them.
        policy: what is accepted.

    Raises: XmlError: ``data`` is not XML we accept. Nothing else: what cannot be read is left out.
    """
    root = parse(data)
    reason, problem = "", ""
    try:
        verify(data, certificates, policy)
    except SignatureError as error:
        reason, problem = str(error.reason), str(error)
    read = read_leniently(root)
    if read is None:
        causes = (Cause(reason),) if reason else ()
        try:
            return Lens(reason=reason, problem=problem, document=Comparison(canonical(root)), causes=causes)
        except SignatureError:
            return Lens(reason=reason, problem=problem, causes=causes)
    try:
        return _looked_at(data, root, read, certificates, known, theirs, Lens(reason=reason, problem=problem))
    except SignatureError:  # no canonical form at all: the reason has said so
        return Lens(reason=reason, problem=problem, causes=(Cause(reason),) if reason else ())


def _looked_at(
    data: bytes,
    root: etree._Element,
    read: Read,
    certificates: CertificateStore,
    known: Iterable[Certificate],
    theirs: bytes | None,
    said: Lens,
) -> Lens:
    ours = canonical(without_signature(root, read.element))
    named, names = _named(certificates, read)
    writing = _find_writing(data, root, read, ours, theirs)
    signing = None if not read.value else find_signing(data, ours, read, named, known)
    signed_info = None if read.signed_info is None else canonical(read.signed_info, exclusive=True)
    causes = () if said.is_good else _causes(said, read, writing, signing, named, names)
    return Lens(
        reason=said.reason,
        problem=said.problem,
        document=_document(ours, writing, theirs),
        digest=digest_of(ours),
        stated_digest=read.digest,
        signed_info=None if signed_info is None else _signed_info(signed_info, signing, named),
        is_value_good=_is_value_good(signing, named),
        issuer_name=read.issuer_name,
        serial=read.serial,
        named=named,
        used=None if signing is None else signing.certificate,
        causes=causes,
    )


def _find_writing(data: bytes, root: etree._Element, read: Read, ours: bytes, theirs: bytes | None) -> Writing | None:
    """The octets that were digested, with what was done otherwise; no ways: as the profile does."""
    hexadecimal = (Named("digest-in-hex"),) if read.is_digest_hex else ()
    if read.digest and (ways := digested(ours, read.digest)) == ():
        return Writing(ours, hexadecimal)
    for writing in writings(data, root, read.element):
        if theirs is not None and writing.octets == theirs:
            return Writing(theirs, (*writing.ways, *hexadecimal))
        ways = digested(writing.octets, read.digest) if read.digest else None
        if ways is not None and theirs is None:
            return Writing(writing.octets, (*writing.ways, *ways, *hexadecimal))
    return None


def _document(ours: bytes, writing: Writing | None, theirs: bytes | None) -> Comparison:
    if theirs is not None:
        return Comparison(ours, theirs, _GIVEN)
    if writing is None:
        return Comparison(ours)
    return Comparison(ours, writing.octets, _how(writing.ways) or "the profile")


def _how(ways: tuple[Named, ...]) -> str:
    return "; ".join(f"{way.cause}: {way.detail}" if way.detail else way.cause for way in ways)


def _signed_info(ours: bytes, signing: Signing | None, named: Certificate | None) -> Comparison:
    if signing is None:
        return Comparison(ours)
    ways = _how(signing.ways)
    whose = "" if named == signing.certificate else f"key of the certificate {signing.certificate.serial}"
    return Comparison(ours, signing.octets, "; ".join(part for part in (ways, whose) if part) or "the profile")


def _is_value_good(signing: Signing | None, named: Certificate | None) -> bool | None:
    if named is None:
        return None
    return signing is not None and not signing.ways and signing.certificate == named


def _named(certificates: CertificateStore, read: Read) -> tuple[Certificate | None, tuple[Cause, ...]]:
    """The certificate meant, and what is wrong with how it is named; in doubt none."""
    digits = read.serial.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        serial = int(digits[:60])
        found = certificates.find(read.issuer_name, serial)
        if found is not None:
            return found, ()
        if (found := certificates.by_serial(serial)) is not None:
            return found, (_other_issuer(found, read),)
    for number, cause, detail in _serials(read.serial):
        if (found := certificates.by_serial(number)) is not None:
            return found, (Cause(cause, f"{detail}: {number}"),)
    return None, ()


def _other_issuer(found: Certificate, read: Read) -> Cause:
    try:
        is_subject = canonical_name(read.issuer_name) == canonical_name(found.subject_name)
    except PeerError:
        is_subject = False
    detail = f"expected {found.issuer_name}, found {read.issuer_name[:120]}"
    return Cause("issuer-is-subject" if is_subject else "other-issuer", detail)


def _serials(text: str) -> Iterable[tuple[int, str, str]]:
    plain = text.replace(":", "").replace(" ", "").removeprefix("0x").removeprefix("0X")[:60]
    if plain.removeprefix("-").isascii() and plain.startswith("-") and plain[1:].isdigit():
        for modulus in _SIGNED:
            yield int(plain) + modulus, "serial-as-signed-number", "the unsigned number is"
        return
    try:
        yield int(plain, 16), "serial-in-hex", "in decimal digits it is"
    except ValueError:
        return


def _causes(
    said: Lens,
    read: Read,
    writing: Writing | None,
    signing: Signing | None,
    named: Certificate | None,
    names: tuple[Cause, ...],
) -> tuple[Cause, ...]:
    """The proven ones first; the verifier's own reason only where nothing proven says more."""
    found = [Cause(way.cause, way.detail, is_proven=True) for way in (writing.ways if writing else ())]
    found += [Cause(way.cause, way.detail, is_proven=True) for way in (signing.ways if signing else ())]
    if signing is not None and signing.certificate != named:
        found.append(_whose(signing.certificate, named))
    proven = signing is not None and signing.certificate == named
    found += [Cause(cause.id, cause.detail, is_proven=proven) for cause in names]
    if writing is None and read.digest and said.reason != SignatureReason.DIGEST_DIFFERS:
        found.append(Cause(SignatureReason.DIGEST_DIFFERS))
    if not found or (said.reason in _SAY_MORE and not names):
        found.append(Cause(said.reason))
    return tuple(found)


def _whose(used: Certificate, named: Certificate | None) -> Cause:
    """The key that signed belongs to another certificate than the one named."""
    is_agreement = used.usage == "KA"
    detail = f"{used.eui} (OU {used.role}, serial {used.serial}, usage {used.usage})"
    if named is not None:
        detail += f"; named is serial {named.serial} of {named.eui}"
    return Cause("agreement-key" if is_agreement else "other-key", detail, is_proven=True)


_SAY_MORE = frozenset(SignatureReason) - {
    SignatureReason.DIGEST_DIFFERS,
    SignatureReason.SIGNATURE_DIFFERS,
    SignatureReason.BAD_VALUE,
}
"""Reasons that a proven cause does not make superfluous: the signature is built otherwise, besides."""

__all__ = ["XmlError", "explain"]
