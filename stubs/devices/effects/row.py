"""A row of the table of effects, and the sets its cells are made of."""

from __future__ import annotations

from dataclasses import dataclass

from stubs.devices.effects.context import Effect

ELECTRICITY = frozenset({"ESME"})
AUXILIARY = frozenset({"ESME", "SAPC"})
GAS = frozenset({"GSME"})
PROXY = frozenset({"GPF"})
GAS_AND_PROXY = frozenset({"GSME", "GPF"})
HUB = frozenset({"CHF"})
SUPPLIER = frozenset({"supplier"})
NEIGHBOUR = frozenset({"ppmid"})
"""Permits a PPMID that the device has joined; it has no cell."""
ACB = frozenset({"acb"})
ANYBODY = frozenset({"supplier", "network_operator", "acb"})


@dataclass(frozen=True, slots=True)
class Row:
    """Execution rules of one use case.

    Args:
        effect: state and values to what is done.
        devices: types that support it.
        cells: trust-anchor cells whose party may command it.
        holds: group of a future-dated setting the device holds itself; empty: acts at once.
        is_maced: whether the command carries the MAC of the access control broker (all but recovery's do).
    """

    effect: Effect
    devices: frozenset[str]
    cells: frozenset[str] = ANYBODY
    holds: str = ""
    is_maced: bool = True
