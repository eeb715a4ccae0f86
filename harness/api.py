"""The library for a Party's engineer: keys, signed requests, what the DCC sends back, a simulated DCC in a test.

This module is **stable**: names and meanings change only with a major version. Everything else in this package, and in
``stubs``, ``schemas`` and ``scenarios``, is internal and may change at any time.

    party = api.load_party("keys", "90-B3-D5-1F-30-01-00-00")
    document = party.request("4.1.1", target=meter)         # signed, ready to POST
    message = party.read(received, smki=urls["smki"])       # signature, schema, MAC checked; values by name

Errors are of two kinds: ``PeerError`` (a message that must not be used, and why) and ``Blocked`` (keys, files or
addresses that are missing, and how to mend it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.drivers.driver import TlsFiles
from harness.drivers.reference.bodies import build_body
from harness.drivers.reference.checking import CheckedResponse, ResponseChecker
from harness.drivers.reference.concluding import alert_item, meaning, result_values
from harness.drivers.reference.decoding import DeviceMessages, check_pre_command
from harness.drivers.reference.identity import KeyRing, load_acb, load_key_ring, load_organisations
from harness.drivers.reference.policy import CORRECT
from harness.drivers.reference.posting import is_error
from harness.drivers.reference.repository import KnownCertificates
from harness.drivers.reference.samples import sample_body
from harness.drivers.reference.transport import HttpClient
from schemas.load import CommandVariant, Srv, command_variants, request_bodies, service_requests
from stubs.wire import Blocked, Eui64, PeerError, RequestId
from stubs.wire.certificates import Certificate
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    FutureDatedDeviceAlert,
    PreCommand,
    RequestHeader,
    ServiceRequest,
    ServiceResponse,
    SignedPreCommand,
    read_request,
    schema_problems,
    write_request,
)
from stubs.wire.duis.schema import SchemaProblem
from stubs.wire.gbcs.crypto import sign as sign_group
from stubs.wire.gbcs.envelope import Group
from stubs.wire.xml import parse
from stubs.wire.xmlsig import sign, verify

if TYPE_CHECKING:
    from stubs.app import BackgroundDcc

__all__ = [
    "Blocked",
    "Party",
    "PeerError",
    "Received",
    "load_party",
    "simulated_dcc",
    "validate",
]


_NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Received:
    """One message of the DCC that was checked and may be used.

    ``kind`` is ``acknowledgement``, ``response``, ``pre-command``, ``device-alert``, ``dcc-alert`` or
    ``future-dated-alert``. ``request_id`` is empty for alerts. ``code`` is the response code, or the alert's code;
    ``meaning`` says it in words where it is public. ``values`` are by name, as the decoded form (MMC) has them:
    energy in Wh, gas in m³, times as ``2026-01-15T10:00:00Z``. ``is_success`` is what the DCC and
    the device say of it.
    """

    kind: str
    request_id: str
    code: str
    meaning: str
    values: Mapping[str, Any]
    is_success: bool
    device: str = ""
    """EUI-64 of the device an alert is about."""
    pre_command: bytes = b""
    """The GBCS octets of a Pre-Command, for ``Party.sign_pre_command``."""


class Party:
    """One User: its keys, and the certificates it knows. Made by ``load_party``; may be used from several threads."""

    def __init__(self, folder: Path, eui: Eui64) -> None:
        self.eui = str(eui)
        """EUI-64, dashed."""
        self._ring: KeyRing = load_key_ring(folder, eui)
        self._organisations = load_organisations(folder)
        self._acb = load_acb(folder)
        self._known: dict[tuple[str, TlsFiles], KnownCertificates] = {}

    # --- sending ----------------------------------------------------------------------------------------------

    def request(
        self,
        service: str,
        target: str = "",
        parameters: Mapping[str, Any] | None = None,
        *,
        counter: int,
        variant: int | None = None,
        now: datetime | None = None,
        device_type: str = "",
    ) -> bytes:
        """A signed Service Request.

        Args:
            service: service reference variant, such as ``4.1.1``.
            target: EUI-64 of the device; empty for Non-Device services, which go to the DCC itself.
            parameters: values by DUIS element name; ``uept catalogue srv 4.1.1 --example`` shows them.
            counter: the RequestID's counter: greater than that of every request before, 64 bit.
            variant: command variant; default: 4 (transform) for a critical service, 8 for a Non-Device one, else 1.
            now: UTC, stands for times that are not given; default: the machine's clock is not read, 1 January 2026.
            device_type: what the target is, where the request differs by it: ESME (default), GSME, GPF, CHF …

        Raises: PeerError: unknown service or parameter, or a value that the schema does not allow.
        """
        row = service_requests().get(Srv(service))
        if row is None:
            raise PeerError(f"{service!r} is no service reference variant", expected="one of `uept catalogue srv`")
        usual = 8 if row.is_non_device else 4 if row.is_critical else 1
        to = self._acb if row.is_non_device or not target else Eui64.parse(target)
        body_target = target or str(to)
        given = dict(parameters or {})
        if row.srv in request_bodies():
            body = build_body(row.srv, given, body_target, now or _NEW_YEAR)
        else:
            own = self._devices("").own_values(body_target, row.srv)
            body = sample_body(row.srv, given, own, device_type=device_type)
        request_id = RequestId(self._ring.eui, to, counter)
        header = RequestHeader(request_id, variant or usual, row.service_reference, row.srv)
        document = write_request(ServiceRequest(header, body))
        problem = next(iter(schema_problems(parse(document))), None)
        if problem is not None:
            raise PeerError(f"the request is not valid: {problem}")
        return self.sign(document)

    def sign(self, document: bytes) -> bytes:
        """The DUIS request, signed with this User's xmlSign key in the profile that the DCC checks."""
        return sign(write_request(read_request(parse(document))), self._ring.signer)

    def sign_pre_command(self, request: bytes, issued: Received, *, variant: int = 5) -> bytes:
        """The Signed Pre-Command that answers a transform: checked, signed for the device, and signed for the DCC.

        Args:
            request: the Service Request that was sent for transformation.
            issued: what came back, of kind ``pre-command``.
            variant: command variant to send with: 5 to the device, 6 local, 7 both.

        Raises: PeerError: the Pre-Command is not for that request.
        """
        header = read_request(parse(request)).header
        group = Group.from_bytes(issued.pre_command)
        check_pre_command(group, header.request_id, header.srv)
        signed = sign_group(group, self._ring.digital_signing).to_bytes()
        with_variant = RequestHeader(header.request_id, variant, header.service_reference, header.srv)
        return sign(write_request(SignedPreCommand(with_variant, signed)), self._ring.signer)

    @staticmethod
    def request_id(document: bytes) -> str:
        """The RequestID of a request, as the responses to it quote it."""
        return str(read_request(parse(document)).header.request_id)

    @staticmethod
    def address_of(document: bytes, urls: Mapping[str, str]) -> str:
        """Return which of the addresses ``transform``, ``send_command`` and ``non_device`` a request is POSTed to."""
        header = read_request(parse(document)).header
        service = command_variants()[CommandVariant(header.command_variant)].service
        return urls[str(service).replace("-", "_")]

    # --- receiving --------------------------------------------------------------------------------------------

    def read(
        self, document: bytes, *, smki: str = "", is_answer: bool = False, tls: TlsFiles | None = None
    ) -> Received:
        """One document of the DCC, checked: signature by the DCC, schema, and for a device's part its MAC or signature.

        Args:
            document: the octets received.
            smki: address of the certificate repository (``urls["smki"]``); needed where a device's key is.
            is_answer: it came in the HTTP answer, where acknowledgements and errors carry no signature.
            tls: PEM files for an https repository.

        Raises: PeerError: it must not be used, and why.
        """
        checker = ResponseChecker(self._organisations, self._acb, CORRECT)
        return self._received(checker.check(document, must_be_signed=not is_answer), self._devices(smki, tls))

    def certificates(self, eui: str, usage: str, *, smki: str = "", tls: TlsFiles | None = None) -> tuple[bytes, ...]:
        """Certificates (DER) of an organisation or device; ``usage`` is DS or KA; devices are looked up at ``smki``."""
        return tuple(one.der for one in self._devices(smki, tls).certificates.of(Eui64.parse(eui), usage))

    def verify(self, document: bytes) -> Certificate:
        """The certificate whose key signed a DUIS document. Raises: PeerError: the signature does not hold."""
        return verify(document, self._organisations).certificate

    def _devices(self, smki: str, tls: TlsFiles | None = None) -> DeviceMessages:
        files = tls or TlsFiles()
        known = self._known.get((smki, files))
        if known is None:
            known = KnownCertificates(self._organisations, smki, HttpClient(files), check_name=True)
            self._known[smki, files] = known
        return DeviceMessages(self._ring, self._acb, known, CORRECT)

    def _received(self, checked: CheckedResponse, devices: DeviceMessages) -> Received:
        response = checked.response
        header, body = response.header, response.body
        code, request_id = header.response_code, str(header.request_id or "")
        result = body.result if isinstance(body, ServiceResponse) else None
        if isinstance(body, DccAlert | DeviceAlert) or isinstance(result, FutureDatedDeviceAlert):
            item = alert_item(response, devices)
            if not item["verified"]:
                raise PeerError(f"the alert cannot be used: {item['problem']}")
            kind, device = f"{item['kind']}-alert", str(item["device"])
            return Received(kind, request_id, item["code"], "", item["values"], is_success=True, device=device)
        if isinstance(result, PreCommand):
            return Received(
                "pre-command", request_id, code, meaning(code), {}, is_success=True, pre_command=result.gbcs_payload
            )
        if not isinstance(body, ServiceResponse) or result is None or header.request_id is None:
            kind = "acknowledgement" if code == "I99" else "response"
            return Received(kind, request_id, code, meaning(code), {}, is_success=not is_error(code))
        values, is_done = result_values(result, header.request_id, body.srv, devices)
        return Received("response", request_id, code, meaning(code), values, is_success=is_done and not is_error(code))


