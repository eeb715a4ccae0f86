"""What a scenario may do to the simulated DCC: bend messages, move the clock, raise alerts, change devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stubs.app import Control


class Faults:
    """Fault rules of one scenario; all are taken away when it ends."""

    def __init__(self, control: Control, user: str) -> None:
        self._control = control
        self._user = user
        self._armed: list[str] = []

    def bend(self, point: str, effect: str, **details: Any) -> None:
        """Arm a rule for the party's own traffic; see the control API for points, effects and matchers."""
        rule = {"point": point, "effect": effect, **details}
        if point in {"answer", "delivery"}:
            rule.setdefault("user", self._user)
        self._armed.append(self._control.set_fault(rule))

    def clear(self) -> None:
        """Take every rule of this scenario away."""
        while self._armed:
            self._control.clear_fault(self._armed.pop())


class Standing:
    """Whether the DCC lets the party's User send at all; as it was when the scenario ends."""

    def __init__(self, control: Control, user: str) -> None:
        self._control = control
        self._user = user
        self._before: dict[str, Any] | None = None

    def suspend(self) -> None:
        """The DCC suspends the User."""
        self._change(status="suspended")

    def take_roles_away(self) -> None:
        """The DCC knows no role of the User."""
        self._change(roles=[])

    def _change(self, **values: Any) -> None:
        if self._before is None:
            self._before = next(row for row in self._control.users() if row["user"] == self._user)
        self._control.register_user(**{**self._before, **values})

    def restore(self) -> None:
        """As it was."""
        if self._before is not None:
            self._control.register_user(**self._before)
            self._before = None


class RunClock:
    """The run's clock, as scenarios move it: forward only."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def advance(self, seconds: float) -> None:
        """Let so much of the run's time pass at once."""
        self._control.advance_clock(seconds)

    def jump_to_next_event(self) -> None:
        """Go to the next thing the simulated DCC has planned: a retry, a time-out, a dated command."""
        self._control.jump_to_next_event()
