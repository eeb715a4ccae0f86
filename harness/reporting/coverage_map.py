"""Role by service as one picture: inline SVG whose cells carry a sign as well as a colour, and link to a scenario."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from harness.reporting.model import Coverage
from schemas import load

_SIGNS = {
    "passed": "✓",
    "attested": "☑",
    "failed": "✗",
    "blocked": "!",
    "review": "?",
    "declared-unused": "\N{EN DASH}",
    "refusal-shown": "⊘",
    "not-covered": "·",
}
_ON_DARK = {"passed", "attested", "failed", "blocked", "declared-unused"}
_CELL, _LEFT, _TOP, _PER_ROW = 24, 96, 56, 44


def draw(coverage: Iterable[Coverage]) -> str:
    """The map as an ``<svg>``: one band of rows per 44 services, one row per role."""
    cells = {(row.role, row.srv): row for row in coverage}
    roles = list(dict.fromkeys(role for role, _ in cells))
    services = [srv for srv in load.service_requests() if any((role, srv) in cells for role in roles)]
    bands = [services[start : start + _PER_ROW] for start in range(0, len(services), _PER_ROW)]
    band_height = _TOP + _CELL * len(roles) + 14
    width = _LEFT + _CELL * min(max(len(services), 1), _PER_ROW) + 8
    height = band_height * len(bands)
    parts = [_opening(width, height, cells.values())]
    for index, band in enumerate(bands):
        top = band_height * index + _TOP
        parts += [_column(srv, _LEFT + _CELL * column, top) for column, srv in enumerate(band)]
        for line, role in enumerate(roles):
            y = top + _CELL * line
            parts.append(f'<text x="{_LEFT - 10}" y="{y + 16}" text-anchor="end" class="axis">{escape(role)}</text>')
            parts += [_cell(cells.get((role, srv)), _LEFT + _CELL * column, y) for column, srv in enumerate(band)]
    return "".join([*parts, "</svg>"])


def _opening(width: int, height: int, rows: Iterable[Coverage]) -> str:
    counts = dict.fromkeys(_SIGNS, 0)
    for row in rows:
        counts[row.state] += 1
    words = ", ".join(f"{count} {state}" for state, count in counts.items())
    return (
        f'<svg class="map" role="group" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' aria-label="Coverage of services by role: {escape(words)}"><desc>Pairs of role and service: {escape(words)}.'
        " The same data stands in the table below and in coverage.csv.</desc>"
    )


def _column(srv: str, x: int, top: int) -> str:
    return (
        f'<text transform="translate({x + 16},{top - 6}) rotate(-60)" class="axis"><title>{escape(_name(srv))}</title>'
        f"{escape(srv)}</text>"
    )


def _name(srv: str) -> str:
    return load.service_requests()[load.Srv(srv)].name


def _cell(row: Coverage | None, x: int, y: int) -> str:
    if row is None:
        return f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" class="s-none"/>'
    runs = (*row.positive, *row.negative)
    title = f"{row.role} {row.srv} {row.name}: {row.state}" + (f" ({', '.join(runs)})" if runs else "")
    dark = " on-dark" if row.state in _ON_DARK else ""
    box = f'x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" rx="3"'
    body = (
        f'<rect {box} class="s-{row.state}"><title>{escape(title)}</title>'
        f'</rect><text x="{x + _CELL // 2}" y="{y + 16}" class="mark{dark}">{_SIGNS[row.state]}</text>'
    )
    return (
        f'<a href="#{escape(runs[0], quote=True)}" aria-label="{escape(title, quote=True)}">{body}</a>'
        if runs
        else body
    )
