"""Interface between the HTTP service and the core that decides, in this process or in another."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol

from schemas.load import Service
from stubs.dcc import Reply
from stubs.events import AnyEvent


class Decider(Protocol):
    """Decides, in order, and answers when what was decided is durable."""

    @property
    def stopping(self) -> asyncio.Event:
        """Set when the simulated DCC ends: what is held back is let go."""

    async def handle(self, body: bytes, service: Service, content_type: str, peer: str) -> Reply:
        """One whole POST. Raises: Blocked: nothing can be recorded, and nothing was handled."""

    async def refuse(self, rule: str, why: str, service: str, peer: str) -> Reply:
        """A POST that was not read to its end. Raises: Blocked: as ``handle``."""

    def refused_unread(self, rule: str, why: str, service: str, peer: str) -> None:
        """Record a request that was refused before its head was read; does not wait for the entry."""

    def not_recorded(self, detail: str, service: str, peer: str) -> None:
        """Note that a request was refused since nothing could be recorded."""

    def note(self, event: AnyEvent) -> None:
        """Record an event that changes no state; does not wait for the entry."""

    async def sleep_until(self, instant: datetime) -> None:
        """Wait until the run's clock has reached ``instant``, or until the end."""
