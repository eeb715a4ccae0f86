"""The result of the checks of a request that need no state, made before it comes to the core."""

from __future__ import annotations

from dataclasses import dataclass

from stubs.wire.certificates import Certificate
from stubs.wire.duis import Request


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request of which the stages ``receive``, ``read`` and ``verify`` find nothing wrong without the state."""

    document: Request
    certificate: Certificate
    """The signer's; whether it may sign for this User the core judges."""
    schemas: tuple[str, ...]
    """Versions of DUIS by whose schema it is valid: the newest, and that of the version it states."""
