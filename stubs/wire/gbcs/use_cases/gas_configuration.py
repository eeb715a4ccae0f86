"""Reads of a gas tariff (GCS21f, 4.11.1) and the prepayment configuration (GCS21b, 4.13): attributes, a calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stubs.wire.gbcs.use_cases.gas_calendars import GETS, NON_DISABLEMENT, TARIFF, answer_reads, ask, read_answers
from stubs.wire.gbcs.use_cases.gas_series import Planned, Series
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, Shape, read_shape, shape
from stubs.wire.gbcs.use_cases.gbz_codecs import Attribute
from stubs.wire.gbcs.use_cases.model import Values

_PRICES = 0x0700
_PREPAYMENT = 0x0705
_TARIFF_ATTRIBUTES = (
    Attribute(0x0203, 0x22, "ThresholdDivisor"),
    Attribute(0x0202, 0x22, "ThresholdMultiplier"),
    *(Attribute(0x0100 + place, 0x25, f"BlockThreshold{place + 1}") for place in range(3)),
    Attribute(0x0615, 0x30, "UnitOfMeasure"),
    *(Attribute(0x0400 + place, 0x23, f"BlockPrice{place + 1}") for place in range(4)),
    *(Attribute(0x0410 + 0x10 * place, 0x23, f"TOUPrice{place + 1}") for place in range(4)),
    Attribute(0x0616, 0x21, "Currency"),
    Attribute(0x0617, 0x18, "TrailingDigit"),
    Attribute(0x0301, 0x23, "StandingCharge"),
)
_TARIFF_DEFAULTS = {
    "ThresholdDivisor": 1000,
    "ThresholdMultiplier": 1,
    "UnitOfMeasure": 0,
    "Currency": 826,
    "TrailingDigit": 0x50,
}
_PREPAYMENT_ATTRIBUTES = (
    Attribute(0x0239, 0x21, "DebtRecoveryPerPayment"),
    Attribute(0x0006, 0x2B, "DebtRecoveryRateCap"),
    Attribute(0x0216, 0x30, "DebtRecoveryRatePeriod1"),
    Attribute(0x0226, 0x30, "DebtRecoveryRatePeriod2"),
    Attribute(0x0040, 0x2B, "DisablementThreshold"),
    Attribute(0x0010, 0x23, "EmergencyCreditLimit"),
    Attribute(0x0011, 0x23, "EmergencyCreditThreshold"),
    Attribute(0x0031, 0x23, "LowCreditThreshold"),
    Attribute(0x0021, 0x23, "MaxMeterBalance"),
    Attribute(0x0022, 0x23, "MaxCreditThreshold"),
    Attribute(0x0217, 0x23, "DebtRecoveryRate1"),
    Attribute(0x0227, 0x23, "DebtRecoveryRate2"),
)
_PERIODS = ("HOURLY", "DAILY")

_GET_PRICE = shape(_PRICES, 0x01, 0x00, "options u8")
_PRICE = shape(
    _PRICES,
    0x19,
    0x00,
    "provider u32, label text, IssuerEventID u32, current u32, unit u8, currency u16, TrailingDigitAndTier u8,"
    " TiersAndRegister u8, start u32, Duration u16, Price u32",
)
_PRICE_DEFAULTS = {
    "provider": 0,
    "label": b"",
    "IssuerEventID": 0,
    "current": 0,
    "unit": 1,
    "currency": 826,
    "TrailingDigitAndTier": 0x51,
    "TiersAndRegister": 0x41,
    "start": 0,
    "Duration": 1440,
}


def _price_fields(values: Values) -> tuple[dict[str, Any], ...] | None:
    """``PrimaryActiveTariffPrice`` and, in ``PublishedPrice``, what else the meter says of it."""
    if "PrimaryActiveTariffPrice" not in values:
        return None
    published = values.get("PublishedPrice", {})
    return (_PRICE_DEFAULTS | dict(published) | {"Price": values["PrimaryActiveTariffPrice"], "label": b""},)


def _read_price(replies: tuple[Reply, ...]) -> dict[str, Any]:
    fields = next((reply.fields[0] for reply in replies if reply.shape == _PRICE), None)
    if fields is None:
        return {}
    published = {name: value for name, value in fields.items() if name not in ("Price", "label")}
    return {"PrimaryActiveTariffPrice": fields["Price"], "PublishedPrice": published}


def _mixed(
    reads: tuple[tuple[int, int, tuple[Attribute, ...]], ...],
    calendar: int,
    after: tuple[Sent, ...],
    raw: Callable[[Values], dict[str, Any]],
    from_raw: Callable[[dict[str, Any]], dict[str, Any]],
) -> Series:
    """Attributes (cluster, frame control of the answer, attributes), then a calendar, then ``after``."""
    answers: dict[Shape, Answer] = {
        read_shape(cluster): Answer(shape(cluster, frame_control, 0x01, ""), attributes=attributes)
        for cluster, frame_control, attributes in reads
    }
    answers |= GETS
    if after:
        answers[_GET_PRICE] = Answer(_PRICE)
    asked = (
        *(
            Sent(read_shape(cluster), {"rows": tuple({"attribute": one.number} for one in attributes)})
            for cluster, _, attributes in reads
        ),
        *ask(calendar),
        *after,
    )

    def to_answers(values: Values, sent: tuple[Sent, ...]) -> Planned:
        read = answer_reads(values, calendar)
        found = raw(values)
        planned: list[tuple[dict[str, Any], ...] | None] = []
        for one in sent:
            if one.shape in read:
                planned.append(read[one.shape])
            elif one.shape == _GET_PRICE:
                planned.append(_price_fields(values))
            else:
                planned.append((found,))
        return planned

    def from_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for reply in replies[: len(reads)]:
            found |= reply.fields[0] if reply.fields else {}
        return from_raw(found) | read_answers(replies) | _read_price(replies)

    return Series(lambda _, __: asked, lambda _: {}, tuple(answers), answers, to_answers, from_answers)


def _prepayment_raw(values: Values) -> dict[str, Any]:
    raw = {"TrailingDigit": 0x50} | dict(values)
    for name in ("DebtRecoveryRatePeriod1", "DebtRecoveryRatePeriod2"):
        if raw.get(name) in _PERIODS:
            raw[name] = _PERIODS.index(raw[name])
    return raw


def _prepayment(raw: dict[str, Any]) -> dict[str, Any]:
    found = dict(raw)
    for name in ("DebtRecoveryRatePeriod1", "DebtRecoveryRatePeriod2"):
        if name in raw and raw[name] < len(_PERIODS):
            found[name] = _PERIODS[raw[name]]
    return found


GCS21F = _mixed(
    ((_PRICES, 0x18, _TARIFF_ATTRIBUTES),),
    TARIFF,
    (Sent(_GET_PRICE, {"options": 0}),),
    lambda values: _TARIFF_DEFAULTS | dict(values),
    dict,
)
GCS21B = _mixed(
    (
        (_PREPAYMENT, 0x08, _PREPAYMENT_ATTRIBUTES),
        (_PRICES, 0x08, (Attribute(0x0617, 0x18, "TrailingDigit"),)),
    ),
    NON_DISABLEMENT,
    (),
    _prepayment_raw,
    _prepayment,
)

CODECS = {"GCS21b": GCS21B, "GCS21f": GCS21F}
