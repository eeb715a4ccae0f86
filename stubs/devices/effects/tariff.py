"""Tariffs and prices (1.1, 1.2), block counters (1.7, 6.26), billing calendars (6.8).

A change of tariff first settles the registers and leaves a billing snapshot, then holds at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from stubs.devices.effects.context import EffectContext, EffectResult
from stubs.devices.effects.credit import with_consequences
from stubs.devices.effects.scopes import keeping, setting
from stubs.devices.effects.written_calendars import date_parts, gas_calendar, seconds_of, switching_table
from stubs.devices.logs import with_snapshot
from stubs.devices.records import Billing, Tariff
from stubs.devices.settling import settled
from stubs.devices.state import instant, merged, seconds
from stubs.devices.tariffs import BLOCK_RATES, BLOCKS, COLUMNS
from stubs.wire.gbcs.use_cases.electricity_shapes import BLOCK_SCRIPTS, SECONDARY_SCRIPTS

_THOUSANDTH = 5
"""A price in pounds has five more digits than one in thousandths of a penny."""
_KWH_PER_LITRE = 3_600_000
"""A gas price is per kWh: m³ times calorific value (MJ/m³) times conversion factor is 3.6 MJ."""
_MONTHS = {"Monthly": 1, "Quarterly": 3, "SixMonthly": 6, "Yearly": 12}
_DAYS = {"Daily": 1, "Weekly": 7}


def money(value: float, scale: int) -> int:
    """An amount of pounds times ten to ``scale``, in thousandths of a penny."""
    power = scale + _THOUSANDTH
    return int(value * 10**power) if power >= 0 else int(value // 10**-power)


def _rate(script: int) -> int:
    """Scripts 1 to 48 are time-of-use registers, 101 to 108 columns of the block matrix, 201 to 204 the second's."""
    if script > SECONDARY_SCRIPTS:
        return script - SECONDARY_SCRIPTS
    return BLOCK_RATES.start - 1 + script - BLOCK_SCRIPTS if script > BLOCK_SCRIPTS else script


def _changed(context: EffectContext, tariff: Tariff | None, scope: str, **more: Any) -> EffectResult:
    """Settle, keep a snapshot, change."""
    settle = settled(context.state, context.at)
    changes = settle | {"tariff": tariff, "snapshots": with_snapshot(context.state, context.at, "tariff")} | more
    completed, notices = with_consequences(context.state, context.at, changes)
    return EffectResult(changes=merged(completed, keeping(context.state, scope, context.values)), notices=notices)


def _prices(values: Mapping[str, Any]) -> dict[str, Any]:
    scale = int(values["PriceScale"])
    columns = values["BlockPrices"]
    return {
        "prices": tuple(money(price, scale) for price in values["TOUPrices"]),
        "block_prices": tuple(
            money(columns[column][block], scale) for block in range(BLOCKS) for column in range(COLUMNS)
        ),
    }


def set_tariff(context: EffectContext) -> EffectResult:
    """1.1.1 on electricity: switching table, block thresholds, prices, standing charge."""
    values = context.values
    thresholds = tuple(tuple(map(int, values[f"BlockThresholds{n}"])) for n in range(1, COLUMNS + 1))
    base = context.state.tariff or Tariff()
    tariff = replace(base, calendar=switching_table(values, _rate), thresholds=thresholds, **_prices(values))
    standing = money(values["StandingCharge"], int(values["StandingChargeScale"]))
    return _changed(context, tariff, "tariff", standing_charge=standing)


def set_prices(context: EffectContext) -> EffectResult:
    """1.2.1 on electricity: prices and standing charge of the tariff in force."""
    tariff = replace(context.state.tariff or Tariff(), **_prices(context.values))
    standing = money(context.values["StandingCharge"], int(context.values["StandingChargeScale"]))
    return _changed(context, tariff, "tariff", standing_charge=standing)


