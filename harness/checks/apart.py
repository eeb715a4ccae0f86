"""Limits of what one party of a scenario may be shown: its own messages and actions, nothing of another party."""

from __future__ import annotations

from collections.abc import Sequence

from harness.checks.stored import begun
from stubs.events import (
    ActionAsked,
    CheckJudged,
    CommandSent,
    Entry,
    Event,
    MessageQueued,
    RequestAccepted,
    RequestRefused,
    ScenarioStarted,
)

_NAMES = ("exchange", "message", "action", "command")
_USERS = ("user", "recipient")


def apart(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries of one scenario without those of parties other than the one under test that were asked to act.

    All of them where nobody else was asked: the DCC's own record of other Users is a part of the scenario then.
    """
    user = next((begun(one.event, one.seq).user for one in entries if isinstance(one.event, ScenarioStarted)), "")
    others = _others(entries, user) if user else frozenset[str]()
    if not others:
        return entries
    hidden = frozenset(name for entry in entries if (name := _name_of(entry.event, others)))
    return [entry for entry in entries if not _is_hidden(entry.event, others, hidden)]


def _others(entries: Sequence[Entry], user: str) -> frozenset[str]:
    """Return every other User that owns these messages, if another party was asked to act; else none."""
    asked = {str(one.event.content.get("user", "")) for one in entries if isinstance(one.event, ActionAsked)}
    if asked <= {"", user}:
        return frozenset()
    queued = {one.event.user for one in entries if isinstance(one.event, MessageQueued | RequestAccepted)}
    return frozenset(one.upper() for one in asked | queued) - {"", user.upper()}


def _name_of(event: Event, others: frozenset[str]) -> str:
    """Name of an exchange, message, command or action of the others; empty: it is none of theirs."""
    match event:
        case RequestAccepted(exchange=name, user=user) | MessageQueued(message=name, user=user):
            return name if user.upper() in others else ""
        case RequestRefused(exchange=name, user=str(user)):
            return name if user.upper() in others else ""
        case CommandSent(command=name, request_id=request_id):
            return name if _originator(request_id) in others else ""
        case ActionAsked(action=name, content=content):
            return name if str(content.get("user", "")).upper() in others else ""
        case _:
            return ""


def _originator(request_id: object) -> str:
    return request_id.partition(":")[0].upper() if isinstance(request_id, str) else ""


def _is_hidden(event: Event, others: frozenset[str], hidden: frozenset[str]) -> bool:
    if isinstance(event, CheckJudged):
        return bool(event.user)
    if any(getattr(event, field, None) in hidden for field in _NAMES if isinstance(getattr(event, field, None), str)):
        return True
    users = (getattr(event, field, None) for field in _USERS)
    if any(isinstance(one, str) and one.upper() in others for one in users):
        return True
    return _originator(getattr(event, "request_id", None)) in others
