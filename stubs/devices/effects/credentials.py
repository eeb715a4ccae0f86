"""Security credentials: what a device holds, and how parties and its own certificates are replaced (6.15 to 6.24).

Replaced certificates are checked for what they are (role, usage, identity), not for their issuer's signature; the test
PKI has no revocation. A certification request is for the key the device has: a simulated device never makes a new one.
A certificate is taken only while a request for its use is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

from stubs.devices.effects.call import Call, Done, Effect, Notice
from stubs.devices.records import Anchor
from stubs.devices.state import DeviceState, highest, raised
from stubs.devices.trust import CELL_ROLES, MANAGEMENT, TOP_UP, replaced
from stubs.wire.certificates import NO_EUI, Certificate
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import der

ROLE_CELLS = {
    "Root": "root",
    "Recovery": "recovery",
    "Supplier": "supplier",
    "NetworkOperator": "network_operator",
    "ACB": "acb",
    "TransCoS": "transitional_cos",
    "WANProvider": "wan_provider",
    "LoadController": "load_controller",
}
USAGES = {"DigitalSignature": ("DS", MANAGEMENT), "KeyAgreement": ("KA", MANAGEMENT), "PrepaymentTopUp": ("KA", TOP_UP)}
_BAD_CERTIFICATE, _NO_ANCHOR = 5, 25
_NO_KEY_ID = bytes(8).hex()
_NOT_HELD = 1
_OWN = {"Digital Signature": "DS", "Key Agreement": "KA"}
_INVALID, _WRONG_IDENTITY, _NO_KEY_PAIR, _WRONG_KEY = 1, 2, 4, 5
_HARDWARE_MODULE_NAME = "1.3.6.1.5.5.7.8.4"
_MODULE_TYPE = bytes.fromhex("2a8648864801")


def _held(call: Call, cell: str, usage: str, cell_usage: int) -> Certificate | None:
    """The certificate a cell holds."""
    state = call.state
    if (found := replaced(state, cell, usage, cell_usage)) is not None:
        return found
    name = getattr(state, cell)
    if not name or call.certificates is None:
        return None
    known = call.certificates.of(Eui64.parse(name), usage, f"{CELL_ROLES[cell]:02X}")
    if cell_usage == TOP_UP:
        known = known[1:]
    return known[0] if known else None


def _identity(certificate: Certificate | None, party: str) -> dict[str, str]:
    key = certificate.subject_key_id.hex().upper() if certificate is not None else _NO_KEY_ID
    return {"ExistingRemotePartyID": party or str(NO_EUI), "ExistingCertificateHash": key}


def read_credentials(call: Call) -> Done:
    """6.24.1: the parties in the cells asked for, their counters and certificates."""
    details = []
    for role in call.values["RemotePartyRoles"]:
        cell = ROLE_CELLS.get(role, "")
        party = getattr(call.state, cell, "")
        if not party:
            details.append({"RemotePartyRole": role, "StatusCode": _NOT_HELD})
            continue
        certificates = [
            {"CertificateUsage": name} | _identity(found, party)
            for name, (usage, cell_usage) in USAGES.items()
            if (found := _held(call, cell, usage, cell_usage)) is not None
        ]
        floor = max(0, highest(call.state.counters, party))
        entry = {"RemotePartyRole": role, "StatusCode": 0, "RemotePartyFloorSeqNumber": floor}
        details.append(entry | {"Certificates": certificates})
    return Done({"RemotePartyDetails": details})


def _problem(state: DeviceState, one: Mapping[str, Any], certificate: Certificate | None) -> int:
    """Why a certificate cannot take its cell; 0 when it can."""
    role, name = one["RemotePartyRole"], one["CertificateUsage"]
    if role not in ROLE_CELLS or (name in USAGES and not getattr(state, ROLE_CELLS[role]) and role != "LoadController"):
        return _NO_ANCHOR
    if certificate is None:
        return _BAD_CERTIFICATE
    if name in USAGES and certificate.usage != USAGES[name][0]:
        return _BAD_CERTIFICATE
    return 0


def _certificate(text: str) -> Certificate | None:
    try:
        return Certificate.from_der(bytes.fromhex(text))
    except PeerError:
        return None


def replace_credentials(mode: int) -> Effect:
    """6.15.1, 6.21, 6.23, 8.5 and recovery: certificates take their cells, floors their counters."""

    def effect(call: Call) -> Done:
        state, outcomes = call.state, []
        anchors: dict[tuple[int, str, int], Anchor] = {(a.role, a.usage, a.cell_usage): a for a in state.anchors}
        cells: dict[str, str] = {}
        for one in call.values["ReplacementCertificates"]:
            certificate = _certificate(one["Certificate"])
            status = _problem(state, one, certificate)
            cell = ROLE_CELLS.get(one["RemotePartyRole"], "")
            usage, cell_usage = USAGES.get(one["CertificateUsage"], ("KA", MANAGEMENT))
            before = _identity(_held(call, cell, usage, cell_usage) if cell else None, getattr(state, cell, ""))
            entry = {"RemotePartyRole": one["RemotePartyRole"], "CertificateUsage": one["CertificateUsage"]} | before
            entry |= {"StatusCode": status}
            if status or certificate is None:
                entry |= {
                    "NewRemotePartyID": before["ExistingRemotePartyID"],
                    "NewCertificateHash": before["ExistingCertificateHash"],
                }
            else:
                cells[cell] = str(certificate.eui) if certificate.eui != NO_EUI else getattr(state, cell)
                entry |= {
                    "NewRemotePartyID": str(certificate.eui),
                    "NewCertificateHash": certificate.subject_key_id.hex().upper(),
                }
                role = CELL_ROLES[cell]
                anchors[role, usage, cell_usage] = Anchor(role, usage, cell_usage, certificate.der)  # type: ignore[arg-type]
            outcomes.append(entry)
        floors, changed = _floors(call, cells)
        values = {
            "ExecutionOutcome": {
                "AuthorisingRemotePartyOriginatorCounter": call.counter,
                "CredentialsReplacementMode": mode,
                "RemotePartySeqNumberChange": changed,
                "ReplacementOutcome": outcomes,
            }
        }
        if not cells:
            return Done(values, result="refused")
        changes = {**cells, "anchors": tuple(anchors.values()), "counters": floors}
        return Done(values, changes, (Notice("8F70", "credentials were replaced", call.party),))

    return effect


def _floors(call: Call, cells: dict[str, str]) -> tuple[tuple[tuple[str, int], ...], list[dict[str, Any]]]:
    """Counters of the parties now in the cells, and what the outcome says of them."""
    counters = call.state.counters
    changed: list[dict[str, Any]] = []
    own = call.values.get("RemotePartyFloorSeqNumber")
    if own is not None and cells:
        role = call.values["ReplacementCertificates"][0]["RemotePartyRole"]
        changed.append({"RemotePartyRole": role, "RemotePartyFloorSeqNumber": int(own)})
        top_up = call.values.get("RemotePartyPrepaymentTopUpFloorSeqNumber")
        if top_up is not None:
            changed[0]["RemotePartyPrepaymentTopUpFloorSeqNumber"] = int(top_up)
    changed += [dict(one) for one in call.values.get("OtherFloors", ())]
    for one in changed:
        cell = ROLE_CELLS.get(one["RemotePartyRole"], "")
        party = cells.get(cell) or getattr(call.state, cell, "")
        if party:
            counters = raised(counters, party, int(one["RemotePartyFloorSeqNumber"]))
    return counters, changed


def issue_request(call: Call) -> Done:
    """6.17: a PKCS#10 request for one of the device's keys."""
    usage = _OWN[str(call.values["CredentialType"])]
    if call.credentials is None:
        return Done({"IssueCredentialsResponseCode": 2}, result="refused")
    pair = call.credentials.ds if usage == "DS" else call.credentials.ka
    serial = der.octet_string(call.state.id.octets)
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
        .sign(pair.private_key, hashes.SHA256(), ecdsa_deterministic=_is_deterministic())
    )
    requested = tuple(sorted({*call.state.requested, usage}))
    return Done({"CertificationRequest": request.public_bytes(Encoding.DER).hex().upper()}, {"requested": requested})


