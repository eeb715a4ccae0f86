"""XML signatures of DUIS documents, in the one profile the interface uses (duis.md, section 14).

``sign`` makes them, ``verify`` accepts nothing else. What ``verify`` returns is what was signed: use only that.
"""

from stubs.wire.xmlsig.algorithms import (
    CanonicalizationMethod,
    DigestMethod,
    SignatureMethod,
    TransformMethod,
)
from stubs.wire.xmlsig.errors import SignatureError, SignatureReason
from stubs.wire.xmlsig.policy import REFERENCE_CLIENT, STRICT, SignaturePolicy
from stubs.wire.xmlsig.received import ReceivedDocument, UsualForm
from stubs.wire.xmlsig.signer import Signer, sign
from stubs.wire.xmlsig.verifier import Verified, is_signed, signer_of, verify

__all__ = [
    "REFERENCE_CLIENT",
    "STRICT",
    "CanonicalizationMethod",
    "DigestMethod",
    "ReceivedDocument",
    "SignatureError",
    "SignatureMethod",
    "SignaturePolicy",
    "SignatureReason",
    "Signer",
    "TransformMethod",
    "UsualForm",
    "Verified",
    "is_signed",
    "sign",
    "signer_of",
    "verify",
]
