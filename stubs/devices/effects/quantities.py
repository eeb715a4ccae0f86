"""Values that reads compute from the state: by the name the response gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from stubs.devices.account import balance, prepayment
from stubs.devices.behaviour import AUDIBLE, HAN, LOGGED, TOLD, switched_off
from stubs.devices.demand import maximum_demand, reset_at
from stubs.devices.effects.context import EffectContext
from stubs.devices.logs import REACTIVE
from stubs.devices.network import power
from stubs.devices.profile import SLOT
from stubs.devices.records import DemandRegister, Tariff
from stubs.devices.registers import (
    block_matrix,
    counters,
    export_register,
    import_register,
    rate_at,
    secondary_register,
    secondary_tou,
    tou_registers,
)
from stubs.devices.state import DeviceState, instant
from stubs.devices.tariffs import BLOCK_RATES, COLUMNS, block_use
from stubs.wire.gbcs.use_cases.payment import charge_rows

Quantity = Callable[[EffectContext], Any]


def _prepaid(name: str) -> Quantity:
    return lambda context: prepayment(context.mirrored, context.at)[name]


def _gas_register(number: int) -> Quantity:
    return lambda context: gas_tou(context.mirrored, context.at)[number - 1]


def _gas_counter(number: int) -> Quantity:
    return lambda context: gas_blocks(context.mirrored, context.at)[number - 1]


LITRES = 1000
_NO_TARIFF = Tariff()


def block_counters(state: DeviceState, at: int) -> list[int]:
    """The 32 block counters of the running period, by (block - 1) * 8 + column - 1."""
    return block_use({}, counters(state, at), state.tariff or _NO_TARIFF)


def gas_blocks(state: DeviceState, at: int) -> tuple[float, ...]:
    """A gas meter's four block counters, m³."""
    cells = block_counters(state, at)
    return tuple(cells[block * COLUMNS] / LITRES for block in range(4))


def gas_tou(state: DeviceState, at: int) -> tuple[float, ...]:
    """A gas meter's four time-of-use registers, m³."""
    return tuple(register / LITRES for register in tou_registers(state, at)[:4])


def price_at(state: DeviceState, at: int) -> int | None:
    """The price in force, thousandths of a penny per 1000 register units; None without tariff and price."""
    tariff = state.tariff
    if tariff is None or not (tariff.prices or tariff.block_prices):
        return state.price or None
    rate = rate_at(state, at)
    prices, index = (tariff.prices, rate - 1)
    if rate in BLOCK_RATES:
        prices, index = tariff.block_prices, rate - BLOCK_RATES.start
    return prices[index] if index < len(prices) else 0


def _price(context: EffectContext) -> int | None:
    """An ESME always names a price; a gas meter without one has nothing to publish."""
    found = price_at(context.mirrored, context.at)
    return 0 if found is None and context.mirrored.device_type == "ESME" else found


def _tou_prices(context: EffectContext) -> list[int]:
    given = context.mirrored.settings.get("tariff", {}).get("TOUPrices")
    return list(given) if given else [min(context.mirrored.price, 32_767)] * 48


def _standing_charge(context: EffectContext) -> int:
    """Return the standing charge as set, else the factory's; on electricity that is hundredths of a penny, 16 bits."""
    settings = context.mirrored.settings
    given = (settings.get("tariff") or settings.get("gas tariff") or {}).get("StandingCharge")
    if given is not None:
        return int(given)
    charge = context.mirrored.standing_charge
    return charge // 10 if context.mirrored.device_type == "ESME" else charge


def _known_codes(kind: str, high: str = "81") -> Quantity:
    def quantity(context: EffectContext) -> tuple[str, ...]:
        known = context.state.settings.get("known events", ()) or _COMMON
        off = switched_off(context.state, kind)
        return tuple(code for code in known if code.startswith(high) and code not in off)

    return quantity


_COMMON = (
    "8002",
    "8003",
    "810D",
    "810E",
    "8119",
    "8145",
    "8154",
    "8155",
    "8161",
    "8162",
    "8183",
    "81A0",
    "81AA",
    "81AB",
)


def events(kind: str, high: str) -> Quantity:
    """Codes of that class for which a behaviour is on."""
    return _known_codes(kind, high)


def _demand(register: DemandRegister) -> dict[str, Quantity]:
    """Return the readings of a maximum demand register: power, the end of its half hour, the last reset."""
    name = _DEMANDS[register]
    return {
        name: lambda context: maximum_demand(context.state, register, context.at)[0],
        f"{name}CaptureTime": lambda context: instant(maximum_demand(context.state, register, context.at)[1]),
        f"{name}LastResetDateTime": lambda context: instant(reset_at(context.state, register)),
    }


_DEMANDS: dict[DemandRegister, str] = {
    "import": "MaxDemandActiveEnergyImport",
    "period": "MaxDemandConfigurableTimeActivePowerImport",
    "export": "MaxDemandActiveEnergyExport",
}


def _identity(context: EffectContext) -> str:
    return context.state.eui


def _money(name: str) -> Quantity:
    return lambda context: getattr(context.mirrored, name)


_MPAN_DIGITS, _MPRN_DIGITS = 13, 10


def _digits(state: DeviceState, count: int) -> str:
    return f"{int.from_bytes(state.id.octets, 'big') % 10**count:0{count}d}"


