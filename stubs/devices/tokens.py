"""Whether a top-up token is a supplier's, for this device (GBCS guide, section 12)."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from stubs.devices.state import DeviceState
from stubs.devices.trust import DeviceKeys, top_up_keys
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.utrn import verify


def authenticity(device: DeviceState, supplier: Eui64, keys: DeviceKeys) -> Callable[[str, int], bool]:
    """(token digits, its 64-bit counter) to whether the token's MAC agrees with a top-up key of ``supplier``."""

    def is_authentic(utrn: str, counter: int) -> bool:
        return any(
            _agrees(utrn, supplier, device.id, counter, keys, key)
            for key in top_up_keys(device, keys.certificates, supplier)
        )

    return is_authentic


def _agrees(
    utrn: str, supplier: Eui64, device: Eui64, counter: int, keys: DeviceKeys, key: EllipticCurvePublicKey
) -> bool:
    try:
        verify(utrn, supplier, device, counter, keys.credentials.ka.private_key, key, keys.agree)
    except PeerError:
        return False
    return True