def load_party(folder: str | Path, eui: str) -> Party:
    """The keys of one User from a PKI folder (``uept pki init`` or ``import``).

    Raises: PeerError: ``eui`` is no EUI-64. Blocked: keys are missing or cannot be read, and how to get them.
    """
    return Party(Path(folder), Eui64.parse(eui))


def validate(document: bytes) -> tuple[SchemaProblem, ...]:
    """Return the errors of a DUIS document by the schema: line, path, message; empty when it is valid.

    Raises: PeerError: not XML.
    """
    return tuple(schema_problems(parse(document)))


@contextmanager
def simulated_dcc(**settings: Any) -> Iterator[BackgroundDcc]:
    """Run a simulated DCC on free loopback ports in a thread of its own, until the block ends.

    Args:
        settings: keys of table ``[dcc]`` of the run file, such as ``pki`` and ``receive_url``; see docs/settings.md.

    Its clock goes at the wall's pace and can be moved.
    Gives ``urls`` (transform, send_command, non_device, smki, ssi, control), ``control`` (premises, faults, clock) and
    ``journal``.
    """
    from stubs.app import background_dcc  # noqa: PLC0415 - who only signs and reads does not load the simulated DCC
    from stubs.clock import SystemClock, VirtualClock  # noqa: PLC0415
    from stubs.settings import DccSettings  # noqa: PLC0415

    free = {"port": 0, "smki_port": 0, "ssi_port": 0, "control_port": 0}
    with background_dcc(DccSettings(**{**free, **settings}), VirtualClock(SystemClock().now())) as dcc:
        yield dcc
