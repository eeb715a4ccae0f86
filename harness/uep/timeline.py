"""The process of one role as a picture (SVG): what was given, what is due, what is late. Colour never stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from harness.uep.dates import Deadline, Given

_WIDTH, _LEFT, _ROW, _TOP = 960, 390, 30, 46
_SIGNS = {"event": "●", "met": "✓", "met late": "!", "too early": "!", "late": "✗", "due": "○"}
_COLOURS = {
    "event": "#0b3d66",
    "met": "#1a7f37",
    "met late": "#7d4e00",
    "too early": "#7d4e00",
    "late": "#b3151f",
    "due": "#57606a",
}
_EVENTS = {
    "notice": "Notice given to DCC",
    "start": "Start of the tests",
    "end": "End of the tests",
    "report": "Test Completion Report sent",
    "receipt": "Receipt confirmed",
    "review": "Review result",
    "quality_gate": "Quality gate passed",
    "certificate": "Test Completion Certificate",
    "assessment_applied": "Assessment applied for",
    "assessment_booked": "Assessment",
    "mandate": "Role required by licence from",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the picture."""

    text: str
    on: date
    state: str
    """``event``, or the state of a deadline."""


def marks(given: Given, deadlines: Sequence[Deadline], today: date) -> tuple[Mark, ...]:
    """Return past events and deadlines, by date."""
    happened = [Mark(text, day, "event") for key, text in _EVENTS.items() if (day := getattr(given, key))]
    due = [Mark(one.text, one.on, one.state(today)) for one in deadlines]
    return tuple(sorted([*happened, *due], key=lambda mark: (mark.on, mark.state != "event")))


def draw(rows: Sequence[Mark], today: date, title: str) -> str:
    """The picture as an ``<svg>`` that stands alone; it says so when there is no date yet."""
    if not rows:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" viewBox="0 0 {_WIDTH} 40"'
            f' width="{_WIDTH}" height="40" font-family="sans-serif" font-size="13"><title>{escape(title)}</title>'
            '<text x="8" y="24">No date is known yet.</text></svg>'
        )
    first = min(today, rows[0].on) - timedelta(days=3)
    last = max(today, rows[-1].on) + timedelta(days=3)
    height = _TOP + _ROW * len(rows) + 12
    words = "; ".join(f"{mark.on:%d %b %Y} {mark.text} ({mark.state})" for mark in rows)

    def x_of(day: date) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - 150) * (day - first).days / max((last - first).days, 1), 1)

    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}" font-family="sans-serif" font-size="12">'
        f"<title>{escape(title)}</title><desc>{escape(words)}</desc>"
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
    )
    parts = [opening]
    now = x_of(today)
    parts.append(
        f'<line x1="{now}" x2="{now}" y1="30" y2="{height - 8}" stroke="#57606a" stroke-dasharray="4 3"/>'
        f'<text x="{now}" y="22" text-anchor="middle" fill="#1f2328">today {today:%d %b %Y}</text>'
    )
    for index, mark in enumerate(rows):
        y, x, colour = _TOP + _ROW * index + 14, x_of(mark.on), _COLOURS[mark.state]
        if index % 2 == 0:
            parts.append(f'<rect x="0" y="{y - 19}" width="{_WIDTH}" height="{_ROW}" fill="#f6f8fa" opacity="0.7"/>')
        word = "" if mark.state == "event" else f" ({mark.state})"
        parts.append(
            f'<text x="{_LEFT - 12}" y="{y}" text-anchor="end" fill="#1f2328">{escape(_short(mark.text))}</text>'
            f'<line x1="{_LEFT}" x2="{x}" y1="{y - 4}" y2="{y - 4}" stroke="#d0d7de"/>'
            f'<text x="{x}" y="{y}" text-anchor="middle" font-size="15" fill="{colour}">{_SIGNS[mark.state]}</text>'
            f'<text x="{x + 12}" y="{y}" fill="{colour}">{mark.on:%d %b %Y}{word}</text>'
        )
    return "".join([*parts, "</svg>"])


def _short(text: str, most: int = 56) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