def _is_deterministic() -> bool | None:
    """Whether OpenSSL can sign without randomness; None lets it choose."""
    try:
        ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    except Exception:  # noqa: BLE001 - which one depends on the OpenSSL that cryptography was built with
        return None
    return True


def update_certificate(call: Call) -> Done:
    """6.15.2: the device's own new certificate: asked for, naming the device, of the key the device has."""
    certificate = _certificate(call.values["DeviceCertificate"])
    status = _INVALID
    if certificate is not None and call.credentials is not None:
        pair = call.credentials.ds if certificate.usage == "DS" else call.credentials.ka
        is_own_key = certificate.public_key.public_numbers() == pair.private_key.public_key().public_numbers()
        status = 0 if is_own_key else _WRONG_KEY
        if certificate.usage not in call.state.requested:
            status = _NO_KEY_PAIR
        if certificate.eui != call.state.id:
            status = _WRONG_IDENTITY
    values = {"UpdateSecurityCredentialsResponseCode": status}
    if status or certificate is None:
        return Done(values, result="refused")
    others = tuple(one for one in call.state.own_certificates if one[0] != certificate.usage)
    requested = tuple(usage for usage in call.state.requested if usage != certificate.usage)
    own = (*others, (certificate.usage, certificate.der))
    notice = Notice("8F70", "the device's own certificate was replaced")
    return Done(values, {"own_certificates": own, "requested": requested}, (notice,))


def read_certificate(call: Call) -> Done:
    """6.24.2: the device's own certificate."""
    usage = _OWN[str(call.values["CredentialType"])]
    held = next((one for known, one in call.state.own_certificates if known == usage), None)
    if held is None and call.credentials is not None:
        held = (call.credentials.ds if usage == "DS" else call.credentials.ka).certificate.der
    if held is None:
        return Done({"RetrieveDeviceSecurityCredentialsStatusCode": 1}, result="refused")
    return Done({"Certificate": held.hex().upper()})
