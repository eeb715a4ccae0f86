"""The messages of a fleet: number, kind and instant in; a signed document of the DCC out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal

from msgspec.structs import replace

from schemas.load import Srv, service_requests
from stubs.alerts import content as dcc_alert_contents
from stubs.fleet.identities import device_of_message, device_type_of, fleet_eui
from stubs.fleet.templates import VARIANTS, Template, Templates
from stubs.smki import Pki
from stubs.wire.certificates import Certificate
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    GbcsPayload,
    Node,
    Response,
    ResponseBody,
    ResponseHeader,
    ServiceResponse,
    write_response,
)
from stubs.wire.duis.write import canonical_form
from stubs.wire.errors import InputError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import KeyUse, compute_mac, derive_key, encrypt, shared_secret, sign
from stubs.wire.gbcs.envelope import Message
from stubs.wire.request_id import RequestId
from stubs.wire.xmlsig import Signer
from stubs.wire.xmlsig import sign as sign_document


@dataclass(frozen=True, slots=True)
class FleetMessageKind:
    """One kind of message of a profile.

    Args:
        kind: as the outbox of the simulated DCC calls it.
        device_type: ESME or GSME; empty: whichever the number falls on.
        code: alert code of a device or DCC alert.
        srv: service of a response.
        use_case: whose command the response answers.
    """

    kind: Literal["response", "device-alert", "dcc-alert"]
    device_type: str = ""
    code: str = ""
    srv: str = ""
    use_case: str = ""


@dataclass(frozen=True, slots=True)
class FleetMessage:
    """One message, ready to be posted."""

    body: bytes
    response_id: str
    device: str


class Fleet:
    """Devices by number, and what they tell one User through the DCC.

    Args:
        pki: the DCC's signing key, the User's certificates, the secret of the devices' keys.
        user: whom everything is for.
        devices: how many there are.
        since: UTC; counters of devices begin with its milliseconds, and payloads are of about that time.
        seed: of the values that are told.
        schema_version: of the documents.

    Raises: InputError: the PKI has no key agreement certificate of the User.
    """

    def __init__(
        self, pki: Pki, user: Eui64, devices: int, since: datetime, seed: str = "uept", schema_version: str = "5.4"
    ) -> None:
        self.devices = devices
        self._pki = pki
        self._user = user
        self._version = schema_version
        self._since = since.astimezone(UTC)
        self._first = int(since.timestamp() * 1000)
        held = pki.certificates.of(user, "KA")
        if not held:
            raise InputError(
                f"the PKI has no key agreement certificate of {user}", mend="Name a User of the PKI: --user."
            )
        self._party_key = held[0].public_key
        self._templates = Templates(pki, user, seed, self._since.replace(microsecond=0))
        signer = pki.dcc_signer
        self._signer = Signer(signer.private_key, signer.issuer_name, signer.serial)

    def device(self, number: int, device_type: str = "") -> int:
        """The device that message ``number`` is of."""
        return device_of_message(number, device_type, self.devices)

    def counter(self, number: int) -> int:
        """Originator counter of message ``number``: rises with it, whatever the device."""
        return self._first + number

    def number(self, response_id: str) -> int:
        """The message that a ResponseID of this fleet names. Raises: ValueError: of another."""
        _, _, counter = response_id.rpartition(":")
        return int(counter) - self._first

    def message(self, number: int, kind: FleetMessageKind, at: datetime) -> FleetMessage:
        """Message ``number`` (from 0) at ``at``. Raises: PeerError: a kind that no device tells."""
        device = self.device(number, kind.device_type)
        eui = fleet_eui(device)
        if kind.kind == "dcc-alert":
            sender, body = self._pki.acb, self._dcc_alert(kind.code, eui, at)
        else:
            sender, body = eui, self._from_device(number, device, kind)
        response_id = RequestId(sender, self._user, self.counter(number))
        header = ResponseHeader("I0", at, request_id=None, response_id=response_id)
        document = write_response(Response(header, body, self._version))
        signed = sign_document(document, self._signer, canonical_form(document))
        return FleetMessage(signed, str(response_id), str(eui))

    def prepare(self, kinds: Iterable[FleetMessageKind]) -> None:
        """Build every message once in advance, so that the first messages take no longer than the last."""
        for kind in kinds:
            for device in range(min(VARIANTS, self.devices)):
                if kind.kind != "dcc-alert" and kind.device_type in {"", device_type_of(device)}:
                    self._from_device(0, device, kind)

    def certificates(self, device: int) -> tuple[Certificate, Certificate]:
        """Return the certificates of device ``device``: digital signature and key agreement."""
        credentials = self._pki.device(fleet_eui(device))
        return credentials.ds.certificate, credentials.ka.certificate

    def _dcc_alert(self, code: str, device: Eui64, at: datetime) -> ResponseBody:
        return DccAlert(code, _DCC_ALERTS[code](device, at))

    def _from_device(self, number: int, device: int, kind: FleetMessageKind) -> ResponseBody:
        device_type = device_type_of(device)
        variant = device % VARIANTS
        if kind.kind == "response":
            template = self._templates.response(kind.use_case, device_type, variant)
            reference = service_requests()[Srv(kind.srv)].service_reference
            return ServiceResponse(reference, kind.srv, GbcsPayload(self._protected(template, number, device)))
        template = self._templates.alert(kind.code, device_type, variant)
        return DeviceAlert(kind.code, self._protected(template, number, device))

    def _protected(self, template: Template, number: int, device: int) -> bytes:
        """The payload of a template as this device says it, under its own keys, which are made and forgotten."""
        eui, counter = fleet_eui(device), self.counter(number)
        shell = replace(template.group, counter=counter, originator=eui, recipient=self._user, signature=b"")
        seal, secret = None, b""
        if template.is_secret or not template.is_signed:
            secret = shared_secret(self._pki.fleet_key(eui, "KA"), self._party_key)
        if template.is_secret:
            key = derive_key(secret, KeyUse.ENCRYPTION, eui, counter, self._user)
            seal = partial(encrypt, key=key, device=eui)
        group = replace(shell, content=template.content(seal))
        if template.is_signed:
            return Message(sign(group, self._pki.fleet_key(eui, "DS")), None).to_bytes()
        return Message(group, compute_mac(group, secret)).to_bytes()


_HASH = base64.b64encode(bytes(32)).decode()
_MPXN = "1234567890123"
_NOBODY, _HUB = "A0-B1-C2-D3-E4-01-00-00", Eui64.parse("00-DB-1F-12-00-00-00-01")
_DCC_ALERTS: dict[str, Callable[[Eui64, datetime], Node]] = {
    "AD1": lambda device, at: dcc_alert_contents.power_outage(device, at, _MPXN),
    "N16": lambda device, _at: dcc_alert_contents.meter_identity(device, _MPXN),
    "N27": lambda device, _at: dcc_alert_contents.supplier_changed(device, "ESME", _MPXN),
    "N60": lambda device, at: dcc_alert_contents.firmware_delivery(
        f"{_NOBODY}:{device}:1000", _HUB, device, "01020304", at, is_delivered=True
    ),
    "N42": lambda device, _at: dcc_alert_contents.credentials_updated(
        device, "Supplier", {"DigitalSigning": _HASH, "KeyAgreement": _HASH}
    ),
}
"""Contents of DCC alerts by code, where a device and an instant say everything; structures as in
``dcc-alert-occasions.csv``."""
