"""The check of a Signed Pre-Command against the Pre-Command that was handed out."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from stubs.wire.errors import Refusal
from stubs.wire.gbcs.crypto import ProtectionError, check_signature
from stubs.wire.gbcs.envelope import Group

ALTERED = "pre-command-altered"
SIGNATURE = "pre-command-signature"

_FIELDS = ("cra", "counter", "originator", "recipient", "date_time", "other", "content")


def check_signed(issued: Group, signed: Group, ds_public: EllipticCurvePublicKey) -> None:
    """Let a Signed Pre-Command pass only when it is the issued one plus the User's signature.

    Args:
        issued: the GROUP handed out, signed or not.
        signed: what came back; a signature field that is missing or empty is no signature.
        ds_public: the digital-signing key of GROUP's originator.
    Raises: Refusal: rule ``pre-command-altered`` or ``pre-command-signature``.
    Source: the guide's section 5.
    """
    check_unaltered(issued, signed)
    try:
        check_signature(signed, ds_public)
    except ProtectionError as broken:
        raise Refusal(SIGNATURE, str(broken)) from broken


def check_unaltered(issued: Group, signed: Group) -> None:
    """Let pass what differs from ``issued`` in its signature only. Raises: Refusal: rule ``pre-command-altered``."""
    if issued.signed_part != signed.signed_part:
        changed = [name for name in _FIELDS if getattr(issued, name) != getattr(signed, name)]
        raise Refusal(ALTERED, f"the Signed Pre-Command differs from the issued one in: {', '.join(changed)}")
