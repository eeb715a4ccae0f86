"""The certificate that a party had before: what a device holds until the party replaces its credentials (6.15.1).

Only the one for key agreement differs. A command is signed with the key that the device knows, so that with another
signing certificate no client could send the replacement that is to be seen.
"""

from __future__ import annotations

import base64
from typing import Any

from stubs.app import Pki
from stubs.wire.certificates import Certificate
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64

_OF_THE_CELL = frozenset({"02", "03"})
"""Certificate roles that devices have a cell for: supplier, network operator."""
_MANAGEMENT = 0
"""Usage of the trust-anchor cell, as GBCS numbers it: all but prepayment tokens."""


def present_certificate(pki: Pki, user: str) -> Certificate:
    """The key agreement certificate that the User has now.

    Raises: Blocked: the PKI has none of the User that devices have a cell for.
    """
    found = next((one for one in pki.certificates_of(Eui64.parse(user), "KA") if one.role in _OF_THE_CELL), None)
    if found is None:
        raise Blocked(f"no key agreement certificate of {user} is known", mend="Import it: `uept pki import`.")
    return found


def former_certificate(pki: Pki, user: str) -> Certificate:
    """One of the User with another key; the same one every time. Raises: Blocked: as ``present_certificate``."""
    return pki.former(present_certificate(pki, user))


def as_text(certificate: Certificate) -> str:
    """Return the text in which the state of a simulated device shows it: base64 of the DER."""
    return base64.b64encode(certificate.der).decode()


def held(certificate: Certificate) -> dict[str, Any]:
    """Fields of the state of a device that holds the certificate in its party's cell."""
    anchor = {
        "role": int(str(certificate.role), 16),
        "usage": "KA",
        "cell_usage": _MANAGEMENT,
        "der": as_text(certificate),
    }
    return {"anchors": [anchor]}
