"""Actions of a tester or of the machine on the run: clock, faults, control, sign-in, pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stubs.events.base import Event


class ControlUsed(Event, frozen=True, kw_only=True, tag=True):
    """A tester's hand moved the world: what follows at the same instant is the effect."""

    origin: str
    """``scenario`` (a step), ``live-page`` (a person), ``control-api`` (a program outside the run)."""
    operation: str
    """Name of the control operation, such as ``set-device``."""
    parameters: dict[str, Any]


class ClockMoved(Event, frozen=True, kw_only=True, tag=True):
    """The run's clock was set, jumped, frozen or scaled."""

    mode: str
    now: datetime
    rate: float
    cause: str


class JournalStalled(Event, frozen=True, kw_only=True, tag=True):
    """The journal could not be written (disk full): what was under way was taken back and refused."""

    detail: str


class DccReset(Event, frozen=True, kw_only=True, tag=True):
    """The simulated DCC was put back to its beginning.

    Inventory, meter points, devices, agenda, outbox and faults are empty; Users and the counters of identities stay.
    ``seed`` is what later identities are derived from.
    """

    seed: str


class FaultSet(Event, frozen=True, kw_only=True, tag=True):
    """A fault rule was armed."""

    fault: str
    rule: dict[str, Any]


class FaultCleared(Event, frozen=True, kw_only=True, tag=True):
    """A fault rule was taken away."""

    fault: str


class FaultApplied(Event, frozen=True, kw_only=True, tag=True):
    """A fault rule altered one message."""

    fault: str
    effect: str
    subject: str
    """Exchange, command or message id."""


class PersonSignedIn(Event, frozen=True, kw_only=True, tag=True):
    """Somebody signed in to the SSI, or was refused."""

    session: str
    person: str
    user: str
    role: str
    accepted: bool
    reason: str = ""


class SignInLocked(Event, frozen=True, kw_only=True, tag=True):
    """Too many wrong guesses were made for one name at the SSI: nobody can sign in by it until then."""

    person: str
    """Name as typed, whether somebody has that name or not."""
    until: datetime


class PersonSignedOut(Event, frozen=True, kw_only=True, tag=True):
    """A person ended the session on the self-service pages; one that times out ends without an event."""

    session: str
    person: str
    user: str
    role: str


class PageViewed(Event, frozen=True, kw_only=True, tag=True):
    """The SSI served a page; ``shown`` lists the identities it displayed."""

    session: str
    person: str
    user: str
    role: str
    path: str
    status: int
    title: str
    query: dict[str, str]
    shown: tuple[str, ...]
    method: str = "GET"
    """``POST`` for what a form was answered with."""
    agent: str = ""
    """Name of the browser as it states it (HTTP, User-Agent)."""
    identities: tuple[str, ...] = ()
    """Every EUI-64 and RequestID that stood in what was served; empty where an earlier version recorded it."""
    ways: tuple[str, ...] = ()
    """Texts of the links, buttons and menus of the page; empty for a file, and where an earlier version recorded it."""
