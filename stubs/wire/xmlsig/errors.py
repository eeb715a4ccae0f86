"""Errors of signatures."""

from __future__ import annotations

from enum import StrEnum

from stubs.wire.errors import PeerError
from stubs.wire.xmlsig.policy import CLAUSE


class SignatureReason(StrEnum):
    """Reason why a signature was refused. Ids are stable: they appear in the journal and in settings."""

    UNSIGNED = "unsigned"
    SEVERAL_SIGNATURES = "several-signatures"
    NOT_LAST_CHILD = "not-last-child"
    NOT_THE_DOCUMENT = "not-the-document"
    OTHER_REFERENCE = "other-reference"
    OTHER_TRANSFORMS = "other-transforms"
    OTHER_ALGORITHM = "other-algorithm"
    OTHER_STRUCTURE = "other-structure"
    KEY_MATERIAL = "key-material"
    COMMENT_IN_VALUE = "comment-in-value"
    PROCESSING_INSTRUCTION = "processing-instruction"
    NOT_CANONICAL = "not-canonical"
    BAD_VALUE = "bad-value"
    SERIAL_MISSING = "serial-missing"
    UNKNOWN_SIGNER = "unknown-signer"
    NOT_A_SIGNING_CERTIFICATE = "not-a-signing-certificate"
    DIGEST_DIFFERS = "digest-differs"
    SIGNATURE_DIFFERS = "signature-differs"


class SignatureError(PeerError):
    """The document is not signed as it must be; ``reason`` says which rule it broke."""

    def __init__(
        self, reason: SignatureReason, what: str, *, where: str = "", expected: str = "", got: str = ""
    ) -> None:
        super().__init__(what, where=where, expected=expected, got=got, clause=CLAUSE)
        self.reason = reason
