"""Plots as SVG that stands alone: a title and a description for screen readers, lines told apart by dashes too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 860, 240, 64, 16, 34, 34
_INK, _SOFT = "#1b1f24", "#d0d7de"
_STYLES = (("#0550ae", ""), ("#a40e26", "6 3"), ("#116329", "2 3"), ("#7d4e00", "8 3 2 3"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot: a value for each place on the x axis."""

    name: str
    values: Sequence[float]


def plot(title: str, unit: str, places: Sequence[float], lines: Sequence[Line], x_unit: str = "s") -> str:
    """Lines over ``places``; the y axis begins at 0."""
    values = [value for line in lines for value in line.values]
    y_ticks = ticks(0.0, max(values, default=0.0) or 1.0, are_whole=all(value == int(value) for value in values))
    top = y_ticks[-1]
    first, last = (places[0], places[-1]) if places else (0.0, 1.0)
    span = (last - first) or 1.0

    def x(place: float) -> float:
        return _LEFT + (place - first) / span * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _TOP + (1 - value / top) * (_HEIGHT - _TOP - _BOTTOM)

    words = "; ".join(f"{line.name}: most {_short(max(line.values, default=0.0))} {unit}" for line in lines)
    label = escape(f"{title}. {words}")
    opening = (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg" '
        f'font-family="system-ui,Arial,sans-serif" font-size="12"><title>{escape(title)}</title>'
    )
    parts = [opening]
    parts += [
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="{_SOFT}"/>'
        f'<text x="{_LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end" fill="{_INK}">{_short(value)}</text>'
        for value in y_ticks
    ]
    for place in ticks(first, last, are_whole=all(place == int(place) for place in places)):
        if place > last:
            break
        parts.append(
            f'<text x="{x(place):.1f}" y="{_HEIGHT - 12}" text-anchor="middle" fill="{_INK}">'
            f"{_short(place)} {x_unit}</text>"
        )
    for number, line in enumerate(lines):
        colour, dashes = _STYLES[number % len(_STYLES)]
        points = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in zip(places, line.values, strict=True))
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        key = _LEFT + number * 190
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>'
            f'<line x1="{key}" x2="{key + 26}" y1="14" y2="14" stroke="{colour}" stroke-width="2.4"{dash}/>'
            f'<text x="{key + 32}" y="18" fill="{_INK}">{escape(f"{line.name}, {unit}")}</text>'
        )
    return "".join([*parts, "</svg>"])


def ticks(first: float, last: float, *, are_whole: bool) -> list[float]:
    """Round places from ``first`` on, 1, 2 or 5 times a power of ten apart, at most six, to ``last`` or beyond.

    ``are_whole``: what is drawn is counted, so that no place between two whole numbers means anything.
    """
    rough = ((last - first) or 1.0) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough * (1 - 1e-9))
    if are_whole:
        step = max(step, 1.0)
    steps = max(1, math.ceil((last - first) / step - 1e-9))
    return [first + step * number for number in range(steps + 1)]


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
