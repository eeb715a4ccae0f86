"""One transaction of the core: events are folded as they are emitted, so that what follows sees their effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.fold import fold
from stubs.events import AnyEvent, FaultApplied, ItemDone, ItemScheduled
from stubs.faults import PASSED, FaultRule
from stubs.recording import RecordedEvents, read_back
from stubs.scheduler import stored_item
from stubs.scheduler.items import AgendaItem


@dataclass(frozen=True, slots=True)
class MatchedFaults:
    """Fault rules that match one message: id, whether it is to be applied, the rule. At most the last is applied."""

    matches: tuple[tuple[str, bool, FaultRule], ...] = ()

    @property
    def rule(self) -> FaultRule | None:
        """The rule to apply."""
        if not self.matches:
            return None
        return next((rule for _, is_applied, rule in self.matches if is_applied), None)


NO_FAULT = MatchedFaults()


@dataclass(slots=True)
class Transaction:
    """The state, the time, and the events so far."""

    state: DccState
    now: datetime
    events: list[AnyEvent] = field(default_factory=list)
    _octets: list[bytes] = field(default_factory=list)

    def emit(self, event: AnyEvent) -> None:
        """Let something have happened: encoded and read back, then folded.

        Raises: UnrecordableError: it cannot be recorded; nothing changed.
        """
        stored, octets = read_back(event)
        fold(self.state, stored, self.now)
        self.events.append(stored)
        self._octets.append(octets)

    def recorded(self) -> RecordedEvents:
        """The events so far, with the octets that the journal will store."""
        return RecordedEvents.of(self.events, self._octets)

    def schedule(self, due: datetime, item: AgendaItem, name: str = "") -> None:
        """Put an item on the agenda; with a ``name`` it replaces the one of the same name."""
        self.emit(item_scheduled(name or f"i{self.state.counts.items + 1}", due, item))

    def done(self, item: str, outcome: str) -> None:
        """Take an item off the agenda."""
        self.emit(ItemDone(item=item, outcome=outcome))

    def find_fault(self, point: str, facts: dict[str, str]) -> MatchedFaults:
        """The fault rule that bends this message, not yet recorded."""
        if not self.state.faults.rules:
            return NO_FAULT
        matches = tuple((fault.fault, fault.is_next, fault.rule) for fault in self.state.faults.match(point, facts))
        return MatchedFaults(matches) if matches else NO_FAULT

    def record_fault(self, found: MatchedFaults, subject: str) -> None:
        """Record which rules matched, and which was applied, to ``subject`` (exchange, command or message id)."""
        for fault, is_applied, rule in found.matches:
            self.emit(FaultApplied(fault=fault, effect=rule.effect if is_applied else PASSED, subject=subject))

    def fault(self, point: str, subject: str, facts: dict[str, str]) -> FaultRule | None:
        """Find and record in one call; the rule to apply, or None."""
        found = self.find_fault(point, facts)
        self.record_fault(found, subject)
        return found.rule


def item_scheduled(name: str, due: datetime, item: AgendaItem) -> ItemScheduled:
    """The event that puts an item on the agenda under a name."""
    what, data = stored_item(item)
    return ItemScheduled(item=name, what=what, due=due, data=data)
