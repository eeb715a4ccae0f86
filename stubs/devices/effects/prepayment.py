"""Prepayment: balance adjusted or reset, payment mode changed, top-up tokens."""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.call import Call, Done, Notice
from stubs.devices.effects.credit import with_consequences
from stubs.devices.registers import balance, settled
from stubs.devices.state import PaymentMode, highest, raised
from stubs.wire.errors import PeerError
from stubs.wire.utrn import read

_INT32 = 1 << 31


def _balance_set(call: Call, to: int, values: dict[str, Any] | None = None, **more: Any) -> Done:
    changes = settled(call.state, call.at) | {"balance": to} | more
    completed, notices = with_consequences(call.state, call.at, changes)
    return Done(values or {}, completed, notices)


def adjust_balance(call: Call) -> Done:
    """1.5: add a signed amount; refused when the sum leaves the 32 bits the register has."""
    to = balance(call.state, call.at) + int(call.values["AdjustMeterBalance"])
    if not -_INT32 <= to < _INT32:
        return Done(result="refused")
    return _balance_set(call, to)


def reset_balance(call: Call) -> Done:
    """1.5: balance, emergency credit in use and its debt back to zero."""
    return _balance_set(call, 0, emergency_credit=0, accumulated_debt=0)


def set_payment_mode(call: Call) -> Done:
    """1.6, at once: credit, or prepayment with its threshold and what happens to debt.

    ECS03 and GCS03 carry the three settings, ECS02 and GCS02 none.
    """
    mode: PaymentMode = "prepayment" if call.values["PaymentMode"] == "Prepayment" else "credit"
    changes: dict[str, Any] = {"payment_mode": mode}
    if mode == "prepayment":
        changes["suspend_debt_disabled"] = bool(call.values["SuspendDebtDisabled"])
        changes["suspend_debt_emergency"] = bool(call.values["SuspendDebtEmergency"])
        changes["disablement_threshold"] = int(call.values["DisablementThreshold"])
    completed, notices = with_consequences(call.state, call.at, settled(call.state, call.at) | changes)
    return Done(changes=completed, notices=notices)


_NOT_AUTHENTIC = "the token's MAC does not agree"


def _refusal(call: Call, utrn: str) -> Notice | None:
    """Why the token is refused; None when it is good. Order: authentic, new, within the limits."""
    try:
        token = read(utrn)
    except PeerError as broken:
        return Notice("8F63", str(broken))
    if not call.is_authentic(utrn, call.counter):
        is_for_another = call.surroundings.is_token_for_another
        if is_for_another is not None and is_for_another(utrn, call.party, call.counter):
            return Notice("8F64", "the token is another device's")
        return Notice("8F63", _NOT_AUTHENTIC)
    if call.counter <= highest(call.state.token_counters, str(call.party)):
        return Notice("8F51", "a token with this or a later counter was accepted before")
    amount = token.pence * 1000
    if amount > call.state.maximum_credit:
        return Notice("8F5B", f"{amount} is above the most one top-up may add")
    if balance(call.state, call.at) + amount > call.state.maximum_balance:
        return Notice("8F47", f"{amount} would take the balance above its maximum")
    return None


def top_up(call: Call) -> Done:
    """2.2: add a token's amount to the balance; a refused token answers with an error and raises its alert."""
    utrn = str(call.values["UTRN"])
    refusal = _refusal(call, utrn)
    if refusal is not None:
        values = {"TopUpResult": 1, "TopUpValue": 0, "CreditRemaining": balance(call.state, call.at)}
        return Done(values, notices=(refusal,), result="refused")
    amount = read(utrn).pence * 1000
    to = balance(call.state, call.at) + amount
    tokens = raised(call.state.token_counters, str(call.party), call.counter)
    values = {"TopUpResult": 0, "TopUpValue": amount, "CreditRemaining": to}
    return _balance_set(call, to, values, token_counters=tokens)
