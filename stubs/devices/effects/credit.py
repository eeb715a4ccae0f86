"""What follows when a balance crosses a threshold: warnings, the end of supply, its return.

Only in prepayment mode. Below the low-credit threshold the meter warns once (810D); below the disablement threshold it
disables the supply (8F0F); back above it arms the supply, which the consumer then enables (8F32).
Source: SMETS2, prepayment mode; codes from the GBCS guide, 11.3. Which alert stands for which step is inferred.
"""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.call import Notice
from stubs.devices.registers import balance, settled
from stubs.devices.state import DeviceState, apply


def with_consequences(
    state: DeviceState, at: int, changes: dict[str, Any]
) -> tuple[dict[str, Any], tuple[Notice, ...]]:
    """``changes`` to ``state`` completed by what the balance they leave at ``at`` brings about, and its alerts."""
    after = apply(state, changes)
    left = balance(after, at)
    prepaid = after.payment_mode == "prepayment"
    is_low = prepaid and left < after.low_credit_threshold
    is_out = prepaid and left < after.disablement_threshold
    notices: list[Notice] = []
    further: dict[str, Any] = {}
    if is_low != after.is_credit_low:
        further["is_credit_low"] = is_low
        if is_low:
            notices.append(Notice("810D", f"balance {left} fell below {after.low_credit_threshold}"))
    if is_out != after.is_credit_out:
        further["is_credit_out"] = is_out
        if is_out:
            further |= settled(after, at) | {"supply": "disabled"}
            notices.append(Notice("8F0F", f"balance {left} fell below {after.disablement_threshold}"))
        elif after.supply == "disabled":
            further |= settled(after, at) | {"supply": "armed"}
            notices.append(Notice("8F32", f"balance {left} is back above {after.disablement_threshold}"))
    return changes | further, tuple(notices)
