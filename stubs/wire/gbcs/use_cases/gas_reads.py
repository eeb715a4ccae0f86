"""Gas use cases that read attributes, or one published value: registers, balance, identity, configuration."""

from __future__ import annotations

from typing import Any

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.gas_billing import BILLING_PERIOD, period_fields, period_of
from stubs.wire.gbcs.use_cases.gas_series import Planned, Series
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, shape
from stubs.wire.gbcs.use_cases.gas_units import factor, needs
from stubs.wire.gbcs.use_cases.gbz_codecs import Attribute, AttributeRead, AttributeSet
from stubs.wire.gbcs.use_cases.model import Codec, Values, given

_SCALE = (
    Attribute(0x0302, 0x22, "Divisor"),
    Attribute(0x0301, 0x22, "Multiplier"),
    Attribute(0x0300, 0x30, "UnitOfMeasure"),
)
_SCALE_DEFAULTS = {"Divisor": 1000, "Multiplier": 1, "UnitOfMeasure": 1}


def _registers(names: tuple[str, ...]) -> tuple[Any, Any]:
    """Cubic metres to raw values and back; ``Raw…`` when divisor or multiplier could not be read."""

    def to_raw(values: Values) -> dict[str, Any]:
        raw: dict[str, Any] = {name: values.get(name, default) for name, default in _SCALE_DEFAULTS.items()}
        for name in names:
            if f"Raw{name}" in values:
                raw[name] = values[f"Raw{name}"]
            elif name in values:
                raw[name] = round(values[name] * raw["Divisor"] / raw["Multiplier"])
        return raw

    def from_raw(raw: dict[str, Any]) -> dict[str, Any]:
        found = {name: raw[name] for name in _SCALE_DEFAULTS if name in raw}
        read = [name for name in names if name in raw]
        scale = factor(raw)
        if scale is None:
            # Without its scale and unit the number has no meaning; nobody shall take it for cubic metres.
            return found | {f"Raw{name}": raw[name] for name in read}
        return found | {name: raw[name] * scale[0] / scale[1] for name in read} | {"Unit": "m3"}

    return to_raw, from_raw


_TOU = tuple(f"TOURegister{place}" for place in range(1, 5))
_BLOCKS = tuple(f"BlockCounter{place}" for place in range(1, 5))
_to_tou, _from_tou = _registers(_TOU)
_to_blocks, _from_blocks = _registers(_BLOCKS)
_TOU_NUMBERS = (0x0100, 0x0102, 0x0104, 0x0106)
_BLOCK_NUMBERS = (0x0700, 0x0701, 0x0702, 0x0703)

GCS13C = AttributeRead(
    (
        AttributeSet(
            0x0702,
            (*_SCALE, *(Attribute(number, 0x25, name) for number, name in zip(_TOU_NUMBERS, _TOU, strict=True))),
            frame_control=0x18,
            is_encrypted=True,
        ),
    ),
    _to_tou,
    _from_tou,
)
GCS13B = AttributeRead(
    (
        AttributeSet(
            0x0702,
            (*(Attribute(number, 0x25, name) for number, name in zip(_BLOCK_NUMBERS, _BLOCKS, strict=True)), *_SCALE),
            frame_control=0x18,
            is_encrypted=True,
        ),
    ),
    _to_blocks,
    _from_blocks,
)

GCS60 = AttributeRead(
    (
        AttributeSet(0x0702, (Attribute(0x0A00, 0x23, "MeterBalance"),)),
        AttributeSet(0x0705, (Attribute(0x0001, 0x2B, "MeterBalancePrepaymentMode"),)),
    ),
    dict,
    dict,
)
"""Balance in credit mode (what is owed) and in prepayment mode; GCS60a has the same rows and another code."""

_SCALED = {
    "CalorificValue": "CalorificTrailingDigit",
    "ConversionFactor": "ConversionTrailingDigit",
}
"""Values whose number of decimals is the upper half of another attribute."""


_FLOW_SCALES = ((1, 10000), (1, 1000), (1, 100), (1, 10), (1, 1), (5, 1))
"""Multiplier and divisor of a flow rate, the finest first; the last holds 65535 m³/h, since all ones is no value."""
_GREATEST_FLOW = 0xFFFE


def _flow_scale(rate: float) -> tuple[int, int]:
    """The finest scale in which 16 bits hold a rate (6.7 allows 0 to 65535 in whole m³/h, or 6.5535 in decimals)."""
    fitting = (scale for scale in _FLOW_SCALES if round(rate * scale[1] / scale[0]) <= _GREATEST_FLOW)
    return next(fitting, _FLOW_SCALES[-1])


