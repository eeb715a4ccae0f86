"""Gas use cases that are rows of slots: settings, supply, debt, contact details, top-ups between devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stubs.wire.gbcs.use_cases.gas_series import Planned, Series, nothing_read
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, Shape, shape
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
from stubs.wire.gbcs.use_cases.model import Values

_NOW = fixed(0)
_NO_PROVIDER = fixed(0)
_ZERO = fixed(0)
_REFUSED = 0xFFFF


def series(*rows: Row) -> Series:
    """Rows answered by default responses."""
    return Series(fill_rows(rows), gather_rows(rows), tuple(dict.fromkeys(row.shape for row in rows)))


def _answered(
    row: Row,
    answer: Shape,
    to_fields: Callable[[Values, dict[str, Any]], dict[str, Any]],
    from_fields: Callable[[dict[str, Any]], dict[str, Any]],
) -> Series:
    """One row with an answer of its own; ``to_fields`` gets the command's fields too."""

    def to_answers(values: Values, sent: tuple[Sent, ...]) -> Planned:
        return ((to_fields(values, sent[0].fields),),)

    def from_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
        return from_fields(replies[0].fields[0]) if replies and replies[0].fields else {}

    return Series(
        fill_rows((row,)),
        gather_rows((row,)),
        (row.shape,),
        {row.shape: Answer(answer)},
        to_answers,
        from_answers,
    )


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

_TOP_UP_ANSWER = shape(0x0705, 0x09, 0x03, "TopUpResult u8, TopUpValue i32, Source u8, CreditRemaining i32")
PCS01 = _answered(
    Row(shape(0x0705, 0x01, 0x04, "device u8, token text"), {"device": fixed(_BY_PPMID), "token": text("UTRN")}),
    _TOP_UP_ANSWER,
    lambda values, _: {"TopUpResult": 0, "Source": _BY_PPMID, **values},
    dict,
)

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
"""What becomes of the supply on tamper or depletion; that 0 (off) is Locked is inferred."""


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

_SAMPLING = shape(0x0702, 0x09, 0x0D, "SampleID u16")
GCS31 = _answered(
    Row(
        shape(0x0702, 0x01, 0x07, "event u32, start u32, type u8, interval u16, samples u16"),
        {"event": EVENT, "start": _NOW, "type": _ZERO, "interval": fixed(360), "samples": fixed(41)},
    ),
    _SAMPLING,
    lambda values, _: {"SampleID": values.get("SampleID", 2)},
    # FFFF is how a meter says that it does not sample.
    lambda fields: fields | ({"MessageSuccess": False} if fields["SampleID"] == _REFUSED else {}),
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

_GAS_STATES = ("Disabled", "Armed", "Enabled")
_CHANGED = shape(0x0702, 0x09, 0x0C, "provider u32, event u32, implement u32, status u8")
GCS39 = _answered(
    Row(
        shape(0x0702, 0x01, 0x0B, "provider u32, event u32, requested u32, implement u32, status u8, control u8"),
        {
            "provider": _NO_PROVIDER,
            "event": EVENT,
            "requested": _NOW,
            "implement": _NOW,
            "status": fixed(_GAS_STATES.index("Armed")),
            "control": fixed(1),
        },
    ),
    _CHANGED,
    lambda values, command: {
        "provider": command["provider"],
        "event": command["event"],
        "implement": 0,
        "status": _GAS_STATES.index(values.get("SupplyState", "Armed")),
    },
    lambda fields: {"SupplyState": _GAS_STATES[fields["status"]]},
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

_GENERAL_LOG = 3
_CLEARED = 1 << _GENERAL_LOG
CS11 = _answered(
    Row(shape(0x0709, 0x01, 0x01, "log u8"), {"log": fixed(_GENERAL_LOG)}),
    shape(0x0709, 0x09, 0x02, "ClearedLogs u8"),
    lambda values, _: {"ClearedLogs": values.get("ClearedLogs", _CLEARED)},
    lambda fields: fields | ({} if fields["ClearedLogs"] & _CLEARED else {"MessageSuccess": False}),
)

_PERIODS = {
    "Daily": (1, 0x21),
    "Weekly": (1, 0x22),
    "Monthly": (1, 0x23),
    "Quarterly": (3, 0x23),
    "SixMonthly": (6, 0x23),
    "Yearly": (12, 0x23),
}
"""Duration and its type (low half: 1 days, 2 weeks, 3 months; high half: from the start of one); days are inferred."""
_PERIODICITIES = {raw: word for word, raw in _PERIODS.items()}
BILLING_PERIOD = shape(
    0x0700, 0x09, 0x09, "provider u32, event u32, start u32, duration u24, durationType u8, tariff u8"
)
_BLOCK_PERIOD = shape(
    0x0700,
    0x09,
    0x01,
    "provider u32, event u32, start u32, duration u24, control u8, durationType u8, tariff u8, resolution u8",
)


def period_of(fields: dict[str, Any]) -> str:
    """``Periodicity`` of a published period. Raises: KeyError: none of the published ones."""
    return _PERIODICITIES[fields["duration"], fields["durationType"]]


def period_fields(word: str) -> dict[str, int]:
    """The inverse of :func:`period_of`. Raises: KeyError: no such word."""
    duration, kind = _PERIODS[word]
    return {"duration": duration, "durationType": kind}


def _fill_billing(values: Values, context: Any) -> tuple[Sent, ...]:
    shared = {
        "provider": 0,
        "event": EVENT.write(values, context),
        "start": moment("BillingPeriodStart").write(values, context),
        "tariff": 0,
    } | period_fields(values["Periodicity"])
    return Sent(BILLING_PERIOD, shared), Sent(_BLOCK_PERIOD, shared | {"control": 2, "resolution": 1})


def _gather_billing(sent: tuple[Sent, ...]) -> dict[str, Any]:
    fields = sent[0].fields
    return moment("BillingPeriodStart").read(fields["start"]) | {"Periodicity": period_of(fields)}


GCS25 = Series(_fill_billing, _gather_billing, (BILLING_PERIOD, _BLOCK_PERIOD), from_answers=nothing_read)
GCS25A = GCS25

CODECS = {
    "GCS04": GCS04,
    "GCS06": GCS06,
    "GCS09": GCS09,
    "GCS11": GCS11,
    "GCS23": GCS23,
    "GCS24": GCS24,
    "GCS24a": GCS24A,
    "GCS25": GCS25,
    "GCS25a": GCS25A,
    "GCS31": GCS31,
    "GCS36": GCS36,
    "GCS39": GCS39,
    "GCS41": GCS41,
    "GCS44": GCS44,
    "CS11": CS11,
    "PCS01": PCS01,
    "PCS02": PCS02,
}
