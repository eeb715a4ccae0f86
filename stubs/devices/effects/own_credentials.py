"""A device's own credentials: new key pairs and the certificates for them (6.17, 6.15.2, 6.24.2).

A certification request makes a new key pair; a further one for the same usage replaces it. The device goes on with the
old pair until the certificate of the new one comes. What it says about that certificate, response and alert, still
carries the old key's signature (inferred). Codes: GBCS guide, 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.credentials import certificate_of, is_path_trusted
from stubs.devices.records import OwnKey
from stubs.devices.trust import own_key
from stubs.wire.certificates import Certificate
from stubs.wire.gbcs import der

_OWN: Mapping[str, Literal["DS", "KA"]] = {"Digital Signature": "DS", "Key Agreement": "KA"}
_KEY_GENERATION = 2
_INVALID, _WRONG_IDENTITY, _WRONG_USAGE, _NO_KEY_PAIR, _WRONG_KEY = 1, 2, 3, 4, 5
_HARDWARE_MODULE_NAME = "1.3.6.1.5.5.7.8.4"
_MODULE_TYPE = bytes.fromhex("2a8648864801")


def issue_request(context: EffectContext) -> EffectResult:
    """6.17: a new key pair, which waits for its certificate, and the PKCS#10 request for it."""
    usage = _OWN[str(context.values["CredentialType"])]
    if context.credentials is None:
        return EffectResult({"IssueCredentialsResponseCode": _KEY_GENERATION}, result="refused")
    before = own_key(context.state, usage)
    made = OwnKey(usage, before.in_use, before.newest + 1)
    private_key = context.credentials.make_key(usage, made.newest)
    serial = der.octet_string(context.state.id.octets)
    module = der.sequence(der.Tlv(0x06, _MODULE_TYPE), serial)
    name = x509.OtherName(ObjectIdentifier(_HARDWARE_MODULE_NAME), module.to_bytes())
    is_ds = usage == "DS"
    key_usage = x509.KeyUsage(
        digital_signature=is_ds,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not is_ds,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_extension(key_usage, critical=True)
        .add_extension(x509.SubjectAlternativeName([name]), critical=True)
        .sign(private_key, hashes.SHA256(), ecdsa_deterministic=_is_deterministic())
    )
    requested = tuple(sorted({*context.state.requested, usage}))
    der_request = request.public_bytes(Encoding.DER).hex().upper()
    changes = {"requested": requested, "own_keys": (*_other_keys(context, usage), made)}
    return EffectResult({"CertificationRequest": der_request}, changes)


def _other_keys(context: EffectContext, usage: str) -> tuple[OwnKey, ...]:
    return tuple(one for one in context.state.own_keys if one.usage != usage)


def _is_deterministic() -> bool | None:
    """Whether OpenSSL can sign without randomness; None lets it choose."""
    try:
        ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    except Exception:  # noqa: BLE001 - which one depends on the OpenSSL that cryptography was built with
        return None
    return True


def update_certificate(context: EffectContext) -> EffectResult:
    """6.15.2: a certificate that was asked for, of the device and its newest key; that key is used from now on."""
    certificate = certificate_of(context.values["DeviceCertificate"])
    status = _INVALID if certificate is None else _own_problem(context, certificate)
    values = {"UpdateSecurityCredentialsResponseCode": status}
    if status or certificate is None:
        return EffectResult(values, result="refused")
    usage = certificate.usage
    changes: dict[str, Any] = {
        "requested": tuple(one for one in context.state.requested if one != usage),
        "own_certificates": (
            *(one for one in context.state.own_certificates if one[0] != usage),
            (usage, certificate.der),
        ),
    }
    newest = own_key(context.state, usage).newest
    if newest:
        now = OwnKey("DS" if usage == "DS" else "KA", newest, newest)
        changes["own_keys"] = (*_other_keys(context, usage), now)
    return EffectResult(values, changes, (PendingAlert("8F70", "the device's own certificate was replaced"),))


def _own_problem(context: EffectContext, certificate: Certificate) -> int:
    """Return the reason code why the device refuses a certificate as its own; 0: it takes it. The order is inferred."""
    usage = certificate.usage
    if context.credentials is None or not is_path_trusted(context, certificate):
        return _INVALID
    if certificate.eui != context.state.id:
        return _WRONG_IDENTITY
    if not certificate.is_device or usage not in _OWN.values():
        return _WRONG_USAGE
    if usage not in context.state.requested:
        return _NO_KEY_PAIR
    newest = own_key(context.state, usage).newest
    pair = context.credentials.ds if usage == "DS" else context.credentials.ka
    waiting = context.credentials.make_key(usage, newest) if newest else pair.private_key
    return 0 if certificate.public_key.public_numbers() == waiting.public_key().public_numbers() else _WRONG_KEY


def read_certificate(context: EffectContext) -> EffectResult:
    """6.24.2: the device's own certificate."""
    usage = _OWN[str(context.values["CredentialType"])]
    held = next((one for known, one in context.state.own_certificates if known == usage), None)
    if held is None and context.credentials is not None:
        held = (context.credentials.ds if usage == "DS" else context.credentials.ka).certificate.der
    if held is None:
        return EffectResult({"RetrieveDeviceSecurityCredentialsStatusCode": 1}, result="refused")
    return EffectResult({"Certificate": held.hex().upper()})
