"""Key agreement, MAC, signature and encryption of GBCS messages. Pure: keys in, bytes out.

Every message key comes from one ECDH secret and the identities in GROUP::

    key       = first 16 octets of SHA-256(00000001 | Z | otherInfo)
    otherInfo = 60857406080300 | originator(8) | 09 | use(1) | counter(8) | recipient(8)
    IV        = originator(8) | 00000000                       AES-128-GCM throughout

Functions that agree a key take ``agree``: ``shared_secret`` itself, or a ``SharedSecrets`` the caller keeps.
Source: GBCS, cryptographic protections; NIST SP 800-56A (single-step key derivation).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from hashlib import sha256
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec.structs import replace

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import MAC_LENGTH, SIGNATURE_LENGTH, Group, Message
from stubs.wire.gbcs.octets import GbcsError

KeyAgreement = Callable[[EllipticCurvePrivateKey, EllipticCurvePublicKey], bytes]
"""(private, public) to the 32 octets of the shared secret Z."""

ENCRYPTED_HEADER = bytes.fromhex("3100000000")
"""Security header of an encrypted part: authenticated and encrypted, suite 1, invocation counter 0."""

_ECDH = ECDH()
_ECDSA = ECDSA(SHA256())


def _signing_algorithm() -> ECDSA:
    """Deterministic where OpenSSL offers it (3.2 on; RFC 6979): the same message then has the same bytes."""
    try:
        return ECDSA(SHA256(), deterministic_signing=True)
    except UnsupportedAlgorithm:
        return _ECDSA


_SIGNING = _signing_algorithm()
_OTHER_INFO_PREFIX = bytes.fromhex("60857406080300")
_KDF_ROUND = bytes.fromhex("00000001")
_MAC_AAD_PREFIX = bytes.fromhex("110000000000")
_ENCRYPTION_AAD = b"\x31"
_IV_TAIL = bytes(4)


class ProtectionError(GbcsError):
    """A MAC, a signature or an encrypted part that does not agree with the key it should agree with."""


class KeyUse(IntEnum):
    """Use of a derived key: the CRA flag of the MACed message, or 4."""

    COMMAND = 1
    RESPONSE = 2
    ALERT = 3
    ENCRYPTION = 4


def shared_secret(private: EllipticCurvePrivateKey, public: EllipticCurvePublicKey) -> bytes:
    """Z: the x coordinate (32 octets) of ECDH on P-256; the same from either side."""
    return private.exchange(_ECDH, public)


class SharedSecrets:
    """Remembers shared secrets for a caller who meets the same pair of keys again and again.

    Bounded: the oldest pair goes first. Keyed by the identity of the two key objects, which are kept alive
    here, so a reused memory address cannot answer for another key. Not for sharing between threads.

    Args:
        limit: number of pairs kept.
    """

    def __init__(self, limit: int = 4096) -> None:
        if limit < 1:
            raise Misuse(f"a cache of {limit} secrets")
        self._limit = limit
        self._known: dict[tuple[int, int], tuple[EllipticCurvePrivateKey, EllipticCurvePublicKey, bytes]] = {}

    def __call__(self, private: EllipticCurvePrivateKey, public: EllipticCurvePublicKey) -> bytes:  # noqa: D102
        key = (id(private), id(public))
        known = self._known.get(key)
        if known is not None:
            return known[2]
        secret = shared_secret(private, public)
        if len(self._known) >= self._limit:
            del self._known[next(iter(self._known))]
        self._known[key] = (private, public, secret)
        return secret

    def __len__(self) -> int:
        return len(self._known)


def other_info(use: KeyUse, originator: Eui64, counter: int, recipient: Eui64) -> bytes:
    """The 33 octets that bind a derived key to its purpose, parties and message."""
    return b"".join(
        (
            _OTHER_INFO_PREFIX,
            originator.octets,
            b"\x09",
            use.to_bytes(1, "big"),
            counter.to_bytes(8, "big"),
            recipient.octets,
        )
    )


def derive_key(z: bytes, use: KeyUse, originator: Eui64, counter: int, recipient: Eui64) -> bytes:
    """The 16-octet key for one message and one use."""
    return sha256(_KDF_ROUND + z + other_info(use, originator, counter, recipient)).digest()[:16]


def gcm_tag(key: bytes, originator: Eui64, authenticated: bytes) -> bytes:
    """The whole tag (16 octets) of AES-128-GCM over ``authenticated`` and an empty plaintext.

    A message's MAC is its first 12 octets, a top-up token's its last 4.
    """
    return AESGCM(key).encrypt(originator.octets + _IV_TAIL, b"", authenticated)


def compute_mac(group: Group, z: bytes) -> bytes:
    """The 12-octet MAC of ``group`` under the secret ``z``.

    The identities are GROUP's also when the ACB's keys agreed ``z`` on behalf of a User.
    """
    key = derive_key(z, KeyUse(group.cra), group.originator, group.counter, group.recipient)
    return gcm_tag(key, group.originator, _MAC_AAD_PREFIX + group.to_bytes())[:MAC_LENGTH]


def add_mac(
    group: Group,
    private_ka: EllipticCurvePrivateKey,
    public_ka: EllipticCurvePublicKey,
    agree: KeyAgreement = shared_secret,
) -> Message:
    """Protect ``group`` with a MAC; a group without signature field gets the empty one (octet 00).

    ``private_ka`` is the ACB's for a command of a remote party, else the sending device's; ``public_ka`` is
    the device's for a command, else that of GROUP's recipient.
    """
    complete = group if group.signature is not None else replace(group, signature=b"")
    return Message(complete, compute_mac(complete, agree(private_ka, public_ka)))


def check_mac(
    message: Message,
    private_ka: EllipticCurvePrivateKey,
    public_ka: EllipticCurvePublicKey,
    agree: KeyAgreement = shared_secret,
) -> None:
    """Compare the MAC of ``message`` with the one the two keys give, in constant time.

    Raises: ProtectionError: there is no MAC, or another one.
    """
    expected = compute_mac(message.group, agree(private_ka, public_ka))
    if message.mac is None:
        raise ProtectionError("the message carries no MAC", 0, expected="a MAC of 12 octets", got="none")
    if not compare_digest(expected, message.mac):
        raise ProtectionError(
            "the MAC does not agree with the message and the keys",
            len(message.to_bytes()) - MAC_LENGTH,
            got=message.mac.hex(),
            clause="GBCS, MAC",
        )


def sign(group: Group, ds_private: EllipticCurvePrivateKey) -> Group:
    """``group`` with the originator's signature (ECDSA P-256 with SHA-256, r|s, 64 octets) in its field."""
    r, s = decode_dss_signature(ds_private.sign(group.signed_part, _SIGNING))
    return replace(group, signature=r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def check_signature(group: Group, ds_public: EllipticCurvePublicKey) -> None:
    """Verify the signature of ``group`` with the originator's key.

    Raises: ProtectionError: there is no signature, or it does not verify.
    """
    signature = group.signature
    if not signature:
        raise ProtectionError("GROUP carries no signature", 0, expected="a signature of 64 octets", got="none")
    if len(signature) != SIGNATURE_LENGTH:
        raise Misuse(f"a signature has 0 or 64 octets, got {len(signature)}")
    encoded = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        ds_public.verify(encoded, group.signed_part, _ECDSA)
    except InvalidSignature as error:
        raise ProtectionError(
            "the signature does not agree with the message and the originator's key",
            len(group.to_bytes()) - SIGNATURE_LENGTH,
            got=signature.hex()[:32] + "…",
            clause="GBCS, digital signature",
        ) from error


def encryption_key(
    group: Group,
    private_ka: EllipticCurvePrivateKey,
    public_ka: EllipticCurvePublicKey,
    agree: KeyAgreement = shared_secret,
) -> bytes:
    """The key of the encrypted parts of a response or alert, from either side's private key.

    For a party the device knows: GROUP's counter and recipient. For one it does not know (supplementary
    party): that party, and the supplementary originator counter where there is one. The two keys are those of
    the device and of that remote party; never the ACB's, even when the ACB is GROUP's recipient.
    """
    other = group.other
    party = other.party if other.party is not None else group.recipient
    counter = other.originator_counter if other.originator_counter is not None else group.counter
    return derive_key(agree(private_ka, public_ka), KeyUse.ENCRYPTION, group.originator, counter, party)


def encrypt(plaintext: bytes, key: bytes, device: Eui64) -> bytes:
    """The blob ``31 00000000 | ciphertext | tag(12)``.

    All parts of one message use the same key and IV; receivers expect exactly that.
    """
    sealed = AESGCM(key).encrypt(device.octets + _IV_TAIL, plaintext, _ENCRYPTION_AAD)
    return ENCRYPTED_HEADER + sealed[: len(sealed) - 16 + MAC_LENGTH]


def decrypt(blob: bytes, key: bytes, device: Eui64) -> bytes:
    """The plaintext of a blob.

    Raises: ProtectionError: not a blob, or altered, or another key.
    """
    header = blob[: len(ENCRYPTED_HEADER)]
    if header != ENCRYPTED_HEADER:
        raise ProtectionError(
            "not an encrypted part", 0, expected=ENCRYPTED_HEADER.hex(), got=header.hex() or "nothing"
        )
    ends_at = len(blob) - MAC_LENGTH
    if ends_at < len(ENCRYPTED_HEADER):
        raise ProtectionError(
            "the encrypted part is too short",
            len(blob),
            expected=f"at least {len(ENCRYPTED_HEADER) + MAC_LENGTH} octets",
            got=str(len(blob)),
        )
    mode = GCM(device.octets + _IV_TAIL, blob[ends_at:], min_tag_length=MAC_LENGTH)
    decryptor = Cipher(AES(key), mode).decryptor()
    decryptor.authenticate_additional_data(_ENCRYPTION_AAD)
    try:
        return decryptor.update(blob[len(ENCRYPTED_HEADER) : ends_at]) + decryptor.finalize()
    except InvalidTag as error:
        raise ProtectionError(
            "the encrypted part does not agree with its key", ends_at, got=blob[ends_at:].hex()
        ) from error
