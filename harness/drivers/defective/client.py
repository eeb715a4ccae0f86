"""The reference client with edits: of the action it is asked, of the outcome it reports, and how often it sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from harness.drivers.action import Action, Outcome
from harness.drivers.reference import ReferenceDriver
from harness.drivers.reference.policy import CORRECT, Policy


@dataclass(slots=True)
class Memory:
    """A defective client's memory of earlier actions."""

    outcomes: list[tuple[Action, Outcome]] = field(default_factory=list)

    def last(self, kind: str = "send") -> tuple[Action, Outcome] | None:
        """The latest action of a kind, with its outcome."""
        return next((one for one in reversed(self.outcomes) if one[0].kind == kind), None)

    def last_values(self) -> dict[str, Any]:
        """The latest values that were read; empty when none were."""
        return next((dict(outcome.values) for _, outcome in reversed(self.outcomes) if outcome.values), {})


EditAction = Callable[[Action, Memory], Action]
EditOutcome = Callable[[Action, Outcome, Memory], Outcome]


def _same_action(action: Action, _memory: Memory) -> Action:
    return action


def _same_outcome(_action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
    return outcome


@dataclass(frozen=True, slots=True)
class Edits:
    """Changes around the client."""

    action: EditAction = _same_action
    """Change of the action before the client carries it out."""
    outcome: EditOutcome = _same_outcome
    """Change of the outcome before the client reports it."""
    times: int = 1
    """Number of times that it carries out an action asked once."""
    again_after_restart: bool = False
    """After a restart it does once more what it was asked before."""
    again_when: frozenset[str] = frozenset()
    """Statuses after which it does it once more, as a new request."""


class DefectiveDriver(ReferenceDriver):
    """The reference client with a policy and edits."""

    def __init__(self, edits: Edits, policy: Policy = CORRECT, name: str = "defective") -> None:
        super().__init__(policy, name)
        self._edits = edits
        self._memory = Memory()
        self.changes = 0
        """Number of times that an edit changed something."""

    def perform(self, action: Action) -> Outcome:
        """See ``Driver.perform``."""
        understood = self._edits.action(action, self._memory)
        outcome = super().perform(understood)
        before = self._memory.last()
        if understood.kind == "restart" and self._edits.again_after_restart and before is not None:
            super().perform(before[0])
            self.changes += 1
        repeats = self._edits.times - 1 if understood.kind == "send" else 0
        if outcome.status in self._edits.again_when and understood.kind == "send":
            repeats += 1
        for _ in range(repeats):
            outcome = super().perform(understood)
        told = self._edits.outcome(action, outcome, self._memory)
        self.changes += (understood != action) + (told != outcome) + repeats
        self._memory.outcomes.append((action, outcome))
        return msgspec.structs.replace(told, action=action.id)
