"""What was found of a request before it came to the core: no more than can be found without the state."""

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
