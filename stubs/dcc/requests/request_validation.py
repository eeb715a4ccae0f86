"""From bytes to a request that is sound: size, type, XML, schema, signature, signer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, cached_property
from types import MappingProxyType
from typing import assert_never

import msgspec
from lxml import etree

from schemas.duis_versions import NEWEST
from schemas.load import Srv, service_requests
from stubs.dcc.outbound.messages import XML_SIGN_ROLE
from stubs.dcc.outbound.reply import XML
from stubs.dcc.requests.simulated_services import is_simulated
from stubs.settings import DccSettings
from stubs.wire.certificates import Certificate, CertificateStore
from stubs.wire.duis import Request, ServiceRequest, SignedPreCommand, read_request, schema_problems
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.xml import SR, Limits, XmlError, parse
from stubs.wire.xmlsig import SignatureError, SignatureReason, verify

_BODY = f"{{{SR}}}Body"
_RULE_OF_REASON = {
    SignatureReason.UNSIGNED: "unsigned",
    SignatureReason.UNKNOWN_SIGNER: "unknown-signer",
    SignatureReason.SERIAL_MISSING: "unknown-signer",
    SignatureReason.NOT_A_SIGNING_CERTIFICATE: "signer-role",
}


class ValidatedRequest(msgspec.Struct, frozen=True):
    """A sound request: what was signed, by whom, and what a tester should know."""

    request: Request
    certificate: Certificate
    notes: tuple[str, ...]


@cache
def _srv_of_body() -> Mapping[str, Srv]:
    return MappingProxyType({f"{{{SR}}}{row.request_element}": row.srv for row in service_requests().values()})


class RequestValidation:
    """The checks that need nothing but the document, the certificates and the settings.

    Args:
        settings: limits and choices.
        certificates: where signers are looked up.
        is_known: whether a service is simulated.
    """

    def __init__(
        self,
        settings: DccSettings,
        certificates: CertificateStore,
        is_known: Callable[[Srv], bool] = is_simulated,
    ) -> None:
        self._is_known = is_known
        self._settings = settings
        self._certificates = certificates
        self._limits = Limits(size=settings.max_request_bytes)
        self._versions = frozenset(Decimal(version) for version in settings.schema_versions)

    def open(
        self, body: bytes, content_type: str, now: datetime, schema_for: Callable[[Request], str] = lambda _: NEWEST
    ) -> ValidatedRequest:
        """Check and read one request.

        Args:
            body: as it came.
            content_type: of the body.
            now: the run's time.
            schema_for: the version of DUIS whose schema judges it, besides the newest.
        Raises: Refusal: the first rule that says no (orders 10 to 55).
        """
        if len(body) > self._settings.max_request_bytes:
            raise Refusal("too-large", f"expected at most {self._settings.max_request_bytes} bytes, got {len(body)}")
        if content_type.split(";", 1)[0].strip().lower() != XML:
            raise Refusal("content-type", f"expected {XML}, got {content_type[:80] or 'none'}")
        try:
            element = parse(body, self._limits)
        except XmlError as error:
            raise Refusal("xml", str(error)) from error
        problems = schema_problems(element)
        if problems:
            first = problems[0]
            raise Refusal("schema", f"line {first.line}: {first.message}")
        self._check_simulated(element)
        try:
            verified = verify(element, self._certificates)
        except SignatureError as error:
            raise Refusal(_RULE_OF_REASON.get(error.reason, "signature"), f"{error.reason}: {error}") from error
        try:
            request = read_request(verified.element)
        except PeerError as error:
            raise Refusal("schema", str(error)) from error
        self._check_version(request)
        self._check_structures(verified.element, schema_for(request))
        notes = self._check_signer(request, verified.certificate, now)
        return ValidatedRequest(request, verified.certificate, notes)

    def _check_simulated(self, element: etree._Element) -> None:
        """Tell a sound request of a service that is not simulated here from one that is."""
        body = next(element.iterchildren(_BODY), None)
        request = None if body is None else next(body.iterchildren("*"), None)
        srv = None if request is None else self._not_simulated.get(str(request.tag))
        if srv is not None:
            raise Refusal("not-simulated", f"{srv} is a service of DUIS, but not simulated here")

    @cached_property
    def _not_simulated(self) -> Mapping[str, Srv]:
        """Services by the tag of their request; which they are takes long, so it is found out once."""
        return {tag: srv for tag, srv in _srv_of_body().items() if not self._is_known(srv)}

    def _check_version(self, request: Request) -> None:
        if request.schema_version in self._settings.schema_versions:
            return
        if Decimal(request.schema_version) not in self._versions:
            expected = ", ".join(self._settings.schema_versions)
            raise Refusal("schema-version", f"expected {expected}, got {request.schema_version}")

    @staticmethod
    def _check_structures(element: etree._Element, schema: str) -> None:
        """Refuse what is not in the sender's version of DUIS yet."""
        problems = () if schema == NEWEST else schema_problems(element, 1, schema)
        if problems:
            raise Refusal("schema", f"in DUIS {schema}: line {problems[0].line}: {problems[0].message}")

    def _check_signer(self, request: Request, certificate: Certificate, now: datetime) -> tuple[str, ...]:
        if certificate.role != XML_SIGN_ROLE:
            raise Refusal("signer-role", f"expected a certificate of role {XML_SIGN_ROLE}, got {certificate.role}")
        originator = request.header.request_id.originator
        if certificate.eui != originator:
            raise Refusal("signer-identity", f"signed by {certificate.eui}, but the originator is {originator}")
        if certificate.not_before <= now <= certificate.not_after:
            return ()
        validity = f"valid from {certificate.not_before.isoformat()} to {certificate.not_after.isoformat()}"
        if self._settings.validity_checks:
            raise Refusal("certificate-validity", f"the signing certificate is {validity}, now is {now.isoformat()}")
        return (f"the signing certificate is outside its validity period ({validity}): allowed by settings",)


def body_element(request: Request) -> str:
    """Local name of the element in the body."""
    match request:
        case ServiceRequest():
            return request.body.name
        case SignedPreCommand():
            return "SignedPreCommand"
        case _:
            assert_never(request)
