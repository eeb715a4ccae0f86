"""Device messages: a GBCS message checked (parties, counter, MAC or signature), decrypted, and read."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from harness.drivers.reference.identity import KeyRing
from harness.drivers.reference.policy import Policy
from harness.drivers.reference.repository import KnownCertificates
from schemas.load import transform_rows, use_case_facts, use_cases
from stubs.wire import Blocked, Eui64, PeerError, RequestId
from stubs.wire.certificates import Certificate
from stubs.wire.gbcs.crypto import ProtectionError, check_mac, check_signature, decrypt, encryption_key
from stubs.wire.gbcs.envelope import Cra, Group, Message
from stubs.wire.gbcs.use_cases import read_response
from stubs.wire.gbcs.use_cases.alerts import read_alert

T = TypeVar("T")

_XML_SIGNERS = frozenset({"87", "89"})
_IN_THE_DCCS_NAME = frozenset({"6.21", "6.23", "6.24.1", "8.5", "8.12.2"})
"""Services whose command the broker, or the transitional change-of-supplier party, sends as its own (GBCS guide, 3)."""
_OPT_OUT, _BROKER = "8.5", "04"
_READING_SERVICES = "4."
"""Services whose values are readings: section 4 of the service reference variants."""


@dataclass(frozen=True, slots=True)
class DeviceAnswer:
    """Named values of a response, JSON-plain; ``is_success`` is what the device says of its own work."""

    values: dict[str, Any]
    is_success: bool


@cache
def message_codes(srv: str) -> frozenset[int]:
    """The GBCS message codes a service may become, whatever the device type (catalogue of use cases)."""
    facts = use_case_facts()
    made = {facts[row.use_case].message_code for row in transform_rows() if row.srv == srv and row.use_case in facts}
    listed = {row.message_code for row in use_cases() if row.srv == srv and row.message_code}
    return frozenset(int(code, 16) for codes in made | listed for code in codes.split("/"))


@dataclass(frozen=True, slots=True)
class DeviceMessages:
    """Reads what devices send to one User.

    Args:
        ring: the User's keys.
        acb: EUI-64 of the access control broker, who speaks for Users a device does not know.
        certificates: of devices; asked only when a MAC, a signature or an encrypted part needs one.
    """

    ring: KeyRing
    acb: Eui64
    certificates: KnownCertificates
    policy: Policy

    def response(self, payload: bytes, request_id: RequestId, srv: str) -> DeviceAnswer:
        """The answer to a request.

        Raises: PeerError: not the answer to this request, not from this device, or not readable.
        """
        message = Message.from_bytes(payload)
        group = message.group
        if self.policy.check_device_security:
            self._check_answers(group, request_id, srv)
            self._check_protection(message)
        read = read_response(group.other.message_code, group.content, lambda blob: self._decrypt(group, blob))
        is_success = bool(read.pop("MessageSuccess", True))
        values = {name: plain(value) for name, value in read.items() if name != "results"}
        if srv.startswith(_READING_SERVICES):
            values = {name: _scaled(value, self.policy.reading_scale) for name, value in values.items()}
        return DeviceAnswer(values, is_success)

    def alert(self, payload: bytes, code: str, device: Eui64 | None) -> dict[str, Any]:
        """The values of a device's alert.

        Raises: PeerError: not from this device, not the alert it is said to be, or not readable.
        """
        message = Message.from_bytes(payload)
        group = message.group
        if self.policy.check_device_security:
            _require("kind of message", group.cra, Cra.ALERT)
            if device is not None:
                _require("originator", group.originator, device)
            self._check_protection(message)
        values = {name: plain(value) for name, value in read_alert(group.other.message_code, group.content).items()}
        _require("alert code inside the payload", str(values.get("AlertCode", code)).upper(), code.upper())
        return values

    def _check_answers(self, group: Group, request_id: RequestId, srv: str) -> None:
        """The message belongs to the request (GBCS, response: parties swapped, counter kept)."""
        _require("kind of message", group.cra, Cra.RESPONSE)
        if self.policy.check_originator:
            _require("originator", group.originator, request_id.target)
        if srv in _IN_THE_DCCS_NAME and group.recipient != self.ring.eui:
            pass  # the command was the DCC's own, under its own counter: the RequestID of the response must do
        elif group.recipient == self.acb and group.other.party is not None:
            _require("supplementary party", group.other.party, request_id.originator)
            if self.policy.check_counter:
                _require("supplementary counter", group.other.counter, request_id.counter)
        else:
            if self.policy.check_recipient:
                _require("recipient", group.recipient, request_id.originator)
            if self.policy.check_counter:
                _require("counter", group.counter, request_id.counter)
        expected = message_codes(srv)
        if expected and group.other.message_code not in expected:
            raise PeerError(
                f"the device answered another use case than service {srv}",
                expected=" or ".join(f"{code:04X}" for code in sorted(expected)),
                got=f"{group.other.message_code:04X}",
            )

    def _check_protection(self, message: Message) -> None:
        """Signature with the device's key, or MAC with ours; a MAC for the ACB is not ours to check."""
        group = message.group
        if group.signature and self.policy.check_device_signature:
            self._with_key_of(group.originator, "DS", lambda key: check_signature(group, key))
        elif message.mac is None and not group.signature:
            raise PeerError("the device's message is not protected", expected="a signature or a MAC")
        if message.mac is not None and group.recipient == self.ring.eui and self.policy.check_mac:
            own = self.ring.key_agreement
            self._with_key_of(group.originator, "KA", lambda key: check_mac(message, own, key))

    def _decrypt(self, group: Group, blob: bytes) -> bytes:
        own, device = self.ring.key_agreement, group.originator
        return self._with_key_of(
            device, "KA", lambda key: decrypt(blob, encryption_key(group, own, key), group.originator)
        )

    def _with_key_of(self, device: Eui64, usage: str, attempt: Callable[[EllipticCurvePublicKey], T]) -> T:
        """Return what ``attempt`` returns with a key of the device: one we hold, else one the repository has meanwhile.

        A device may have new keys (6.17, 6.15.2) that another made it take, and messages of before may come after.
        Raises: PeerError: no certificate is to be had, or no key fits.
        """
        tried: set[bytes] = set()
        failure: PeerError | None = None
        for look_up in (self.certificates.of, self.certificates.renewed):
            for certificate in look_up(device, usage):
                if certificate.spki in tried:
                    continue
                tried.add(certificate.spki)
                try:
                    return attempt(certificate.public_key)
                except ProtectionError as error:
                    failure = failure or error
        raise failure or _no_certificate(device, usage)

    def own_values(self, target: str, srv: str = "") -> dict[str, str]:
        """Return our and the device's identities and certificates that requests hold, by element name.

        Opting out (8.5) puts another broker's certificates into the device; we know of none but the DCC's.
        """
        keys, eui = self.ring, self.ring.eui
        agreement = {one.public_key.public_numbers(): one for one in self.certificates.of(eui, "KA")}
        signing = [one for one in self.certificates.of(eui, "DS") if one.role not in _XML_SIGNERS]
        held = {
            "KAPublicSecurityCredentials": keys.key_agreement_certificate,
            "KAPublicSecurityCredential": keys.key_agreement_certificate,
            "KeyAgreementCertificate": keys.key_agreement_certificate,
        }
        if signing:
            held |= {"DigitalSigningCertificate": signing[0], "Certificate": signing[0]}
        if srv == _OPT_OUT and (broker := self.certificates.of(self.acb, "KA", _BROKER)):
            held["KeyAgreementCertificate"] = broker[0]
        if keys.prepayment is not None:
            top_up = agreement.get(keys.prepayment.public_key().public_numbers())
            held |= {"KeyAgreementTopUpCertificate": top_up} if top_up else {}
        if target:
            device = Eui64.parse(target)
            made = self.certificates.made_for(device) if self.policy.install_new_certificate else None
            own = made or next(iter(self.certificates.of(device, "DS")), None)
            held |= {"DeviceCertificate": own} if own else {}
        values = {name: base64.b64encode(one.der).decode() for name, one in held.items()}
        return values | ({"DeviceID": target} if target else {})

    def certificate(self, device: Eui64, usage: str) -> Certificate:
        """The certificate a device uses now, DS or KA. Raises: PeerError: none is to be had."""
        found = self.certificates.renewed(device, usage)
        if not found:
            raise _no_certificate(device, usage)
        return found[0]

    def follow_up(self, srv: str, target: str, values: Mapping[str, Any]) -> str:
        """Do what a User does after a device has obeyed; return the result in words, if any.

        6.17: have its certification request certified. 6.15.2: the certificate is where it belongs.
        """
        request = values.get("CertificationRequest")
        if srv == "6.15.2":
            self.certificates.installed(Eui64.parse(target))
        if srv != "6.17" or not isinstance(request, str):
            return ""
        try:
            made = self.certificates.certify(bytes.fromhex(request))
        except (PeerError, Blocked, ValueError) as error:
            return f"; {error}"
        return f"; certificate {made.serial_hex} was issued for its request"


