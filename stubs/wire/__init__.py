"""Bytes to typed values and back: DUIS, XML signatures, GBCS, UTRN. No input or output, no clock, no state.

The common vocabulary of the wire is exported here; codecs live in their own modules.
"""

from stubs.wire.errors import Blocked, InputError, Misuse, PeerError, Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

__all__ = ["Blocked", "Eui64", "InputError", "Misuse", "PeerError", "Refusal", "RequestId"]