def _configuration_raw(values: Values) -> dict[str, Any]:
    defaults = {"CalorificTrailingDigit": 0x10, "ConversionTrailingDigit": 0x50, "CalorificUnit": 1}
    multiplier, divisor = _flow_scale(values.get("UncontrolledGasFlowRate", 0))
    defaults |= {"FlowMultiplier": multiplier, "FlowDivisor": divisor, "FlowUnit": 1}
    raw: dict[str, Any] = defaults | dict(values)
    for name, trailing in _SCALED.items():
        if f"Raw{name}" in values:
            raw[name] = values[f"Raw{name}"]
        elif name in values:
            raw[name] = round(values[name] * 10 ** (raw[trailing] >> 4))
    if "RawUncontrolledGasFlowRate" in values:
        raw["UncontrolledGasFlowRate"] = values["RawUncontrolledGasFlowRate"]
    elif "UncontrolledGasFlowRate" in values:
        rate = values["UncontrolledGasFlowRate"] * raw["FlowDivisor"] / raw["FlowMultiplier"]
        raw["UncontrolledGasFlowRate"] = round(rate)
    return raw


def _configuration(raw: dict[str, Any]) -> dict[str, Any]:
    needs(raw, "CalorificUnit", 1, "MJ/m³")
    needs(raw, "FlowUnit", 1, "m³")
    for name in ("FlowDivisor", "FlowMultiplier"):
        if name in raw and not raw[name]:
            raise GbcsError(f"a {name} of zero", 0, expected="1 or more", got="0")
    found = dict(raw)
    for name, trailing in _SCALED.items():
        if name in raw and trailing in raw:
            found[name] = raw[name] / 10 ** (raw[trailing] >> 4)
        elif name in raw:
            found[f"Raw{name}"] = found.pop(name)
    if "UncontrolledGasFlowRate" in raw:
        if raw.get("FlowDivisor") and raw.get("FlowMultiplier"):
            rate = raw["UncontrolledGasFlowRate"] * raw["FlowMultiplier"] / raw["FlowDivisor"]
            found["UncontrolledGasFlowRate"] = rate
        else:
            found["RawUncontrolledGasFlowRate"] = found.pop("UncontrolledGasFlowRate")
    return found


GCS21A = AttributeRead(
    (
        AttributeSet(
            0x0700,
            (
                Attribute(0x0306, 0x18, "CalorificTrailingDigit"),
                Attribute(0x0305, 0x30, "CalorificUnit"),
                Attribute(0x0304, 0x23, "CalorificValue"),
                Attribute(0x0303, 0x18, "ConversionTrailingDigit"),
                Attribute(0x0302, 0x23, "ConversionFactor"),
            ),
        ),
        AttributeSet(
            0x0702,
            (
                Attribute(0x0B13, 0x21, "FlowDivisor"),
                Attribute(0x0B12, 0x21, "FlowMultiplier"),
                Attribute(0x0B11, 0x30, "FlowUnit"),
                Attribute(0x0B10, 0x21, "UncontrolledGasFlowRate"),
                Attribute(0x0B14, 0x20, "FlowStabilisationPeriod"),
                Attribute(0x0B15, 0x21, "FlowMeasurementPeriod"),
            ),
        ),
    ),
    _configuration_raw,
    _configuration,
)

_STATES = {3: "Unchanged", 0: "Locked"}
_STATE_NUMBERS = {word: number for number, word in _STATES.items()}
_TEXTS = ("ManufacturerIdentifier", "ModelType")
_MODEL_SIZE, _EUI_SIZE = 8, 8
"""The model identifier of the older form: the model in 8 characters, filled up with spaces, then the EUI-64."""


def _whole_identity_raw(values: Values) -> dict[str, Any]:
    raw = _identity_raw(values)
    if "ModelType" in raw:
        raw["ModelType"] = raw["ModelType"].ljust(_MODEL_SIZE) + Eui64.parse(given(values, "DeviceIdentifier")).octets
    return raw


def _whole_identity(raw: dict[str, Any]) -> dict[str, Any]:
    octets = raw.get("ModelType")
    if octets is None:
        return _identity(raw)
    if len(octets) < _EUI_SIZE:
        raise GbcsError("a model identifier", 0, expected="a model and an EUI-64", got=octets.hex())
    named = _identity(raw | {"ModelType": octets[:-_EUI_SIZE]})
    return named | {"DeviceIdentifier": str(Eui64(octets[-_EUI_SIZE:]))}


def _identity_raw(values: Values) -> dict[str, Any]:
    raw: dict[str, Any] = {name: values[name].encode("utf-8") for name in _TEXTS if name in values}
    if "HardwareVersion" in values:
        raw["HardwareVersion"] = values["HardwareVersion"]
    for name in ("SupplyTamperState", "SupplyDepletionState"):
        if name in values:
            word = values[name]
            raw[name] = _STATE_NUMBERS.get(word, word)
    return raw


