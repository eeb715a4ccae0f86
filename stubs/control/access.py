"""The running simulated DCC as one call of a control operation sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from stubs.dcc import Dcc
from stubs.dcc.core import Events
from stubs.dcc.simulation.operations import Operations
from stubs.dcc.state.transaction import Transaction
from stubs.events import ControlUsed
from stubs.gateway.runtime import Runtime
from stubs.recording import RecordedEvents, read_back_all
from stubs.redaction import shown_addresses

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Access:
    """The running simulated DCC as one call of an operation sees it; whose hand it is, and what it asks."""

    runtime: Runtime
    origin: str
    operation: str
    given: msgspec.Struct

    @property
    def dcc(self) -> Dcc:
        """The core."""
        return self.runtime.dcc

    def perform(self, action: Callable[[datetime], tuple[T, Events]]) -> T:
        """Let the core do something, and record it together with whose hand did it.

        It is durable when this returns, unless commits are made aside: then when the operation has its answer.
        """
        used = self.used()

        def act(now: datetime) -> tuple[T, Events]:
            result, events = action(now)
            return result, used.then(events)

        return self.runtime.act(act) if self.runtime.commits_aside else self.runtime.perform(act)

    def used(self) -> RecordedEvents:
        """Record who changes the simulated world and how. Raises: UnrecordableError: a parameter cannot be recorded."""
        members = shown_addresses(self.given, msgspec.to_builtins(self.given))
        return read_back_all([ControlUsed(origin=self.origin, operation=self.operation, parameters=members)])

    def tester(self, action: Callable[[Operations, Transaction], T]) -> T:
        """One of a tester's operations of the core."""
        return self.perform(lambda now: self.dcc.perform(action, now))
