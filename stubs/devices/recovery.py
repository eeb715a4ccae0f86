"""Charges that time alone takes from a balance: the standing charge and time-based debts.

In prepayment mode a time-based debt is recovered at its rate. While the supply is disabled, or emergency credit is in
use, the suspend flags stop that; without the flag the amount goes to the accumulated debt register instead of the
balance. Source: SMETS2, prepayment mode and debt recovery; that part periods count by the second is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stubs.devices.calendars import DAY
from stubs.devices.records import Debt
from stubs.devices.state import DeviceState


@dataclass(frozen=True, slots=True)
class Takes:
    """Amounts taken since ``since``: from the balance, and the registers that move with it."""

    from_balance: int
    changes: dict[str, Any]


def _accrued(amount: int, period: int, first: int, last: int) -> int:
    """Return the part of an amount per period due from ``first`` to ``last``; adds up, however an interval is cut."""
    return amount * last // period - amount * first // period if last > first else 0


def _recovered(debt: Debt | None, owed: int, first: int, last: int) -> int:
    return 0 if debt is None else min(owed, _accrued(debt.amount, max(1, debt.period), first, last))


def is_recovering(state: DeviceState) -> bool:
    """Whether time-based debts shrink now."""
    if state.payment_mode != "prepayment":
        return False
    if state.supply != "enabled" and state.suspend_debt_disabled:
        return False
    return not (state.is_emergency and state.suspend_debt_emergency)


def takes(state: DeviceState, at: int) -> Takes:
    """Standing charge and debts from ``since`` to ``at``."""
    standing = _accrued(state.standing_charge, DAY, state.since, at)
    if not is_recovering(state):
        return Takes(standing, {})
    first = _recovered(state.debt_1, state.time_debt_1, state.since, at)
    second = _recovered(state.debt_2, state.time_debt_2, state.since, at)
    if not first and not second:
        return Takes(standing, {})
    changes = {"time_debt_1": state.time_debt_1 - first, "time_debt_2": state.time_debt_2 - second}
    if state.supply != "enabled" or state.is_emergency:
        changes["accumulated_debt"] = state.accumulated_debt + first + second
        return Takes(standing, changes)
    return Takes(standing + first + second, changes)
