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
    "CHF": (("event", 6, 0x8F12), ("security", 12, 0x8F3E)),
    "GPF": (("event", 7, 0x8071), ("security", 13, 0x8F3E)),
    "SAPC": (("event", 8, 0x8F52), ("security", 14, 0x8F3E)),
}
"""By device type: which log noted which code (GBCS, event codes) on which day."""


def lived_in(device_type: str, days: int, now: int) -> Mapping[str, Any]:
    """Fields of the state of a device that has been in use for ``days`` whole days.

    Args:
        device_type: as the catalogue names it.
        days: at least one.
        now: the run's time in whole seconds since 2000-01-01T00:00:00Z.
    """
    began = now - days * _DAY
    log = [[name, began + day * _DAY, code] for name, day, code in _HAPPENED.get(device_type, ()) if day < days]
    values: dict[str, Any] = {"event_log": sorted(log, key=lambda entry: entry[1])} if log else {}
    if device_type not in {"ESME", "GSME"}:
        return values
    is_electricity = device_type == "ESME"
    prices = [24_731, 11_237] if is_electricity else [6_873, 4_291]
    return {
        **values,
        **dict.fromkeys(_SINCE, began),
        "billed_at": now,
        "billing": [began, 0, 7],
        "balance": 18_000_000,
        "tariff": {"calendar": _TWO_RATES, "prices": prices},
        "tou": [2_345_678],
        "snapshots": [[began + 5 * _DAY, "tariff", 2_345_678, 0, 17_250_000, [2_345_678, 0], [0]]],
        "credits": [
            [began + 2 * _DAY, 1_500_000, "12340000000000000001"],
            [began + 16 * _DAY, 2_700_000, "12340000000000000002"],
            [began + 16 * _DAY, 65_000, "payment"],
        ],
    }