def _identity(raw: dict[str, Any]) -> dict[str, Any]:
    found = {name: _text(raw[name], name) for name in _TEXTS if name in raw}
    found |= {name: raw[name] for name in ("HardwareVersion",) if name in raw}
    states = {name: raw[name] for name in ("SupplyTamperState", "SupplyDepletionState") if name in raw}
    return found | {name: _STATES.get(number, number) for name, number in states.items()}


def _text(octets: bytes, name: str) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as broken:
        raise GbcsError(f"{name} is not text", broken.start) from broken


_MAKE = (Attribute(0x0004, 0x42, "ManufacturerIdentifier"), Attribute(0x0005, 0x42, "ModelType"))
_SUPPLY = AttributeSet(
    0x0702, (Attribute(0x0608, 0x30, "SupplyDepletionState"), Attribute(0x0607, 0x30, "SupplyTamperState"))
)
GCS21E = AttributeRead(
    (AttributeSet(0x0000, (*_MAKE, Attribute(0x0003, 0x20, "HardwareVersion"))), _SUPPLY),
    _whole_identity_raw,
    _whole_identity,
)
GCS21M = AttributeRead((AttributeSet(0x0000, _MAKE), _SUPPLY), _identity_raw, _identity)

_CREDIT = 0x0C94
_SUSPENDED = {0x0097: (False, True), 0x0497: (True, True), 0x0897: (False, False), 0x0C97: (True, False)}
"""Prepayment modes as (SuspendDebtDisabled, SuspendDebtEmergency), as GCS03 sets them."""


def _mode_raw(values: Values) -> dict[str, Any]:
    if "PaymentControl" in values:
        return {"mode": values["PaymentControl"]}
    if values.get("PaymentMode") == "Credit":
        return {"mode": _CREDIT}
    flags = (bool(given(values, "SuspendDebtDisabled")), bool(given(values, "SuspendDebtEmergency")))
    return {"mode": next(mode for mode, of in _SUSPENDED.items() if of == flags)}


def _mode(raw: dict[str, Any]) -> dict[str, Any]:
    if "mode" not in raw:
        return {}
    mode = raw["mode"]
    if mode in _SUSPENDED:
        disabled, emergency = _SUSPENDED[mode]
        flags = {"SuspendDebtDisabled": disabled, "SuspendDebtEmergency": emergency}
        return {"PaymentMode": "Prepayment", "PaymentControl": mode} | flags
    # The lowest bits tell the mode (ZigBee payment control); other combinations keep their number.
    return {"PaymentMode": "Prepayment" if mode & 0x02 else "Credit", "PaymentControl": mode}


GCS21J = AttributeRead((AttributeSet(0x0705, (Attribute(0x0000, 0x19, "mode"),)),), _mode_raw, _mode)

GCS46 = AttributeRead(
    (AttributeSet(0x0702, (Attribute(0x0307, 0x41, "site"),)),),
    lambda values: {"site": values["ImportMPRN"].encode("ascii")} if "ImportMPRN" in values else {},
    lambda raw: {"ImportMPRN": _text(raw["site"], "ImportMPRN")} if raw else {},
)

_GET_PERIOD = shape(0x0700, 0x01, 0x0B, "earliest u32, minimum u32, commands u8, tariff u8")
_ASK_PERIOD = {"earliest": 0, "minimum": 0xFFFFFFFF, "commands": 1, "tariff": 0}


def _period_answers(values: Values, _: tuple[Sent, ...]) -> Planned:
    start = dlms.seconds_since_2000(given(values, "BillingPeriodStart"))
    event = values.get("IssuerEventID", start)
    head = {"provider": 0, "event": event, "start": start, "tariff": 0}
    return ((head | period_fields(given(values, "Periodicity")),),)


def _read_period(replies: tuple[Reply, ...]) -> dict[str, Any]:
    if not replies or not replies[0].fields:
        return {}
    fields = replies[0].fields[0]
    return {
        "IssuerEventID": fields["event"],
        "BillingPeriodStart": dlms.when_seconds(fields["start"]),
        "Periodicity": period_of(fields),
    }


def _nothing(_: tuple[Sent, ...]) -> dict[str, Any]:
    return {}


GCS21D = Series(
    lambda _, __: (Sent(_GET_PERIOD, _ASK_PERIOD),),
    _nothing,
    (_GET_PERIOD,),
    {_GET_PERIOD: Answer(BILLING_PERIOD)},
    _period_answers,
    _read_period,
)

CODECS: dict[str, Codec] = {
    "GCS13b": GCS13B,
    "GCS13c": GCS13C,
    "GCS21a": GCS21A,
    "GCS21d": GCS21D,
    "GCS21e": GCS21E,
    "GCS21j": GCS21J,
    "GCS21k": GCS21D,
    "GCS21m": GCS21M,
    "GCS46": GCS46,
    "GCS60": GCS60,
    "GCS60a": GCS60,
}
