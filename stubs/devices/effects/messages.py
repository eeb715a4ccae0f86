"""Words for the consumer (3.1)."""

from __future__ import annotations

from stubs.devices.effects.context import EffectContext, EffectResult


def display(context: EffectContext) -> EffectResult:
    """Show the supplier's message; it replaces the one before."""
    message = str(context.values["SupplierMessage"])
    return EffectResult(changes={"display_message": message} if message != context.state.display_message else {})
