"""Prepayment: balance adjusted or reset, payment mode changed, top-up tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stubs.devices.account import balance
from stubs.devices.effects.call import Call, Done, Notice
from stubs.devices.effects.credit import with_consequences
from stubs.devices.logs import with_snapshot
from stubs.devices.records import Credit
from stubs.devices.settling import settled
from stubs.devices.state import PaymentMode, highest, raised
from stubs.wire.errors import PeerError
from stubs.wire.utrn import read

_INT32 = 1 << 31
_ROUND = 42
"""Bits of a token counter that a token does not carry lie above this one."""
_WHOLE = 10_000
"""Hundredths of a per cent."""
_WEEK = 7 * 86_400
_CREDITS = 20
_PAYMENT = "payment"


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
    return _balance_set(call, 0, emergency_credit=0, accumulated_debt=0, is_emergency=False)


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
    changes["snapshots"] = with_snapshot(call.state, call.at, "mode")
    completed, notices = with_consequences(call.state, call.at, settled(call.state, call.at) | changes)
    return Done(changes=completed, notices=notices)


_NOT_AUTHENTIC = "the token's MAC does not agree"


def _payer(call: Call) -> str:
    """Whose token counters count: the supplier's, whoever passes the token on."""
    return call.state.supplier or str(call.party)


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
    if call.counter <= highest(call.state.token_counters, _payer(call)):
        return Notice("8F51", "a token with this or a later counter was accepted before")
    amount = token.pence * 1000
    if amount > call.state.maximum_credit:
        return Notice("8F5B", f"{amount} is above the most one top-up may add")
    if balance(call.state, call.at) + amount > call.state.maximum_balance:
        return Notice("8F47", f"{amount} would take the balance above its maximum")
    return None


def top_up(call: Call) -> Done:
    """2.2: add a token's amount to the balance; a refused token answers with an error and raises its alert.

    What is owed takes its share first: the payment-based debt as a percentage, then the accumulated debt.
    """
    return _topped_up(call, ())


def local_top_up(call: Call) -> Done:
    """The same, typed in at a PPMID (810E)."""
    told = (Notice("810E", "credit was added at the premises"),)
    return _topped_up(replace(call, counter=_full_counter(call)), told)


def _full_counter(call: Call) -> int:
    """The token's whole counter: its ten bits, in the first round above the highest accepted."""
    try:
        bits = read(str(call.values["UTRN"])).counter_bits
    except PeerError:
        return 0
    last = highest(call.state.token_counters, call.state.supplier)
    counter = (max(0, last) >> _ROUND << _ROUND) | bits << 32
    return counter if counter > last else counter + (1 << _ROUND)


def _topped_up(call: Call, told: tuple[Notice, ...]) -> Done:
    utrn = str(call.values["UTRN"])
    refusal = _refusal(call, utrn)
    if refusal is not None:
        values = {"TopUpResult": 1, "TopUpValue": 0, "CreditRemaining": balance(call.state, call.at)}
        return Done(values, notices=(refusal,), result="refused")
    amount = read(utrn).pence * 1000
    owed, log = _repaid(call, amount, utrn)
    to = balance(call.state, call.at) + amount - sum(owed.values())
    tokens = raised(call.state.token_counters, _payer(call), call.counter)
    values = {"TopUpResult": 0, "TopUpValue": amount, "CreditRemaining": to}
    debts = {name: _before(call, name) - paid for name, paid in owed.items() if paid}
    done = _balance_set(call, to, values, token_counters=tokens, credits=log, **debts)
    return Done(done.values, done.changes, (*done.notices, *told))


def _before(call: Call, name: str) -> int:
    """A debt as it stands now."""
    return int(settled(call.state, call.at).get(name, getattr(call.state, name)))


def _repaid(call: Call, amount: int, utrn: str) -> tuple[dict[str, int], tuple[Credit, ...]]:
    """What each debt takes of a top-up, and the credit log afterwards."""
    state = call.state
    share = 0 if state.debt_payment is None else state.debt_payment.share
    week = sum(one.amount for one in state.credits if one.source == _PAYMENT and one.at > call.at - _WEEK)
    most = max(0, state.debt_cap - week) if state.debt_cap else amount
    payment = min(amount * share // _WHOLE, _before(call, "payment_debt"), most)
    accumulated = min(amount - payment, _before(call, "accumulated_debt"))
    new = [Credit(call.at, amount, utrn)] + ([Credit(call.at, payment, _PAYMENT)] if payment else [])
    return {"payment_debt": payment, "accumulated_debt": accumulated}, (*state.credits, *new)[-_CREDITS:]
