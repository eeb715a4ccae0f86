"""Acts of a scenario on the simulated DCC: alter messages, move the clock, raise alerts, change devices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness.drivers import Action
from harness.engine.civil_time import next_day_called

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


class UserStatus:
    """Status and roles that the DCC holds of the party's User; restored when the scenario ends."""

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
        """Restore the state from before."""
        if self._before is not None:
            self._control.register_user(**self._before)
            self._before = None


class Thresholds:
    """Warning thresholds of the party's requests; there are none when the scenario ends."""

    def __init__(self, control: Control, user: str) -> None:
        self._control = control
        self._user = user
        self._set: list[dict[str, Any]] = []

    def warn_above(self, srv: str, limit: int) -> None:
        """The User is warned when it sends more in an hour."""
        threshold = {"user": self._user, "srv": srv, "warning": True}
        self._control.call("set-threshold", **threshold, limit=limit)
        self._set.append(threshold)

    def clear(self) -> None:
        """Take them away."""
        while self._set:
            self._control.call("set-threshold", **self._set.pop(), limit=None)


def is_reported_early(action: Action) -> bool:
    """Whether its outcome is due as soon as the request is acknowledged."""
    return action.options.get("wait") is False


class RunClock:
    """The run's clock, as scenarios move it: forward only.

    Args:
        control: moves it.
        before: called before each move. An outcome that is due with the acknowledgement has to be recorded by then:
            what a move lets come would otherwise stand before it, as if the party had known of it.
    """

    def __init__(self, control: Control, before: Callable[[], None] = lambda: None) -> None:
        self._control = control
        self._before = before

    def advance(self, seconds: float) -> None:
        """Let so much of the run's time pass at once."""
        self._before()
        self._control.advance_clock(seconds)

    def go_to(self, day: str) -> None:
        """Noon, UTC, of the next day called so. Raises: Misuse: unknown words."""
        now = datetime.fromisoformat(self._control.now())
        self.advance((next_day_called(day, now) - now).total_seconds())

    def jump_to_next_event(self) -> None:
        """Go to the next thing the simulated DCC has planned: a retry, a time-out, a dated command."""
        self._before()
        self._control.jump_to_next_event()
