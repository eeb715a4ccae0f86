"""A home that has been lived in: what its devices have behind them, so that reads have something to read.

Registers, tariff and account hold from the first day on, and the simulated devices make every log from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DAY = 86_400
_SINCE = ("since", "made", "block_since", "demand_since", "voltage_since", "period_demand_since", "export_demand_since")
_TWO_RATES = {
    "seasons": [[0, 1, 1, 1]],
    "weeks": [[1, 1, 1, 1, 1, 1, 1, 1]],
    "days": [[1, [[0, 2], [25_200, 1]]]],
}
"""Rate 2 from midnight, rate 1 from seven in the morning, every day of the year."""
_HAPPENED = {
    "ESME": (("event", 3, 0x8F52), ("event", 20, 0x8F35), ("security", 9, 0x8F3F), ("security", 31, 0x8F3E)),
    "GSME": (("event", 4, 0x8F52), ("security", 10, 0x8F3F)),
    "CHF": (
        ("event", 6, 0x8F12),
        ("security", 12, 0x8F3E),
        ("sub-ghz", 18, 0x8F26, "E0000001090100"),
        ("sub-ghz", 33, 0x8F26, "E0000002170200"),
    ),
    "GPF": (("event", 7, 0x8071), ("security", 13, 0x8F3E)),
    "SAPC": (("event", 8, 0x8F52), ("security", 14, 0x8F3E)),
}
"""By device type: which log noted which code (GBCS, event codes) on which day, and what belongs to the entry."""
_FORMER = "00-DB-12-34-56-78-90-D7"
"""A device that the hub's log held once (8.9)."""
_PAID_ON = (2, 16)
_BILLED_ON = 4
"""Day of the first end of a billing period, not a whole number of weeks before today: a period is always running."""
_NETWORK_DATA_HOURS = 5
"""Longer than the 41 samples of six minutes that a gas meter's network data log holds."""
_DEBT_RECOVERY = {
    "DebtRecoveryRate1": 41,
    "DebtRecoveryRate2": 23,
    "DebtRecoveryPerPayment": 1_700,
    "DebtRecoveryRateCap": 6_300,
}
_SETTINGS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "ESME": {
        "prepayment": _DEBT_RECOVERY,
        "load limit": {
            "LoadLimitPowerThreshold": 9_200,
            "LoadLimitPeriod": 120,
            "LoadLimitRestorationPeriod": 300,
        },
        "voltage": {
            f"{phase}AverageRMS{side}VoltageThreshold": limit
            for phase in ("", "Phase1", "Phase2", "Phase3")
            for side, limit in (("Over", 2_430), ("Under", 2_340))
        },
        "auxiliary": {
            "SpecialDays": [],
            "Schedule": [
                {
                    "Index": 1,
                    "AuxiliaryController": 1,
                    "Action": "Activate",
                    "SwitchTime": "02:30:00",
                    "DaysOfWeek": ["Tuesday", "Friday"],
                    "SpecialDays": "",
                    "StartDate": "*-*-254",
                    "EndDate": "*-*-254",
                }
            ],
        },
        "boost": {"BoostFunctionControl2Value": True},
    },
    "GSME": {"gas prepayment": _DEBT_RECOVERY},
}
"""Settings that were set in the past, by scope: so no read returns a zero of the factory."""


def lived_in(device_type: str, days: int, now: int, place: int = 0) -> Mapping[str, Any]:
    """Fields of the state of a device that has been in use for ``days`` whole days.

    Args:
        device_type: as the catalogue names it.
        days: at least one.
        now: the run's time in whole seconds since 2000-01-01T00:00:00Z.
        place: of the device in its home; no two meters begin with equal registers.
    """
    began = now - days * _DAY
    happened = [(day, entry) for entry in _HAPPENED.get(device_type, ()) if (day := entry[1]) < days]
    log = [[name, began + day * _DAY, *rest] for day, (name, _, *rest) in sorted(happened, key=lambda one: one[0])]
    values: dict[str, Any] = {"event_log": log} if log else {}
    if device_type == "CHF":
        values["former_devices"] = [{"device": _FORMER, "added": began, "removed": began + 25 * _DAY}]
    if device_type not in _SETTINGS:
        return values
    is_electricity = device_type == "ESME"
    prices = [24_731, 11_237] if is_electricity else [6_873, 4_291]
    first, second = (began + day * _DAY for day in _PAID_ON)
    tou = [2_345_678 + 1_111 * place, 876_543 + 2_222 * place, 345_678 + 3_333 * place]
    return {
        **values,
        **dict.fromkeys(_SINCE, began),
        "billed_at": now,
        "billing": [began + _BILLED_ON * _DAY, 0, 7],
        "import_register": 9_876_543 + 1_234_567 * place,
        "balance": 18_000_000,
        "time_debt_1": 3_150_000,
        "time_debt_2": 1_420_000,
        "payment_debt": 970_000,
        "accumulated_debt": 510_000,
        "tariff": {"calendar": _TWO_RATES, "prices": prices},
        "tou": tou,
        "blocks": [21_001 + 1_009 * cell for cell in range(32)],
        "snapshots": [[began + 5 * _DAY, "tariff", 2_345_678, 0, 17_250_000, tou[:2], [0]]],
        "credits": [
            [first, 1_500_000, "12340000000000000001"],
            [second, 2_700_000, "12340000000000000002"],
            [second, 65_000, "payment"],
        ],
        "settings": _SETTINGS[device_type],
        **(_of_electricity(began) if is_electricity else {"data_log_since": now - _NETWORK_DATA_HOURS * 3_600}),
    }


def _of_electricity(began: int) -> Mapping[str, Any]:
    """Return the past use of an electricity meter beyond that of every meter."""
    boosts = [[began + day * _DAY + 66_600, began + day * _DAY + 66_600 + 60 * minutes] for day, minutes in _BOOSTS]
    return {"export_register": 5_432_109, "load_limited": 3, "boost": boosts}


_BOOSTS = ((11, 30), (27, 45))
"""Day, and minutes, of each press of the boost button, at half past six in the evening."""
