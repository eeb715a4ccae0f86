"""Reads of registers and prepayment values: ECS17b and GCS13a (4.1.1), ECS19 and GCS14 (4.3)."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import Data, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import ProtectedRead
from stubs.wire.gbcs.use_cases.gas_units import factor
from stubs.wire.gbcs.use_cases.gbz_codecs import Attribute, AttributeRead, AttributeSet
from stubs.wire.gbcs.use_cases.model import Values, given

_WATT_HOURS = 30
_VAR_HOURS = 32
_CUBIC_METRES = 1
_GBP = 826
_TRAILING_DIGITS = 0x50

PREPAYMENT_REGISTERS = (
    "EmergencyCreditBalance",
    "AccumulatedDebtRegister",
    "PaymentDebtRegister",
    "TimeDebtRegister1",
    "TimeDebtRegister2",
    "MeterBalance",
)
"""Order of ECS19's six values: inferred from the order of the MMC schema."""


def _import_registers(values: Values) -> Data:
    """Registers in Wh and varh; ``…Scaler`` is the power of ten each was read with, 0 when absent."""
    members = []
    for name, unit in (("ActiveImportRegister", _WATT_HOURS), ("ReactiveImportRegister", _VAR_HOURS)):
        scaler = values.get(f"{name}Scaler", 0)
        scale = dlms.structure(dlms.int8(scaler), dlms.enum(unit))
        members += [dlms.uint32(_unscaled(given(values, name), scaler)), scale]
    if values.get("SecondaryActiveImportRegister") is not None:
        scaler = values.get("ActiveImportRegisterScaler", 0)
        members.append(dlms.uint32(_unscaled(values["SecondaryActiveImportRegister"], scaler)))
    return dlms.structure(dlms.structure(*members))


def _read_import_registers(plain: Data) -> dict[str, Any]:
    members = plain[0].items
    if len(members) not in (4, 5):
        raise GbcsError("the import registers", 0, expected="4 or 5 members", got=str(len(members)))
    found: dict[str, Any] = {}
    names = ("ActiveImportRegister", "ReactiveImportRegister")
    for name, value, scale, unit in zip(names, members[::2], members[1::2], (_WATT_HOURS, _VAR_HOURS), strict=False):
        scaler = scale[0].expect(Tag.INT8)
        if scale[1].expect(Tag.ENUM) != unit:
            raise GbcsError(f"the unit of {name}", 0, expected=str(unit), got=str(scale[1].integer))
        found[name] = _scaled(value.integer, scaler)
        if scaler:
            found[f"{name}Scaler"] = scaler
    if len(members) == 5:
        # The second element carries no scaler of its own; it shares that of the first.
        found["SecondaryActiveImportRegister"] = _scaled(members[4].integer, found.get("ActiveImportRegisterScaler", 0))
    return found | {"ActiveEnergyUnit": "Wh", "ReactiveEnergyUnit": "varh"}


def _scaled(raw: int, scaler: int) -> int | float:
    return raw * int(10**scaler) if scaler >= 0 else raw / int(10**-scaler)


def _unscaled(value: float, scaler: int) -> int:
    return round(value / int(10**scaler) if scaler >= 0 else value * int(10**-scaler))


ECS17B = ProtectedRead(
    instance="0-0:43.2.8.255",
    objects=((1, "0-0:94.44.34.10", 2),),
    to_plain=_import_registers,
    from_plain=_read_import_registers,
)

ECS19 = ProtectedRead(
    instance="0-0:43.2.1.255",
    objects=((1, "0-0:94.44.34.30", 2),),
    to_plain=lambda values: dlms.structure(
        dlms.structure(*(dlms.int32(given(values, name)) for name in PREPAYMENT_REGISTERS))
    ),
    from_plain=lambda plain: {
        name: plain[0][index].expect(Tag.INT32) for index, name in enumerate(PREPAYMENT_REGISTERS)
    },
)


def _consumption_raw(values: Values) -> dict[str, Any]:
    """Cubic metres times divisor over multiplier; both default to those of the reference meter (1000, 1)."""
    multiplier, divisor = values.get("Multiplier", 1), values.get("Divisor", 1000)
    raw: dict[str, Any] = {
        "Divisor": divisor,
        "Multiplier": multiplier,
        "UnitOfMeasure": values.get("UnitOfMeasure", _CUBIC_METRES),
    }
    if "ConsumptionRegister" in values:
        raw["summation"] = round(values["ConsumptionRegister"] * divisor / multiplier)
    elif "RawConsumption" in values:
        raw["summation"] = values["RawConsumption"]
    return raw


def _consumption(raw: dict[str, Any]) -> dict[str, Any]:
    found = {name: raw[name] for name in ("Multiplier", "Divisor", "UnitOfMeasure") if name in raw}
    scale = factor(raw)
    if scale is None or "summation" not in raw:
        # Without its scale and unit the number has no meaning; it is kept apart: nobody shall take it for cubic metres.
        return found | ({"RawConsumption": raw["summation"]} if "summation" in raw else {})
    return found | {"ConsumptionRegister": raw["summation"] * scale[0] / scale[1], "Unit": "m3"}


GCS13A = AttributeRead(
    sets=(
        AttributeSet(
            0x0702,
            (
                Attribute(0x0302, 0x22, "Divisor"),
                Attribute(0x0301, 0x22, "Multiplier"),
                Attribute(0x0300, 0x30, "UnitOfMeasure"),
                Attribute(0x0000, 0x25, "summation"),
            ),
            frame_control=0x18,
            is_encrypted=True,
        ),
    ),
    to_raw=_consumption_raw,
    from_raw=_consumption,
)


def _prepayment(raw: dict[str, Any]) -> dict[str, Any]:
    """Amounts in thousandths of a penny, which is what five decimals of a pound are; others are refused."""
    if raw.get("TrailingDigit", _TRAILING_DIGITS) >> 4 != _TRAILING_DIGITS >> 4:
        got = str(raw["TrailingDigit"] >> 4)
        raise GbcsError("the decimals of prepayment amounts", 0, expected=str(_TRAILING_DIGITS >> 4), got=got)
    return dict(raw)


GCS14 = AttributeRead(
    sets=(
        AttributeSet(0x0700, (Attribute(0x0617, 0x18, "TrailingDigit"), Attribute(0x0616, 0x21, "Currency"))),
        AttributeSet(
            0x0705,
            (
                Attribute(0x0005, 0x2B, "AccumulatedDebtRegister"),
                Attribute(0x0002, 0x2B, "EmergencyCreditBalance"),
                Attribute(0x0001, 0x2B, "MeterBalance"),
                Attribute(0x0231, 0x23, "PaymentDebtRegister"),
                Attribute(0x0211, 0x23, "TimeDebtRegister1"),
                Attribute(0x0221, 0x23, "TimeDebtRegister2"),
            ),
            is_encrypted=True,
        ),
    ),
    to_raw=lambda values: {"TrailingDigit": _TRAILING_DIGITS, "Currency": _GBP, **values},
    from_raw=_prepayment,
)
