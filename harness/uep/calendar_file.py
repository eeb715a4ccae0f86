"""Deadlines as an iCalendar file (RFC 5545): all-day events, whose identities follow from their content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event

from harness.uep.dates import Deadline


def ics(deadlines: Iterable[Deadline], calendar_name: str, stamp: datetime, subject: str = "") -> bytes:
    """The file's bytes.

    Args:
        deadlines: one event each.
        calendar_name: of the Working Day calendar, told in every event.
        stamp: when it was written, with a zone.
        subject: put before each title, such as the role.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//uept-harness//User Entry Process//EN")
    calendar.add("version", "2.0")
    for one in deadlines:
        event = Event()
        title = f"{subject}: {one.text}" if subject else one.text
        event.add("uid", sha256(f"{title}{one.on}{one.key}".encode()).hexdigest()[:32] + "@uept-harness.invalid")
        event.add("dtstamp", stamp.astimezone(UTC))
        event.add("dtstart", one.on)
        event.add("dtend", one.on + timedelta(days=1))
        event.add("summary", title)
        event.add("description", f"{one.who}: {one.bound} day. {one.rule}. Working Day calendar: {calendar_name}.")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
