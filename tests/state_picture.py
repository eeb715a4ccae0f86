"""A state as comparable values, to tell whether a replay led to the same."""

from __future__ import annotations

from typing import Any

from stubs.app import BackgroundDcc
from stubs.dcc import Dcc, DccState


def picture(state: DccState) -> dict[str, Any]:
    """Everything a state holds, comparable: caches and heaps left out."""
    return {
        "seed": state.seed,
        "ledger": state.ledger,
        "thresholds": state.thresholds,
        "outbox": (state.outbox, [(user, list(queue)) for user, queue in state.outbox.waiting.items()]),
        "inventory": (state.inventory.records, state.inventory.meter_points),
        "family": {eui: [each.device for each in state.inventory.family(record)]
                   for eui, record in state.inventory.records.items()},
        "users": state.users,
        "devices": {eui: state.devices[eui] for eui in state.devices},
        "agenda": state.agenda,
        "next": state.agenda.next_due(),
        "faults": state.faults,
        "sequences": state.sequences,
        "held": (state.quarantine, state.local),
        "throttle": state.throttle,
        "places": (state.inventory.coverage, state.inventory.products),
        "counters": (state.counts, state.acb_counter, state.dcc_alert_counter),
    }  # fmt: skip


def is_same_after_replay(dcc: BackgroundDcc) -> bool:
    """Whether the journal alone leads to the state that the running DCC has."""

    def compare() -> bool:
        replayed = Dcc(dcc.settings, dcc.pki)
        replayed.replay(dcc.journal.entries())
        return picture(replayed.state) == picture(dcc.control._dcc.state)

    return dcc.control._runtime.call(compare)
