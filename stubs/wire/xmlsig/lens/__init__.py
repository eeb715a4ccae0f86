"""The signature lens: both sides' octets, their digests, where they first part, and why they probably do.

The verifier says no with one reason. A client's developer needs to know what the client did otherwise; the octets
that it digested or signed are not sent, but can be found: every known way of getting them wrong is tried until one
gives the very digest or signature that was sent. Nothing here decides; a signature is good when ``verify`` says so.
"""

from stubs.wire.xmlsig.lens.explaining import explain
from stubs.wire.xmlsig.lens.record import Cause, Comparison, Difference, Lens, first_difference

__all__ = ["Cause", "Comparison", "Difference", "Lens", "explain", "first_difference"]
