"""Is this message really from the DCC, and is it one? Bytes to a checked response, or the reason why not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.drivers.reference.policy import Policy
from stubs.wire import Eui64, PeerError, xml
from stubs.wire.certificates import Certificate, CertificateStore
from stubs.wire.duis import DccAlert, DeviceAlert, Response, read_response, schema_problems
from stubs.wire.xmlsig import REFERENCE_CLIENT, is_signed, verify

DCC_SIGNER_ROLE = "89"
"""Organisation unit of the certificate with which the DCC signs DUIS messages: dspXmlSign (SMKI roles)."""

OWN_SIGNER_ROLE = "87"
"""Organisation unit of the certificate with which Users sign DUIS documents."""

_UNLISTED_CODE = re.compile(r"\A[IEW][0-9]{1,6}\Z")


class MessageRejectedError(PeerError):
    """A message the client must not use; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class CheckedResponse:
    """A message that may be used. ``signed_by`` is None when it carried no signature (and need not)."""

    response: Response
    signed_by: Certificate | None
    notes: tuple[str, ...] = ()
    """Deviations that were let through, such as an unlisted response code."""


@dataclass(frozen=True, slots=True)
class ResponseChecker:
    """Applies the policy to what the DCC sends.

    Args:
        certificates: for the signer named in a signature.
        acb: EUI-64 of the DCC's access control broker.
    """

    certificates: CertificateStore
    acb: Eui64
    policy: Policy

    def check(self, data: bytes, *, must_be_signed: bool) -> CheckedResponse:
        """Parse, verify, validate and read one document.

        Args:
            data: the bytes received.
            must_be_signed: true for everything but acknowledgements and errors in an HTTP answer, which are not
                signed (DUIS guide, section 14).

        Raises: PeerError: it may not be used, and why.
        """
        element = xml.parse(data)
        signer = None
        if self.policy.verify_signatures and is_signed(element):
            verified = verify(data, self.certificates, REFERENCE_CLIENT)
            signer, element = verified.certificate, verified.element
            self._check_signer(signer)
        notes = self._schema_notes(data) if self.policy.validate_schema else ()
        response = read_response(element)
        is_alert = isinstance(response.body, DeviceAlert | DccAlert)
        is_required = self.policy.require_alert_signature if is_alert else self.policy.require_signature
        if must_be_signed and signer is None and self.policy.verify_signatures and is_required:
            raise MessageRejectedError(
                "the message carries no signature",
                expected="the DCC's signature",
                clause="DUIS guide, section 14",
            )
        return CheckedResponse(response, signer, notes)

    def _check_signer(self, signer: Certificate) -> None:
        if not self.policy.require_dcc_signer:
            return
        if self.policy.trust_own_signature and signer.eui != self.acb and signer.role == OWN_SIGNER_ROLE:
            return
        if signer.role != DCC_SIGNER_ROLE or signer.eui != self.acb:
            raise MessageRejectedError(
                "the message is not signed by the DCC",
                expected=f"{self.acb} in role {DCC_SIGNER_ROLE}",
                got=f"{signer.eui} in role {signer.role}",
                clause="DUIS guide, section 14",
            )

    @staticmethod
    def _schema_notes(data: bytes) -> tuple[str, ...]:
        """Notes on what was let through. Raises: MessageRejectedError: anything else does not fit the schema."""
        problems = schema_problems(data)
        serious = [
            problem
            for problem in problems
            if not (
                problem.path.rpartition("/")[2].rpartition(":")[2] == "ResponseCode"
                and _UNLISTED_CODE.match(problem.found.strip("'"))
            )
        ]
        if serious:
            first = serious[0]
            raise MessageRejectedError(
                f"the message does not fit the schema: {first.message}", where=f"line {first.line}, {first.path}"
            )
        return tuple(f"response code {problem.found} is not listed in the schema" for problem in problems)
