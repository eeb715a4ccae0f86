"""Prepayment: balance adjusted or reset, payment mode changed, top-up tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stubs.devices.account import balance
from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.credit import with_consequences
from stubs.devices.logs import with_snapshot
from stubs.devices.records import Credit
from stubs.devices.settling import settled
from stubs.devices.state import PaymentMode, highest, raised
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.utrn import read

_INT32 = 1 << 31
_ROUND = 42
"""Bits of a token counter that a token does not carry lie above this one."""
_WHOLE = 10_000
"""Hundredths of a per cent."""
_WEEK = 7 * 86_400
_CREDITS = 20
_PAYMENT = "payment"


def _balance_set(context: EffectContext, to: int, values: dict[str, Any] | None = None, **more: Any) -> EffectResult:
    changes = settled(context.state, context.at) | {"balance": to} | more
    completed, notices = with_consequences(context.state, context.at, changes)
    return EffectResult(values or {}, completed, notices)


def adjust_balance(context: EffectContext) -> EffectResult:
    """1.5: add a signed amount; refused when the sum leaves the 32 bits the register has."""
    to = balance(context.state, context.at) + int(context.values["AdjustMeterBalance"])
    if not -_INT32 < to < _INT32:
        return EffectResult(result="refused")
    return _balance_set(context, to)


def reset_balance(context: EffectContext) -> EffectResult:
    """1.5: balance, emergency credit in use and its debt back to zero."""
    return _balance_set(context, 0, emergency_credit=0, accumulated_debt=0, is_emergency=False)


def set_payment_mode(context: EffectContext) -> EffectResult:
    """1.6, at once: credit, or prepayment with its threshold and what happens to debt.

    ECS03 and GCS03 carry the three settings, ECS02 and GCS02 none.
    """
    mode: PaymentMode = "prepayment" if context.values["PaymentMode"] == "Prepayment" else "credit"
    changes: dict[str, Any] = {"payment_mode": mode}
    if mode == "prepayment":
        changes["suspend_debt_disabled"] = bool(context.values["SuspendDebtDisabled"])
        changes["suspend_debt_emergency"] = bool(context.values["SuspendDebtEmergency"])
        changes["disablement_threshold"] = int(context.values["DisablementThreshold"])
    changes["snapshots"] = with_snapshot(context.state, context.at, "mode")
    completed, notices = with_consequences(context.state, context.at, settled(context.state, context.at) | changes)
    return EffectResult(changes=completed, notices=notices)


_NOT_AUTHENTIC = "the token's MAC does not agree"


def _payer(context: EffectContext) -> Eui64:
    """Return the party whose token counters apply: the supplier, whoever passes the token on."""
    return context.state.party_in("supplier") or context.party


def _refusal(context: EffectContext, utrn: str) -> PendingAlert | None:
    """Return the alert of a refused token; None when it is good. Order: authentic, new, within the limits."""
    try:
        token = read(utrn)
    except PeerError as broken:
        return PendingAlert("8F63", str(broken))
    if not context.is_authentic(utrn, context.counter):
        is_for_another = context.surroundings.is_token_for_another
        if is_for_another is not None and is_for_another(utrn, context.party, context.counter):
            return PendingAlert("8F64", "the token is another device's")
        return PendingAlert("8F63", _NOT_AUTHENTIC)
    if context.counter <= highest(context.state.token_counters, _payer(context)):
        return PendingAlert("8F51", "a token with this or a later counter was accepted before")
    amount = token.pence * 1000
    if amount > context.state.maximum_credit:
        return PendingAlert("8F5B", f"{amount} is above the most one top-up may add")
    if balance(context.state, context.at) + amount > context.state.maximum_balance:
        return PendingAlert("8F47", f"{amount} would take the balance above its maximum")
    return None


def top_up(context: EffectContext) -> EffectResult:
    """2.2: add a token's amount to the balance; a refused token answers with an error and raises its alert.

    What is owed takes its share first: the payment-based debt as a percentage, then the accumulated debt.
    """
    return _topped_up(context, ())


def local_top_up(context: EffectContext) -> EffectResult:
    """The same, typed in at a PPMID (810E)."""
    told = (PendingAlert("810E", "credit was added at the premises"),)
    return _topped_up(replace(context, counter=_full_counter(context)), told)


def _full_counter(context: EffectContext) -> int:
    """The token's whole counter: its ten bits, in the first round above the highest accepted."""
    try:
        bits = read(str(context.values["UTRN"])).counter_bits
    except PeerError:
        return 0
    supplier = context.state.party_in("supplier")
    last = highest(context.state.token_counters, supplier) if supplier is not None else -1
    counter = (max(0, last) >> _ROUND << _ROUND) | bits << 32
    return counter if counter > last else counter + (1 << _ROUND)


def _topped_up(context: EffectContext, told: tuple[PendingAlert, ...]) -> EffectResult:
    utrn = str(context.values["UTRN"])
    refusal = _refusal(context, utrn)
    if refusal is not None:
        return EffectResult({"TopUpResult": 1}, notices=(refusal,), result="refused")
    amount = read(utrn).pence * 1000
    owed, log = _repaid(context, amount, utrn)
    to = balance(context.state, context.at) + amount - sum(owed.values())
    tokens = raised(context.state.token_counters, _payer(context), context.counter)
    values = {"TopUpResult": 0, "TopUpValue": amount, "CreditRemaining": to}
    debts = {name: _before(context, name) - paid for name, paid in owed.items() if paid}
    done = _balance_set(context, to, values, token_counters=tokens, credits=log, **debts)
    return EffectResult(done.values, done.changes, (*done.notices, *told))


def _before(context: EffectContext, name: str) -> int:
    """Return the present amount of a debt."""
    return int(settled(context.state, context.at).get(name, getattr(context.state, name)))


def _repaid(context: EffectContext, amount: int, utrn: str) -> tuple[dict[str, int], tuple[Credit, ...]]:
    """Return the amount that a top-up pays off each debt, and the credit log afterwards."""
    state = context.state
    share = 0 if state.debt_payment is None else state.debt_payment.share
    week = sum(one.amount for one in state.credits if one.source == _PAYMENT and one.at > context.at - _WEEK)
    most = max(0, state.debt_cap - week) if state.debt_cap else amount
    payment = min(amount * share // _WHOLE, _before(context, "payment_debt"), most)
    accumulated = min(amount - payment, _before(context, "accumulated_debt"))
    new = [Credit(context.at, amount, utrn)] + ([Credit(context.at, payment, _PAYMENT)] if payment else [])
    return {"payment_debt": payment, "accumulated_debt": accumulated}, (*state.credits, *new)[-_CREDITS:]
