"""The end of a billing period: the meter pushes its registers to its supplier (8F0A)."""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.context import PendingAlert
from stubs.devices.state import DeviceState


def push_billing(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:  # noqa: ARG001
    """Report the period that ends at ``at``."""
    return {"billed_at": at}, (PendingAlert("8F0A", "a billing period ended"),)
