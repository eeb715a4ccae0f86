"""A load rehearsal: messages sent, measured, and what the Party processed."""

from __future__ import annotations

from typing import Any

from stubs.events.base import Event


class LoadStarted(Event, frozen=True, kw_only=True, tag=True):
    """A load rehearsal began; ``facts`` holds profile, rate, seconds, limits and what else the plan follows from."""

    run: str
    facts: dict[str, Any]


class LoadEnded(Event, frozen=True, kw_only=True, tag=True):
    """Messages that ended, in the order in which they did, by one sender."""

    sender: int
    rows: bytes
    """68 octets a message: number, planned, sent, ended (microseconds), status, attempts, ending, SHA-256."""


class LoadSampled(Event, frozen=True, kw_only=True, tag=True):
    """One message of a load rehearsal in full, as it was posted first."""

    number: int
    response_id: str
    message_kind: str
    body: bytes


class LoadProcessed(Event, frozen=True, kw_only=True, tag=True):
    """The Party named messages that it processed: numbers of 8 octets each, in its order; all ones: none of ours."""

    source: str
    numbers: bytes


class LoadAsked(Event, frozen=True, kw_only=True, tag=True):
    """The Party's client was asked for a request while load was on; how that went, and real seconds it took."""

    number: int
    status: str
    seconds: float
    detail: str = ""


class LoadFinished(Event, frozen=True, kw_only=True, tag=True):
    """A load rehearsal ended; ``complete`` is False when it was interrupted."""

    run: str
    complete: bool
    reason: str = ""
    """Fault of the measurement itself: a sender that died, a Party that did not say what it processed."""
