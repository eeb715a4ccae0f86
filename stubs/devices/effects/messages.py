"""Words for the consumer (3.1)."""

from __future__ import annotations

from stubs.devices.effects.call import Call, Done


def display(call: Call) -> Done:
    """Show the supplier's message; it replaces the one before."""
    message = str(call.values["SupplierMessage"])
    return Done(changes={"display_message": message} if message != call.state.display_message else {})
