"""Driver without actions: the party's testers work through the scenarios by themselves, and we watch the wire.

Each action is announced and at once reported as ``attested``: checks wait for the traffic, up to their deadlines.
"""

from __future__ import annotations

from typing import Any

from harness.drivers.action import KINDS, Action, Outcome
from harness.drivers.driver import DriverContext
from harness.drivers.manual import instruction
from stubs.wire import Blocked


class ObserveDriver:
    """Announces, and waits for nobody."""

    def __init__(self) -> None:
        self._context: DriverContext | None = None

    def describe(self) -> dict[str, Any]:
        """Name and kinds."""
        return {"driver": "observe", "kinds": list(KINDS)}

    @property
    def receive_url(self) -> str | None:
        """None: the party's system receives by itself."""
        return None

    def start(self, context: DriverContext) -> None:
        """Nothing to prepare."""
        self._context = context

    def perform(self, action: Action) -> Outcome:
        """Announce the action."""
        if self._context is None:
            raise Blocked("the observe driver has not been started")
        self._context.say(instruction(action))
        return Outcome(action=action.id, status="attested", detail="not asked, only observed")

    def close(self) -> None:
        """Nothing to let go of."""
