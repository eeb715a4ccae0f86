"""The table of effects: one row per use case. A use case without a row is not supported by the simulated devices."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stubs.devices.effects.clock import set_clock
from stubs.devices.effects.context import Effect, EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.electricity_rows import READS, SETS
from stubs.devices.effects.gas_rows import ROWS as GAS_ROWS
from stubs.devices.effects.hub import add_device, remove_device
from stubs.devices.effects.messages import display
from stubs.devices.effects.prepayment import adjust_balance, reset_balance, set_payment_mode, top_up
from stubs.devices.effects.reading import (
    auxiliary_log,
    electricity_registers,
    event_log,
    firmware_version,
    gas_register,
    power_log,
    prepayment_registers,
    security_log,
    supply_state,
    valve_state,
)
from stubs.devices.effects.row import ACB, ELECTRICITY, GAS, GAS_AND_PROXY, HUB, SUPPLIER, Row
from stubs.devices.effects.security_rows import ROWS as SECURITY_ROWS
from stubs.devices.effects.supply import disable, disable_valve, enable

__all__ = ["EFFECTS", "Effect", "EffectContext", "EffectResult", "PendingAlert", "Row"]

_ZIGBEE = frozenset({"GSME", "GPF", "PPMID", "HCALCS"})
_LOGGING = frozenset({"ESME", "SAPC"})

EFFECTS: Mapping[str, Row] = MappingProxyType(
    {
        **SETS,
        **READS,
        **GAS_ROWS,
        **SECURITY_ROWS,
        "CCS01": Row(add_device, HUB, ACB),
        "CCS02": Row(remove_device, HUB, ACB),
        "ECS70": Row(set_clock, _LOGGING, SUPPLIER),
        "GCS28": Row(set_clock, GAS, SUPPLIER),
        "ECS52": Row(firmware_version, frozenset({"ESME", "CHF", "GPF", "SAPC"})),
        "GCS38": Row(firmware_version, GAS_AND_PROXY),
        "CS08": Row(firmware_version, frozenset({"PPMID", "HCALCS"})),
        "ECS17b": Row(electricity_registers, ELECTRICITY),
        "GCS13a": Row(gas_register, GAS_AND_PROXY),
        "ECS19": Row(prepayment_registers, ELECTRICITY),
        "GCS14": Row(prepayment_registers, GAS_AND_PROXY),
        "ECS04a": Row(adjust_balance, ELECTRICITY, SUPPLIER),
        "ECS04b": Row(reset_balance, ELECTRICITY, SUPPLIER),
        "GCS40a": Row(adjust_balance, GAS, SUPPLIER),
        "GCS40b": Row(reset_balance, GAS, SUPPLIER),
        "GCS40c": Row(adjust_balance, GAS, SUPPLIER),
        "GCS40d": Row(reset_balance, GAS, SUPPLIER),
        "ECS02": Row(set_payment_mode, ELECTRICITY, SUPPLIER, holds="payment-mode"),
        "ECS03": Row(set_payment_mode, ELECTRICITY, SUPPLIER, holds="payment-mode"),
        "GCS02": Row(set_payment_mode, GAS, SUPPLIER, holds="payment-mode"),
        "GCS03": Row(set_payment_mode, GAS, SUPPLIER, holds="payment-mode"),
        "CS01a": Row(top_up, ELECTRICITY, SUPPLIER),
        "CS01b": Row(top_up, GAS, SUPPLIER),
        "ECS10": Row(display, ELECTRICITY, SUPPLIER),
        "GCS07": Row(display, GAS_AND_PROXY, SUPPLIER),
        "ECS35a": Row(event_log, _LOGGING),
        "ECS35b": Row(security_log, _LOGGING),
        "ECS35c": Row(event_log, HUB),
        "ECS35d": Row(security_log, HUB),
        "ECS35e": Row(power_log, ELECTRICITY),
        "ECS35f": Row(auxiliary_log, _LOGGING),
        "ECS35g": Row(auxiliary_log, _LOGGING),
        "CS10a": Row(event_log, _ZIGBEE),
        "CS10b": Row(security_log, _ZIGBEE),
        "ECS42": Row(enable, ELECTRICITY, SUPPLIER),
        "ECS43": Row(disable, ELECTRICITY, SUPPLIER),
        "GCS32": Row(disable_valve, GAS, SUPPLIER),
        "ECS45": Row(supply_state, ELECTRICITY),
        "GCS33": Row(valve_state, GAS_AND_PROXY),
    }
)
