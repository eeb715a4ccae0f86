"""A meter settled: what follows from ``since`` is brought to an instant, before that changes which it follows from."""

from __future__ import annotations

from typing import Any

from stubs.devices.account import balance
from stubs.devices.demand import kept_peaks
from stubs.devices.history import PASTS, remembered, stretches
from stubs.devices.periods import boundaries
from stubs.devices.profile import SLOT
from stubs.devices.recovery import takes
from stubs.devices.registers import (
    block_matrix,
    counters,
    export_register,
    habit_of,
    import_register,
    secondary_register,
    secondary_tou,
    tou_registers,
)
from stubs.devices.state import DeviceState
from stubs.devices.tariffs import BLOCK_RATES, trimmed


def settled(state: DeviceState, at: int) -> dict[str, Any]:
    """Changes that move ``since`` to ``at``: to be made before supply, prices, tariff, debts or balance change."""
    if at <= state.since:
        return {}
    changes: dict[str, Any] = {
        "since": at,
        "import_register": import_register(state, at),
        "secondary_register": secondary_register(state, at),
        "export_register": export_register(state, at),
        "balance": balance(state, at),
        "tou": trimmed(list(tou_registers(state, at)[1:])),
        "secondary_tou": trimmed(list(secondary_tou(state, at)[1:])),
        "blocks": trimmed(list(block_matrix(state, at))),
        **takes(state, at).changes,
    }
    if habit_of(state):
        counted = counters(state, at)
        changes |= remembered(state) | {"block_counters": trimmed([counted[rate] for rate in BLOCK_RATES])}
        ended = boundaries(state, state.since, at)
        changes["block_since"] = ended[-1] if ended else state.block_since
        known = stretches(state)
        if len(known) > PASTS:
            # The half hour in which the first remembered stretch begins is whole only now.
            forgotten = -(-known[-PASTS].since // SLOT) * SLOT
            changes["peaks"] = kept_peaks(state, min(forgotten, at))
    return {name: value for name, value in changes.items() if getattr(state, name) != value}