def _secondary_prices(values: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(money(values[f"SecondaryTOUPrice{n}"], int(values["PriceScale"])) for n in range(1, 5))


def set_secondary_tariff(context: EffectContext) -> EffectResult:
    """1.1.2: the second element's switching table and prices; refused by a meter without one."""
    if context.state.variant != "twin":
        return EffectResult(result="refused")
    tariff = replace(
        context.state.tariff or Tariff(),
        secondary_calendar=switching_table(context.values, _rate),
        secondary_prices=_secondary_prices(context.values),
    )
    return _changed(context, tariff, "secondary tariff")


def set_secondary_prices(context: EffectContext) -> EffectResult:
    """1.2.2: the second element's prices; refused by a meter without one."""
    if context.state.variant != "twin":
        return EffectResult(result="refused")
    tariff = replace(context.state.tariff or Tariff(), secondary_prices=_secondary_prices(context.values))
    return _changed(context, tariff, "secondary tariff")


def _gas_rate(day: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    return ((0, BLOCK_RATES.start if day.get("BlockTariff") else int(day["TOUTariffAction"])),)


def _gas_prices(context: EffectContext) -> dict[str, Any]:
    """Prices per kWh as prices per m³."""
    factor = setting(context.state, "gas", "CalorificValue") * setting(context.state, "gas", "ConversionFactor")
    volumes = [int(price * factor * 1_000_000) // _KWH_PER_LITRE for price in _listed(context)]
    if context.values.get("BlockPrices") is None:
        return {"prices": tuple(volumes), "block_prices": ()}
    cells = [0] * (BLOCKS * COLUMNS)
    for block, price in enumerate(volumes[:BLOCKS]):
        cells[block * COLUMNS] = price
    return {"prices": (), "block_prices": tuple(cells)}


def _listed(context: EffectContext) -> tuple[int, ...]:
    return tuple(context.values.get("BlockPrices") or context.values.get("TOUPrices") or ())


def _numbered(context: EffectContext) -> dict[str, Any]:
    """Prices and thresholds by the names a read gives them."""
    kind = "BlockPrice" if context.values.get("BlockPrices") is not None else "TOUPrice"
    found: dict[str, Any] = {f"{kind}{n}": price for n, price in enumerate(_listed(context)[:4], start=1)}
    thresholds = context.values.get("BlockThresholds", ())
    return found | {f"BlockThreshold{n}": limit for n, limit in enumerate(thresholds[:3], start=1)}


def _gas_changed(context: EffectContext, tariff: Tariff) -> EffectResult:
    done = _changed(context, tariff, "gas tariff", standing_charge=int(context.values["StandingCharge"]))
    kept = keeping(context.state, "gas tariff", dict(context.values) | _numbered(context))
    return EffectResult(changes=merged(done.changes, kept), notices=done.notices)


def set_gas_tariff(context: EffectContext) -> EffectResult:
    """1.1.1 on gas."""
    limits = tuple(map(int, context.values.get("BlockThresholds", ())))
    tariff = Tariff(
        gas_calendar(context.values, _gas_rate), thresholds=(limits,) if limits else (), **_gas_prices(context)
    )
    return _gas_changed(context, tariff)


def set_gas_prices(context: EffectContext) -> EffectResult:
    """1.2.1 on gas."""
    return _gas_changed(context, replace(context.state.tariff or Tariff(), **_gas_prices(context)))


def reset_block_counters(context: EffectContext) -> EffectResult:
    """1.7: the block counters start again at zero."""
    return EffectResult(changes=settled(context.state, context.at) | {"block_since": context.at, "block_counters": ()})


def reset_blocks_daily(context: EffectContext) -> EffectResult:
    """6.26: whether the block counters start again every midnight: a reset calendar with a row for any day."""
    daily = any(not any(date_parts(row["BillingDate"])[1:]) for row in context.values["ResetCalendar"])
    changes = settled(context.state, context.at) | {"resets_blocks_daily": daily}
    return EffectResult(changes=merged(changes, keeping(context.state, "billing", context.values)))


def _first_billing(context: EffectContext, row: Mapping[str, Any]) -> datetime:
    """The first instant from now on that a row of a billing calendar names."""
    _, month, day, weekday = date_parts(row["BillingDate"])
    start = instant(context.at).replace(hour=0, minute=0, second=0) + timedelta(seconds=seconds_of(row["BillingTime"]))
    for _ in range(367):
        is_day = day in (0, start.day) and month in (0, start.month) and weekday in (0, start.isoweekday())
        if is_day and seconds(start) >= context.at:
            return start
        start += timedelta(days=1)
    return datetime(3000, 1, 1, tzinfo=UTC)


def set_billing_calendar(context: EffectContext) -> EffectResult:
    """6.8 on electricity: a row for each billing date of a year; one without month is monthly, weekly or daily."""
    rows = context.values["BillingCalendar"]
    billing = None
    if rows:
        _, month, day, weekday = date_parts(rows[0]["BillingDate"])
        start = min(seconds(_first_billing(context, row)) for row in rows)
        months = max(1, 12 // len(rows)) if month else int(bool(day))
        billing = Billing(start, months, 0 if months else 7 if weekday else 1)
    changes = settled(context.state, context.at) | {"billing": billing, "billed_at": context.at}
    return EffectResult(changes=merged(changes, keeping(context.state, "billing", context.values)))


def set_gas_billing(context: EffectContext) -> EffectResult:
    """6.8 on gas."""
    period = str(context.values["Periodicity"])
    billing = Billing(seconds(context.values["BillingPeriodStart"]), _MONTHS.get(period, 0), _DAYS.get(period, 0))
    changes = settled(context.state, context.at) | {"billing": billing, "billed_at": context.at}
    return EffectResult(changes=merged(changes, keeping(context.state, "gas billing", context.values)))


def read_gas_billing(context: EffectContext) -> EffectResult:
    """6.2.3 on gas; a meter that was never told bills monthly from when it was made."""
    state = context.mirrored
    first = instant(state.made).replace(day=1, hour=0, minute=0, second=0)
    return EffectResult(
        {
            "BillingPeriodStart": setting(state, "gas billing", "BillingPeriodStart", first),
            "Periodicity": setting(state, "gas billing", "Periodicity", "Monthly"),
        }
    )