def _no_certificate(device: Eui64, usage: str) -> PeerError:
    return PeerError(f"no {usage} certificate of {device} is known, here or at the repository")


def check_pre_command(group: Group, request_id: RequestId, srv: str) -> None:
    """A Pre-Command is what was asked for.

    Raises: PeerError: other parties, another counter, or the message code of another service.
    Source: GBCS, parties and counters of a critical command; DUIS guide, section 9.4.
    """
    _require("kind of message", group.cra, Cra.COMMAND)
    _require("originator", group.originator, request_id.originator)
    _require("recipient", group.recipient, request_id.target)
    _require("counter", group.counter, request_id.counter)
    expected = message_codes(srv)
    if group.other.message_code not in expected:
        raise PeerError(
            f"the Pre-Command is not for service {srv}",
            expected=" or ".join(f"{code:04X}" for code in sorted(expected)),
            got=f"{group.other.message_code:04X}",
        )


def plain(value: Any) -> Any:
    """A value as JSON has it: times as ``2026-01-15T10:00:00Z``, octets as upper-case hex, lists for tuples."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case bytes():
            return value.hex().upper()
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    return value


def _scaled(value: Any, factor: float) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value * factor if is_number and factor != 1 else value


def _require(what: str, got: object, expected: object) -> None:
    if got != expected:
        raise PeerError(f"the device's message has another {what}", expected=str(expected), got=str(got))
