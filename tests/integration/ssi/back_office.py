"""A back office without a DCC behind it: service management folded from what is recorded, the rest as tests set it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from stubs.events import AnyEvent
from stubs.service_desk import FOLDS, ServiceDesk
from stubs.service_desk.files import Action, Threshold
from stubs.ssi.sources import HeldRequest, PageFault
from stubs.wire.eui64 import Eui64


@dataclass(slots=True)
class FakeBackOffice:
    """Keeps the contract of ``stubs.ssi.sources.BackOffice``; a signature holds when it is ``signed by`` and the User."""

    record: Callable[[AnyEvent], object]
    now: Callable[[], datetime]
    state: ServiceDesk = field(default_factory=ServiceDesk)
    own: dict[str, dict[str, int]] = field(default_factory=dict)
    quarantine: dict[str, list[HeldRequest]] = field(default_factory=dict)
    secrets: int = 0

    def desk(self) -> ServiceDesk:
        return self.state

    def perform(self, decide: Callable[[ServiceDesk, datetime], Sequence[AnyEvent]]) -> Sequence[AnyEvent]:
        events = decide(self.state, self.now())
        for event in events:
            self.record(event)
            FOLDS[type(event)](self.state, event, self.now())
        return events

    def thresholds(self, user: str) -> Mapping[str, int]:
        return self.own.get(user, {})

    def held(self, user: str) -> Sequence[HeldRequest]:
        return self.quarantine.get(user, [])

    def set_thresholds(self, user: str, rows: Sequence[Threshold], submitted: AnyEvent) -> None:
        self.perform(lambda _, __: [submitted])
        self.own[user] = {row.srv: row.limit for row in rows if row.limit is not None}

    def end_quarantine(self, user: str, rows: Sequence[Action], submitted: AnyEvent) -> None:
        self.perform(lambda _, __: [submitted])
        ended = {row.reference for row in rows}
        self.quarantine[user] = [held for held in self.quarantine[user] if held.reference not in ended]

    def signer(self, user: str, octets: bytes, signature: bytes) -> str:
        return "1" if octets and signature == f"signed by {user}".encode() else ""

    def coverage(self, place: str) -> Mapping[str, str]:
        return {"CoverageAvailability": "true", "CSPRegion": "North", "Place": place}

    def hub(self, device: Eui64) -> Mapping[str, str]:
        return {"state": "Connected", "signal": str(device)[-1]}

    def fault(self, point: str, facts: Mapping[str, str], subject: str) -> PageFault | None:
        del point, facts, subject
        return None

    def components_down(self) -> frozenset[str]:
        return frozenset()

    def fresh_secret(self, purpose: str) -> str:
        self.secrets += 1
        return f"{len(purpose) * 1000 + self.secrets:032x}"

    async def sleep(self, seconds: float) -> None:
        del seconds
