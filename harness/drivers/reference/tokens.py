"""Top-up tokens: what a supplier sells, made with its prepayment key for one meter and one counter."""

from __future__ import annotations

from typing import Any

from harness.drivers.reference.bodies import UnsupportedRequestError
from harness.drivers.reference.decoding import DeviceMessages
from harness.drivers.reference.identity import KeyRing
from stubs.wire import Eui64, RequestId
from stubs.wire.utrn import ValueClass, generate

AMOUNT = "amount_pence"
"""The parameter that asks for a token instead of giving one."""

_LARGEST = 8191
"""The value of a token has 13 bits (GBCS, prepayment tokens)."""


def sell_token(ring: KeyRing, request_id: RequestId, meter: Eui64, amount: Any, devices: DeviceMessages) -> str:
    """The 20 digits of a token worth ``amount`` pence for ``meter``, valid with the counter of this request only.

    Raises: UnsupportedRequestError: no amount, or a User without a prepayment key. PeerError: no certificate of the
    meter is to be had, or the amount does not fit in a token.
    Source: GBCS, prepayment tokens (counter of the command that carries the token).
    """
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise UnsupportedRequestError(f"{AMOUNT} is a whole number of pence, not {amount!r}")
    if ring.prepayment is None:
        raise UnsupportedRequestError(f"{ring.eui} has no prepayment key (pp-ka): it sells no tokens")
    device = devices.certificate(meter, "KA").public_key
    value, unit = _value(amount)
    return generate(ring.eui, meter, request_id.counter, value, unit, ring.prepayment, device)


def _value(pence: int) -> tuple[int, ValueClass]:
    """Amount and unit as a token can carry them: 13 bits of pence or of pounds."""
    if 0 <= pence <= _LARGEST:
        return pence, ValueClass.PENCE
    if pence % 100 == 0 and 0 <= pence // 100 <= _LARGEST:
        return pence // 100, ValueClass.POUNDS
    raise UnsupportedRequestError(
        f"a token carries up to {_LARGEST} pence, or up to {_LARGEST} whole pounds, not {pence} pence"
    )
