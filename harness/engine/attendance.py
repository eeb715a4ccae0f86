"""Interface through which a live page follows a rehearsal; the engine knows no page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from harness.drivers import Action, KeptFile, Outcome
from harness.engine.steering import Steering
from harness.plan import Plan

if TYPE_CHECKING:  # who only collects tests does not load the simulated DCC
    from stubs.app import BackgroundDcc


@dataclass(frozen=True, slots=True)
class Opened:
    """A run that has begun: its simulated DCC, what it will run, where, and its first entry in the journal."""

    dcc: BackgroundDcc
    plan: Plan
    folder: Path
    began: int
    keep: Callable[[Action, KeptFile], None]
    """Puts a file into the run's evidence."""


class Attendance(Protocol):
    """A person who follows a run."""

    @property
    def steering(self) -> Steering:
        """Return the person's decisions."""
        ...

    def ask_person(self, action: Action) -> Outcome:
        """Show an action and wait for the person's answer."""
        ...

    def opened(self, opened: Opened) -> None:
        """The simulated DCC is up, the first entry of the run is written."""
        ...

    def closing(self) -> None:
        """The record is complete; the simulated DCC is about to stop."""
        ...
