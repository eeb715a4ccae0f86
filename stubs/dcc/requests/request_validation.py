"""Validation of a request: size, type, XML, schema, service, version, signature, signer. Each step may refuse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from schemas.duis_versions import NEWEST
from schemas.load import Srv, service_requests
from stubs.dcc.outbound.reply import XML, XML_SIGN_ROLE
from stubs.wire.certificates import Certificate, CertificateStore
from stubs.wire.duis import Request, ServiceRequest, SignedPreCommand, read_request, schema_problems
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.request_forms import RequestForms
from stubs.wire.xml import SR, Limits, XmlError, parse
from stubs.wire.xmlsig import ReceivedDocument, SignatureError, SignatureReason, signer_of

if TYPE_CHECKING:
    from stubs.dcc.context import DccContext

_RULE_OF_REASON = {
    SignatureReason.UNSIGNED: "unsigned",
    SignatureReason.UNKNOWN_SIGNER: "unknown-signer",
    SignatureReason.SERIAL_MISSING: "unknown-signer",
    SignatureReason.NOT_A_SIGNING_CERTIFICATE: "signer-role",
}


def check_size(body: bytes, limit: int) -> None:
    """Check the size. Raises: Refusal: ``too-large``."""
    if len(body) > limit:
        raise Refusal("too-large", f"expected at most {limit} bytes, got {len(body)}")


def check_content_type(content_type: str) -> None:
    """Check the content type. Raises: Refusal: ``content-type``."""
    if content_type != XML and content_type.split(";", 1)[0].strip().lower() != XML:
        raise Refusal("content-type", f"expected {XML}, got {content_type[:80] or 'none'}")


def parse_body(body: bytes, limit: int) -> ReceivedDocument:
    """The document, of at most ``limit`` octets. Raises: Refusal: ``xml``."""
    try:
        return ReceivedDocument(parse(body, Limits(size=limit)), body)
    except XmlError as error:
        raise Refusal("xml", str(error)) from error


def read_valid(received: ReceivedDocument) -> Request:
    """The request as a value, its signature not yet verified. Raises: Refusal: ``schema``."""

    def unsigned() -> bytes | None:
        return None if received.usual is None else received.usual.unsigned

    problems = schema_problems(received.element, unsigned=unsigned)
    if problems:
        raise Refusal("schema", str(problems[0]))
    try:
        return read_request(received.element, unsigned())
    except PeerError as error:
        raise Refusal("schema", str(error)) from error


def read_body(body: bytes, limit: int, forms: RequestForms) -> tuple[ReceivedDocument, Request]:
    """A document of at most ``limit`` octets, and the request in it. Raises: Refusal: ``xml``, ``schema``."""
    found = forms.find(body)
    if found is not None:
        request, usual = found
        return ReceivedDocument(None, body, usual), request
    received = parse_body(body, limit)
    document = read_valid(received)
    forms.remember(received, document)
    return received, document


def check_structures(received: ReceivedDocument, schema: str) -> None:
    """Refuse what is not in the sender's version of DUIS yet. Raises: Refusal: ``schema``."""
    problems = () if schema == NEWEST else schema_problems(received.element, 1, schema)
    if problems:
        raise Refusal("schema", f"in DUIS {schema}: {problems[0]}")


def check_simulated(request: Request, others: Mapping[str, Srv] | None = None) -> None:
    """Tell a sound request of a service that is not simulated here from one that is.

    Args:
        request: valid by the schema.
        others: as ``not_simulated`` gives; asked when not given.
    Raises: Refusal: ``not-simulated``.
    """
    others = not_simulated() if others is None else others
    srv = others.get(f"{{{SR}}}{body_element(request)}")
    if srv is not None:
        raise Refusal("not-simulated", f"{srv} is a service of DUIS, but not simulated here")


@cache
def not_simulated() -> Mapping[str, Srv]:
    """Services that are not simulated, by the tag of their request; takes long, so it is found out once."""
    from stubs.dcc.requests.simulated_services import is_simulated  # noqa: PLC0415 - loads all that carries them out

    return MappingProxyType(
        {f"{{{SR}}}{row.request_element}": row.srv for row in service_requests().values() if not is_simulated(row.srv)}
    )


def check_version(context: DccContext, request: Request) -> None:
    """Check the stated version. Raises: Refusal: ``schema-version``."""
    accepted = context.settings.schema_versions
    if request.schema_version in accepted:
        return
    if Decimal(request.schema_version) not in {Decimal(version) for version in accepted}:
        raise Refusal("schema-version", f"expected {', '.join(accepted)}, got {request.schema_version}")


def verify_signature(received: ReceivedDocument, certificates: CertificateStore) -> Certificate:
    """The signer's certificate. Raises: Refusal: ``unsigned``, ``signature``, ``unknown-signer``, ``signer-role``."""
    try:
        return signer_of(received, certificates)
    except SignatureError as error:
        raise Refusal(_RULE_OF_REASON.get(error.reason, "signature"), f"{error.reason}: {error}") from error


def check_signer(context: DccContext, request: Request, certificate: Certificate, now: datetime) -> tuple[str, ...]:
    """Notes for the tester on the signer.

    Raises: Refusal: ``signer-role``, ``signer-identity``, ``certificate-validity``.
    """
    if certificate.role != XML_SIGN_ROLE:
        raise Refusal("signer-role", f"expected a certificate of role {XML_SIGN_ROLE}, got {certificate.role}")
    originator = request.header.request_id.originator
    if certificate.eui != originator:
        raise Refusal("signer-identity", f"signed by {certificate.eui}, but the originator is {originator}")
    if certificate.not_before <= now <= certificate.not_after:
        return ()
    validity = f"valid from {certificate.not_before.isoformat()} to {certificate.not_after.isoformat()}"
    if context.settings.validity_checks:
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
