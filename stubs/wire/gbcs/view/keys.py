"""Checking a message with whatever keys the reader has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hmac import compare_digest

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from schemas.gbcs_words import message_titles
from stubs.wire.certificates import NO_EUI, Certificate, CertificateStore
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import (
    KeyAgreement,
    ProtectionError,
    check_signature,
    compute_mac,
    decrypt,
    encryption_key,
    shared_secret,
)
from stubs.wire.gbcs.envelope import Cra, Group, Message
from stubs.wire.gbcs.view.field import Check

_NO_KEYS = "needs keys (--pki)"
PrivateKeys = Callable[[Eui64], tuple[EllipticCurvePrivateKey, ...]]
PublicKeys = Callable[[Eui64], tuple[EllipticCurvePublicKey, ...]]


@dataclass(frozen=True, slots=True)
class ViewKeys:
    """Key look-up of the view; each look-up may give several (renewed certificates) or none.

    Args:
        acb: the Access Control Broker, whose keys protect commands; ``NO_EUI`` when there are certificates only.
        private_ka: private key agreement keys by EUI.
        public_ka: public key agreement keys by EUI.
        public_ds: public digital signature keys by EUI.
        agree: computes or remembers shared secrets.
    """

    acb: Eui64
    private_ka: PrivateKeys
    public_ka: PublicKeys
    public_ds: PublicKeys
    agree: KeyAgreement = shared_secret

    @classmethod
    def public(cls, certificates: CertificateStore) -> ViewKeys:
        """Certificates only: signatures can be checked, nothing else."""
        return cls.of(NO_EUI, certificates, lambda _: None)

    @classmethod
    def of(
        cls,
        acb: Eui64,
        certificates: CertificateStore,
        private_key: Callable[[Certificate], EllipticCurvePrivateKey | None],
        agree: KeyAgreement = shared_secret,
    ) -> ViewKeys:
        """Keys of a certificate store and of whoever holds private keys for some of its certificates."""

        def public_ka(eui: Eui64) -> tuple[EllipticCurvePublicKey, ...]:
            return tuple(certificate.public_key for certificate in certificates.of(eui, "KA"))

        def public_ds(eui: Eui64) -> tuple[EllipticCurvePublicKey, ...]:
            return tuple(certificate.public_key for certificate in certificates.of(eui, "DS"))

        def private_ka(eui: Eui64) -> tuple[EllipticCurvePrivateKey, ...]:
            keys = (private_key(certificate) for certificate in certificates.of(eui, "KA"))
            return tuple(key for key in keys if key is not None)

        return cls(acb, private_ka, public_ka, public_ds, agree)


def judge_mac(message: Message, keys: ViewKeys | None) -> tuple[Check, str]:
    """Whether the MAC agrees, and with or without which keys."""
    if keys is None or keys.acb == NO_EUI:
        return Check.NOT_CHECKED, _NO_KEYS
    group = message.group
    sender = group.originator if group.cra is not Cra.COMMAND or _is_between_devices(group) else keys.acb
    tried = False
    for private, public in _pairs(keys, sender, group.recipient):
        tried = True
        if compare_digest(compute_mac(group, keys.agree(private, public)), message.mac or b""):
            return Check.AGREES, f"keys of {sender} and {group.recipient}"
    if tried:
        return Check.DIFFERS, f"keys of {sender} and {group.recipient} give another"
    return Check.NOT_CHECKED, f"needs a private key of {sender} or {group.recipient} and the other's certificate"


def judge_signature(group: Group, keys: ViewKeys | None) -> tuple[Check, str]:
    """Whether the signature agrees, and with whose key."""
    if keys is None:
        return Check.NOT_CHECKED, _NO_KEYS
    public_keys = keys.public_ds(group.originator)
    for public in public_keys:
        try:
            check_signature(group, public)
        except ProtectionError:
            continue
        return Check.AGREES, f"key of {group.originator}"
    if public_keys:
        return Check.DIFFERS, f"does not verify with the key of {group.originator}"
    return Check.NOT_CHECKED, f"needs the signing certificate of {group.originator}"


def open_part(group: Group, blob: bytes, keys: ViewKeys | None) -> tuple[bytes | None, Check, str]:
    """The plaintext of an encrypted part when some keys open it, with the verdict and a remark."""
    if keys is None or keys.acb == NO_EUI:
        return None, Check.NOT_CHECKED, _NO_KEYS
    party = group.other.party if group.other.party is not None else group.recipient
    tried = False
    for private, public in _pairs(keys, party, group.originator):
        tried = True
        try:
            plaintext = decrypt(blob, encryption_key(group, private, public, keys.agree), group.originator)
        except ProtectionError:
            continue
        return plaintext, Check.AGREES, f"keys of {group.originator} and {party}"
    if tried:
        return None, Check.DIFFERS, f"keys of {group.originator} and {party} do not open it"
    return None, Check.NOT_CHECKED, f"needs a private key of {party} or {group.originator}, and the other's certificate"


def opener(group: Group, keys: ViewKeys) -> Callable[[bytes], bytes]:
    """Return a function that decrypts parts of ``group`` with these keys; it raises PeerError when they do not fit."""

    def decrypt(part: bytes) -> bytes:
        plaintext, _, remark = open_part(group, part, keys)
        if plaintext is None:
            raise PeerError("an encrypted part that the keys do not open", got=remark, clause="GBCS, encryption")
        return plaintext

    return decrypt


def _is_between_devices(group: Group) -> bool:
    return message_titles().get(group.other.message_code, "").startswith("PCS")


def _pairs(
    keys: ViewKeys, one: Eui64, other: Eui64
) -> Iterator[tuple[EllipticCurvePrivateKey, EllipticCurvePublicKey]]:
    for holder, partner in ((one, other), (other, one)):
        try:
            publics = keys.public_ka(partner)
        except PeerError:  # a certificate with a key of another kind cannot help
            continue
        for private in keys.private_ka(holder):
            for public in publics:
                yield private, public