def _mpan(context: EffectContext) -> str:
    given = context.state.settings.get("identity", {}).get("ImportMPAN")
    return str(given or _digits(context.state, _MPAN_DIGITS))


def _second_mpan(context: EffectContext) -> str | None:
    given = context.state.settings.get("identity", {}).get("SecondaryImportMPAN")
    if given or context.state.variant != "twin":
        return None if given is None else str(given)
    return _digits(context.state, _MPAN_DIGITS)[::-1]


def _export_mpan(context: EffectContext) -> str:
    return str(context.state.settings.get("identity", {}).get("ExportMPAN") or "0" * _MPAN_DIGITS)


def _mprn(context: EffectContext) -> str:
    given = context.mirrored.settings.get("identity", {}).get("ImportMPRN")
    return str(given or _digits(context.mirrored, _MPRN_DIGITS))


def _charge_rows(context: EffectContext) -> tuple[dict[str, str], ...]:
    """Return which charge is collected from which credit, as the last change of payment mode set it (1.6)."""
    state = context.mirrored
    return charge_rows(
        {
            "PaymentMode": "Prepayment" if state.payment_mode == "prepayment" else "Credit",
            "SuspendDebtDisabled": state.suspend_debt_disabled,
            "SuspendDebtEmergency": state.suspend_debt_emergency,
            "IsTwinElement": state.variant == "twin",
        }
    )


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        **{
            name: _prepaid(name)
            for name in (
                "EmergencyCreditBalance",
                "AccumulatedDebtRegister",
                "PaymentDebtRegister",
                "TimeDebtRegister1",
                "TimeDebtRegister2",
                "MeterBalance",
            )
        },
        **{f"TOURegister{n}": _gas_register(n) for n in range(1, 5)},
        **{f"BlockCounter{n}": _gas_counter(n) for n in range(1, 5)},
        "ActiveImportRegister": lambda context: import_register(context.state, context.at),
        "ReactiveImportRegister": lambda context: import_register(context.state, context.at) // REACTIVE,
        "SecondaryActiveImportRegister": (
            lambda context: secondary_register(context.state, context.at) if context.state.variant == "twin" else None
        ),
        "TOURegisters": lambda context: tou_registers(context.state, context.at),
        "SecondaryTOURegisters": (
            lambda context: secondary_tou(context.state, context.at) if context.state.variant == "twin" else None
        ),
        "TariffBlockTOURegisters": (
            lambda context: (*block_matrix(context.state, context.at), *block_counters(context.state, context.at))
        ),
        "ActiveExportRegister": lambda context: export_register(context.state, context.at),
        "ReactiveExportRegister": lambda context: export_register(context.state, context.at) // REACTIVE,
        "ActivePowerImport": lambda context: power(context.state, context.at),
        "PrimaryActivePowerImportValue": (
            lambda context: power(context.state, context.at) if context.state.variant == "twin" else None
        ),
        "ConsumptionRegister": lambda context: import_register(context.mirrored, context.at) / LITRES,
        "MeterBalancePrepaymentMode": lambda context: balance(context.mirrored, context.at),
        "PrimaryActiveTariffPrice": _price,
        "PrimaryActiveTariffPriceScale": lambda _: -5,
        "SecondaryActiveTariffPrice": _price,
        "SecondaryActiveTariffPriceScale": lambda _: -5,
        "TOUPrices": _tou_prices,
        "StandingCharge": _standing_charge,
        "DisablementThreshold": _money("disablement_threshold"),
        "MaxCreditThreshold": _money("maximum_credit"),
        "MaxMeterBalance": _money("maximum_balance"),
        "LowCreditThreshold": _money("low_credit_threshold"),
        "EmergencyCreditLimit": _money("emergency_credit_limit"),
        "EmergencyCreditThreshold": _money("emergency_credit_threshold"),
        "LoadLimitCounterValue": _money("load_limited"),
        **_demand("import"),
        **_demand("period"),
        **_demand("export"),
        "WANAlertSettings": events(TOLD, "81"),
        "HANAlertSettings": events(HAN, "81"),
        "AlarmSettings": events(AUDIBLE, "81"),
        "LoggingSettings": events(LOGGED, "81"),
        "DeviceIdentifier": _identity,
        "ImportMPAN": _mpan,
        "SecondaryImportMPAN": _second_mpan,
        "ExportMPAN": _export_mpan,
        "ImportMPRN": _mprn,
        "RandomisedOffsetNumber": lambda context: int.from_bytes(context.state.id.octets[6:], "big") % 1000,
        "RandomisedOffset": (
            lambda context: (
                int.from_bytes(context.state.id.octets[6:], "big")
                % 1000
                * int(context.state.settings.get("device", {}).get("RandomisedOffsetLimit", 1000))
                // 1000
            )
        ),
        "PaymentMode": lambda context: "Prepayment" if context.mirrored.payment_mode == "prepayment" else "Credit",
        "PaymentModeStatus": lambda context: 1 if context.mirrored.is_credit_out else 2,
        "CreditChargeConfiguration": _charge_rows,
        "SuspendDebtDisabled": _money("suspend_debt_disabled"),
        "SuspendDebtEmergency": _money("suspend_debt_emergency"),
        "MeasurementPeriod": lambda _: SLOT,
        "BoostFunctionAvailability": lambda context: bool(context.state.switches),
        "DebtRecoveryRateCap": _money("debt_cap"),
    }
)
"""A quantity that is None is left out of the response."""
