"""Pictures as SVG that stands alone: no style sheet, a sign beside each colour, words for screen readers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape

from harness.reporting.completion.model import CoverageRow, TimelineMark, Timing
from harness.uep.timeline import Mark
from harness.uep.timeline import draw as draw_timeline
from schemas import load

__all__ = ["STATES", "coverage", "histogram", "timeline"]

STATES: dict[str, tuple[str, str, str]] = {
    "passed": ("✓", "#1a7f37", "#ffffff"),
    "attested": ("a", "#424a53", "#ffffff"),
    "failed": ("✗", "#b3151f", "#ffffff"),
    "blocked": ("!", "#7d4e00", "#ffffff"),
    "review": ("?", "#fff3b0", "#1b1f24"),
    "declared-unused": ("–", "#6639ba", "#ffffff"),  # noqa: RUF001 - a dash is the sign
    "refusal-shown": ("⊘", "#b6e3ff", "#1b1f24"),
    "not-covered": ("·", "#ffd7d5", "#82071e"),
}
"""State of a service to sign, fill and ink. Gaps are red, as a reviewer looks for them."""
_CELL, _LEFT, _TOP, _PER_ROW = 19, 46, 44, 43


def coverage(rows: Iterable[CoverageRow]) -> str:
    """Role by service: bands of 43 services, one line per role."""
    cells = {(row.role, row.srv): row for row in rows}
    roles = list(dict.fromkeys(role for role, _ in cells))
    services = [srv for srv in load.service_requests() if any((role, srv) in cells for role in roles)]
    bands = [services[start : start + _PER_ROW] for start in range(0, len(services), _PER_ROW)]
    band = _TOP + _CELL * len(roles) + 8
    width, height = _LEFT + _CELL * min(len(services), _PER_ROW) + 6, max(band * len(bands), 20)
    counts = {state: sum(row.state == state for row in cells.values()) for state in STATES}
    words = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    parts = [_opening(width, height, f"Services by role: {words}")]
    for number, own in enumerate(bands):
        top = band * number + _TOP
        for column, srv in enumerate(own):
            x = _LEFT + _CELL * column
            parts.append(
                f'<text transform="translate({x + 12},{top - 4}) rotate(-60)" fill="#1b1f24">{escape(srv)}</text>'
            )
        for line, role in enumerate(roles):
            y = top + _CELL * line
            parts.append(f'<text x="{_LEFT - 6}" y="{y + 13}" text-anchor="end" fill="#1b1f24">{escape(role)}</text>')
            parts += [_cell(cells.get((role, srv)), _LEFT + _CELL * column, y) for column, srv in enumerate(own)]
    return "".join([*parts, "</svg>"])


def _cell(row: CoverageRow | None, x: int, y: int) -> str:
    if row is None:
        return f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="#ffffff" stroke="#eaeef2"/>'
    sign, fill, ink = STATES[row.state]
    return (
        f"<g><title>{escape(f'{row.role} {row.srv} {row.name}: {row.state}')}</title>"
        f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="{fill}" stroke="#ffffff"/>'
        f'<text x="{x + _CELL / 2}" y="{y + 13}" text-anchor="middle" fill="{ink}" font-weight="bold">{sign}</text></g>'
    )


def histogram(timing: Timing) -> str:
    """Bars of one kind of waiting, with their counts in figures."""
    width, height, base, step = 420, 150, 128, 41
    most = max((count for _, count in timing.histogram), default=0) or 1
    title = f"{timing.what}: {timing.count} measured, median {timing.median:g} s, longest {timing.longest:g} s"
    parts = [
        _opening(width, height, title),
        f'<text x="8" y="10" fill="#1b1f24" font-size="11" font-weight="bold">{escape(timing.what)}</text>',
        f'<line x1="4" x2="{width - 4}" y1="{base}" y2="{base}" stroke="#57606a"/>',
    ]
    for number, (label, count) in enumerate(timing.histogram):
        x, bar = 8 + step * number, round(90 * count / most)
        parts.append(
            f'<rect x="{x}" y="{base - bar}" width="{step - 8}" height="{bar}" fill="#0550ae"/>'
            f'<text x="{x + (step - 8) / 2}" y="{base - bar - 4}" text-anchor="middle" fill="#1b1f24">{count}</text>'
            f'<text x="{x + (step - 8) / 2}" y="{base + 13}" text-anchor="middle" fill="#1b1f24">{escape(label)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _opening(width: int, height: int, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="sans-serif" font-size="9"><title>{escape(title)}</title>'
    )


def timeline(marks: Iterable[TimelineMark], today: date, title: str) -> str:
    """The process of one role: what happened, what is due, what is late."""
    return draw_timeline([Mark(one.text, one.on, one.state) for one in marks], today, title)
