"""The account of a meter at an instant: balance, emergency credit, debts; what its use cost, what time took.

Money is thousandths of a penny. Amounts are rounded down on a scale that does not begin anew when the meter is settled:
however often that happens, the same terms cost the same. Earlier than ``since`` the stretches remembered answer.
"""

from __future__ import annotations

from stubs.devices.history import as_of
from stubs.devices.records import Tariff
from stubs.devices.recovery import takes
from stubs.devices.registers import (
    block_cells,
    import_register,
    main_use,
    second_use,
    secondary_register,
)
from stubs.devices.state import DeviceState
from stubs.devices.tariffs import BLOCK_RATES, FLAT

_UNITS = 1000
"""Register units that a price is for."""


def _cost(state: DeviceState, at: int) -> int:
    """Return the cost of the use between ``since`` and ``at``."""
    tariff = state.tariff
    if tariff is None or not (tariff.prices or tariff.block_prices):
        before = state.import_register + (state.secondary_register if state.variant == "twin" else 0)
        after = import_register(state, at) + secondary_register(state, at)
        return after * state.price // _UNITS - before * state.price // _UNITS
    use = main_use(state, at)
    cost = sum(units * _price(tariff.prices, rate - 1) for rate, units in use.items() if rate not in BLOCK_RATES)
    if tariff.calendar != FLAT:
        cells = block_cells(state, use, at)
        cost += sum(units * _price(tariff.block_prices, cell) for cell, units in enumerate(cells) if units)
    prices = tariff.secondary_prices or tariff.prices
    cost += sum(units * _price(prices, rate - 1) for rate, units in second_use(state, at).items())
    return (_worth(state, tariff) % _UNITS + cost) // _UNITS


def _worth(state: DeviceState, tariff: Tariff) -> int:
    """Return the cost of the registers as they stood at ``since``; the rounding of later costs starts from it."""
    first = state.import_register - sum(state.tou) - sum(state.blocks)
    worth = first * _price(tariff.prices, 0)
    worth += sum(units * _price(tariff.prices, number) for number, units in enumerate(state.tou, start=1))
    worth += sum(units * _price(tariff.block_prices, cell) for cell, units in enumerate(state.blocks))
    if state.variant == "twin":
        prices = tariff.secondary_prices or tariff.prices
        worth += (state.secondary_register - sum(state.secondary_tou)) * _price(prices, 0)
        worth += sum(units * _price(prices, number) for number, units in enumerate(state.secondary_tou, start=1))
    return worth


def _price(prices: tuple[int, ...], index: int) -> int:
    return prices[index] if index < len(prices) else 0


def balance(state: DeviceState, at: int) -> int:
    """Meter balance: what was left at ``since``, less what was used, the standing charge and recovered debt since."""
    state = as_of(state, at)
    if at <= state.since:
        return state.balance
    cost = _cost(state, at) if state.price or state.tariff else 0
    return state.balance - cost - takes(state, at).from_balance


def prepayment(state: DeviceState, at: int) -> dict[str, int]:
    """The six prepayment registers.

    While emergency credit is in use the balance stands at the disablement threshold, and what is missing has been
    taken from the emergency credit.
    """
    state = as_of(state, at)
    moved = takes(state, at).changes if at >= state.since else {}
    left, lent = balance(state, at), state.emergency_credit
    if state.is_emergency and left < state.disablement_threshold:
        lent, left = max(0, lent - (state.disablement_threshold - left)), state.disablement_threshold
    return {
        "EmergencyCreditBalance": lent,
        "AccumulatedDebtRegister": moved.get("accumulated_debt", state.accumulated_debt),
        "PaymentDebtRegister": state.payment_debt,
        "TimeDebtRegister1": moved.get("time_debt_1", state.time_debt_1),
        "TimeDebtRegister2": moved.get("time_debt_2", state.time_debt_2),
        "MeterBalance": left,
    }


def first_below(state: DeviceState, threshold: int, after: int, horizon: int) -> int | None:
    """First instant in ``after`` < at <= ``horizon`` when the balance is below ``threshold``; None when it stays above.

    The balance only falls by itself, so halving the interval finds it.
    """
    if balance(state, horizon) >= threshold:
        return None
    low, high = after, horizon
    while high - low > 1:
        middle = (low + high) // 2
        if balance(state, middle) < threshold:
            high = middle
        else:
            low = middle
    return high
