"""Gas use cases that are rows of slots and answer with statuses only: debt, settings, contact details."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs.use_cases.gas_series import Series
from stubs.wire.gbcs.use_cases.gas_shapes import shape
from stubs.wire.gbcs.use_cases.gas_slots import (
    EVENT,
    Row,
    choice,
    fill_rows,
    fixed,
    gather_rows,
    moment,
    number,
    scaled,
    text,
)

_NOW = fixed(0)
_NO_PROVIDER = fixed(0)
_ZERO = fixed(0)


def series(*rows: Row) -> Series:
    """Rows answered by default responses."""
    return Series(fill_rows(rows), gather_rows(rows), tuple(dict.fromkeys(row.shape for row in rows)))


_DEBT = shape(
    0x0705,
    0x01,
    0x02,
    "event u32, label text, amount i32, method u8, type u8, start u32, collection u16, frequency u8, recovery i32,"
    " percentage u16",
)
_FREQUENCY = {"HOURLY": 0, "DAILY": 1}


def _debt(kind: int, name: str, method: int, **slots: Any) -> Row:
    """A change of one debt; ``kind`` 1, 3 and 5 are the two time debts and the payment debt."""
    defaults = {"frequency": fixed(1), "recovery": _ZERO, "percentage": _ZERO}
    return Row(
        _DEBT,
        {
            "event": EVENT,
            "label": fixed(b""),
            "amount": number(name),
            "method": fixed(method),
            "type": fixed(kind),
            "start": _NOW,
            "collection": _ZERO,
        }
        | defaults
        | slots,
    )


GCS04 = series(
    _debt(
        1,
        "TimeDebtRegister1",
        0,
        frequency=choice("DebtRecoveryRatePeriod1", _FREQUENCY),
        recovery=number("DebtRecoveryRate1"),
    ),
    _debt(
        3,
        "TimeDebtRegister2",
        0,
        frequency=choice("DebtRecoveryRatePeriod2", _FREQUENCY),
        recovery=number("DebtRecoveryRate2"),
    ),
    _debt(5, "PaymentDebtRegister", 1, percentage=number("DebtRecoveryPerPayment")),
)

_EMERGENCY_CREDIT = shape(0x0705, 0x01, 0x00, "issued u32, device u8")
_BY_DCC, _BY_PPMID = 0, 2
GCS06 = series(Row(_EMERGENCY_CREDIT, {"issued": _NOW, "device": fixed(_BY_DCC)}))
PCS02 = series(Row(_EMERGENCY_CREDIT, {"issued": _NOW, "device": fixed(_BY_PPMID)}))

GCS09 = series(
    Row(
        shape(0x0708, 0x09, 0x00, "provider u32, event u32, tariff u8, implement u32, control u32"),
        {
            "provider": _NO_PROVIDER,
            "event": EVENT,
            "tariff": _ZERO,
            "implement": moment("RestrictionDateTime"),
            "control": fixed(0x0200),
        },
    )
)

GCS11 = series(
    Row(
        shape(0x0708, 0x09, 0x02, "event u32, implement u32, duration u16, type u8, password text"),
        {"event": EVENT, "implement": _NOW, "duration": _ZERO, "type": fixed(2), "password": fixed(b"")},
    )
)

_FLOW = shape(
    0x0702,
    0x01,
    0x0E,
    "provider u32, event u32, threshold u16, unit u8, multiplier u16, divisor u16, stabilisation u8, measurement u16",
)
_SUPPLY_STATES = {"Unchanged": 3, "Locked": 0}
"""States of the supply on tamper or depletion; that 0 (off) is Locked is inferred."""


def _gas_flow(threshold: Any, divisor: int) -> Series:
    """GCS24 and GCS24a differ in the resolution of the flow rate."""
    return series(
        Row(
            _FLOW,
            {
                "provider": _NO_PROVIDER,
                "event": EVENT,
                "threshold": threshold,
                "unit": fixed(1),
                "multiplier": fixed(1),
                "divisor": fixed(divisor),
                "stabilisation": number("StabilisationPeriod"),
                "measurement": number("MeasurementPeriod"),
            },
        ),
        Row(
            shape(0x0702, 0x01, 0x0D, "event u32, tamper u8, depletion u8, uncontrolled u8, limit u8"),
            {
                "event": EVENT,
                "tamper": choice("SupplyTamperState", _SUPPLY_STATES),
                "depletion": choice("SupplyDepletionState", _SUPPLY_STATES),
                "uncontrolled": _ZERO,
                "limit": fixed(3),
            },
        ),
    )


GCS24 = _gas_flow(number("UncontrolledGasFlowRate"), 1)
GCS24A = _gas_flow(scaled("UncontrolledGasFlowRateDecimal", 10000), 10000)

GCS23 = series(
    Row(
        shape(0x0700, 0x09, 0x02, "event u32, start u32, factor u32, trailing u8"),
        {"event": EVENT, "start": _NOW, "factor": scaled("ConversionFactor", 100000), "trailing": fixed(0x50)},
    ),
    Row(
        shape(0x0700, 0x09, 0x03, "event u32, start u32, calorific u32, unit u8, trailing u8"),
        {
            "event": EVENT,
            "start": _NOW,
            "calorific": scaled("CalorificValue", 10),
            "unit": fixed(1),
            "trailing": fixed(0x10),
        },
    ),
)

GCS36 = series(
    Row(
        shape(0x0708, 0x09, 0x06, "event u32, implement u32, provider u32, cin text"),
        {
            "event": EVENT,
            "implement": _NOW,
            "provider": _NO_PROVIDER,
            "cin": text("CustomerIdentificationNumber"),
        },
    )
)

GCS41 = series(
    Row(
        shape(0x0708, 0x09, 0x03, "event u32, time u32, provider u32, site text"),
        {"event": EVENT, "time": _NOW, "provider": _NO_PROVIDER, "site": text("ImportMPRN")},
    )
)

GCS44 = series(
    Row(
        shape(
            0x0708,
            0x09,
            0x01,
            "provider u32, event u32, tariff u8, proposed u32, implement u32, control u32, name text, contact text",
        ),
        {
            "provider": _NO_PROVIDER,
            "event": EVENT,
            "tariff": _ZERO,
            "proposed": _ZERO,
            "implement": _NOW,
            "control": fixed(0x1800),
            "name": text("SupplierName"),
            "contact": text("SupplierTelephoneNumber"),
        },
    )
)

CODECS = {
    "GCS04": GCS04,
    "GCS06": GCS06,
    "GCS09": GCS09,
    "GCS11": GCS11,
    "GCS23": GCS23,
    "GCS24": GCS24,
    "GCS24a": GCS24A,
    "GCS36": GCS36,
    "GCS41": GCS41,
    "GCS44": GCS44,
    "PCS02": PCS02,
}
