"""Gas tariff and price (GCS01a, GCS01b), prepayment configuration (GCS05): lists and rows, future dated."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.gas_calendars import (
    CALENDAR,
    NON_DISABLEMENT,
    PUBLISHED,
    SPECIALS,
    TARIFF,
    gather_published,
    publish,
)
from stubs.wire.gbcs.use_cases.gas_series import Series
from stubs.wire.gbcs.use_cases.gas_shapes import Sent, shape
from stubs.wire.gbcs.use_cases.gas_slots import (
    EVENT,
    PUBLISH_CANCEL,
    Row,
    execution,
    fill_rows,
    fixed,
    gather_rows,
    number,
)
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_TARIFF_ID = 1
_TOU, _BLOCK = 0x00, 0x10
CURRENCIES = {"GBP": 826, "ECB": 978}
"""By ``CurrencyUnits``."""
_CURRENCY_NAMES = {code: name for name, code in CURRENCIES.items()}
_INFORMATION = shape(
    0x0700,
    0x09,
    0x04,
    "provider u32, event u32, tariffId u32, start u32, scheme u8, label text, tiers u8, blocks u8, unit u8,"
    " currency u16, trailing u8, standing u32, mode u8, multiplier u24, divisor u24",
)
_THRESHOLDS = shape(
    0x0700,
    0x09,
    0x06,
    "provider u32, event u32, start u32, tariffId u32, index u8, commands u8, control u8, count u8",
    "threshold u48",
)
_PRICES = shape(
    0x0700,
    0x09,
    0x05,
    "provider u32, event u32, start u32, tariffId u32, index u8, commands u8, control u8",
    "id u8, price u32",
)


def _start(values: Values, context: CommandContext) -> int:
    """Start of what is published; cancelling has a value of its own there."""
    start: int = execution(PUBLISH_CANCEL).write(values, context)
    return start


def _prices(values: Values, context: CommandContext, thresholds: tuple[int, ...]) -> tuple[Sent, ...]:
    """Tariff information, block thresholds if any, and the prices: by time of use (from 1) or by block (from 0)."""
    is_block = values.get("BlockPrices") is not None
    prices = tuple(given(values, "BlockPrices" if is_block else "TOUPrices"))
    event = EVENT.write(values, context)
    start = _start(values, context)
    information = {
        "provider": 0,
        "event": event,
        "tariffId": _TARIFF_ID,
        "start": execution().write(values, context),
        "scheme": _BLOCK if is_block else _TOU,
        "label": b"",
        "tiers": 0 if is_block else len(prices),
        "blocks": len(prices) - 1 if is_block else 0,
        "unit": 0,
        "currency": CURRENCIES[given(values, "CurrencyUnits")],
        "trailing": 0x50,
        "standing": given(values, "StandingCharge"),
        "mode": 0xFF,
        "multiplier": 1,
        "divisor": 1000,
    }
    part = {
        "provider": 0,
        "event": event,
        "start": start,
        "tariffId": _TARIFF_ID,
        "index": 0,
        "commands": 1,
    }
    first = 0 if is_block else 1
    rows = tuple({"id": first + place, "price": price} for place, price in enumerate(prices))
    sent = [Sent(_INFORMATION, information)]
    if thresholds:
        limits = tuple({"threshold": threshold} for threshold in thresholds)
        sent.append(Sent(_THRESHOLDS, part | {"control": 1, "count": len(thresholds), "rows": limits}))
    return *sent, Sent(_PRICES, part | {"control": 0 if is_block else 1, "rows": rows})


def _read_prices(sent: tuple[Sent, ...]) -> dict[str, Any]:
    information, prices = sent[0].fields, sent[-1].fields
    if sent[0].shape != _INFORMATION or sent[-1].shape != _PRICES:
        raise GbcsError("a tariff without information or prices", 3)
    name = "BlockPrices" if information["scheme"] == _BLOCK else "TOUPrices"
    found = {
        "CurrencyUnits": _CURRENCY_NAMES[information["currency"]],
        "StandingCharge": information["standing"],
        name: tuple(row["price"] for row in prices["rows"]),
    }
    if len(sent) == 3:
        found["BlockThresholds"] = tuple(row["threshold"] for row in sent[1].fields["rows"])
    return found | execution(PUBLISH_CANCEL).read(prices["start"])


def _fill_tariff(values: Values, context: CommandContext) -> tuple[Sent, ...]:
    event = dlms.seconds_since_2000(context.now)
    is_block = values.get("BlockPrices") is not None
    thresholds = tuple(values.get("BlockThresholds", ())) if is_block else ()
    return *publish(values, event, _start(values, context), TARIFF), *_prices(values, context, thresholds)


def _gather_tariff(sent: tuple[Sent, ...]) -> dict[str, Any]:
    calendar = tuple(one for one in sent if one.shape in PUBLISHED)
    return gather_published(calendar) | _read_prices(sent[len(calendar) :])


GCS01A = Series(
    _fill_tariff,
    _gather_tariff,
    (*PUBLISHED, _INFORMATION, _THRESHOLDS, _PRICES),
    dated=frozenset({CALENDAR, SPECIALS, _INFORMATION, _THRESHOLDS, _PRICES}),
)
GCS01B = Series(
    lambda values, context: _prices(values, context, ()),
    _read_prices,
    (_INFORMATION, _PRICES),
    dated=frozenset({_INFORMATION, _PRICES}),
)

_PREPAYMENT = (
    Row(
        shape(0x0705, 0x01, 0x03, "event u32, start u32, limit u32, threshold u32"),
        {
            "event": EVENT,
            "start": execution(),
            "limit": number("EmergencyCreditLimit"),
            "threshold": number("EmergencyCreditThreshold"),
        },
    ),
    Row(
        shape(0x0705, 0x01, 0x0C, "provider u32, event u32, implement u32, cap i32"),
        {"provider": fixed(0), "event": EVENT, "implement": execution(), "cap": number("DebtRecoveryRateCap")},
    ),
    Row(
        shape(0x0705, 0x01, 0x09, "level u32"),
        {"level": number("LowCreditThreshold")},
        from_time=execution(),
    ),
    Row(
        shape(0x0705, 0x01, 0x0B, "provider u32, event u32, implement u32, most u32, topUp u32"),
        {
            "provider": fixed(0),
            "event": EVENT,
            "implement": execution(),
            "most": number("MaxMeterBalance"),
            "topUp": number("MaxCreditThreshold"),
        },
    ),
)
_FILL_PREPAYMENT = fill_rows(_PREPAYMENT)
_GATHER_PREPAYMENT = gather_rows(_PREPAYMENT)


def _fill_prepayment(values: Values, context: CommandContext) -> tuple[Sent, ...]:
    event = dlms.seconds_since_2000(context.now)
    return *_FILL_PREPAYMENT(values, context), *publish(values, event, _start(values, context), NON_DISABLEMENT)


def _gather_prepayment(sent: tuple[Sent, ...]) -> dict[str, Any]:
    settings = len(_PREPAYMENT)
    return _GATHER_PREPAYMENT(sent[:settings]) | gather_published(sent[settings:])


GCS05 = Series(
    _fill_prepayment,
    _gather_prepayment,
    (*(row.shape for row in _PREPAYMENT), *PUBLISHED),
    dated=frozenset({row.shape for row in _PREPAYMENT} | {CALENDAR, SPECIALS}),
)

CODECS = {"GCS01a": GCS01A, "GCS01b": GCS01B, "GCS05": GCS05}
