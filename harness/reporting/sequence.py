"""A message sequence as a diagram: inline SVG, with a text alternative for those who cannot see it.

Lanes are the party, the DCC, the SSI and the devices that took part; time goes down; each arrow links to the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_LANE = 300
_ROW = 34
_TOP = 58
_MARGIN = 110


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message between two lanes.

    ``tone`` is ``plain``, ``good``, ``bad`` or ``note``; colour is never the only sign (a failed one is dashed and says
    so in its label). ``anchor`` is the id of the message's details in the page; empty means no link.
    """

    sender: str
    receiver: str
    label: str
    time: str
    tone: str = "plain"
    anchor: str = ""


def draw(lanes: Sequence[str], arrows: Sequence[Arrow], title: str) -> str:
    """The diagram as an ``<svg>`` element; widths and heights in CSS pixels.

    Args:
        lanes: names in order from left to right; every arrow's ends are among them.
        arrows: in the order of time.
        title: the diagram's accessible name.
    """
    width = 2 * _MARGIN + _LANE * max(len(lanes) - 1, 1)
    height = _TOP + _ROW * (len(arrows) + 1)
    positions = {lane: _MARGIN + _LANE * index for index, lane in enumerate(lanes)}
    described = "; ".join(f"{arrow.time} {arrow.sender} to {arrow.receiver}: {arrow.label}" for arrow in arrows)
    opening = (
        f'<svg class="sequence" role="group" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' aria-label="{escape(title, quote=True)}"><title>{escape(title)}</title><desc>{escape(described)}</desc>'
    )
    parts = [
        opening,
        *(_lane(lane, x, height) for lane, x in positions.items()),
        *(_arrow(arrow, positions, _TOP + _ROW * (index + 0.6)) for index, arrow in enumerate(arrows)),
        "</svg>",
    ]
    return "".join(parts)


def _lane(name: str, x: int, height: int) -> str:
    first, _, second = name.partition("\n")
    small = f'<text x="{x}" y="36" class="lane-detail">{escape(second)}</text>' if second else ""
    return (
        f'<line x1="{x}" y1="{_TOP - 14}" x2="{x}" y2="{height - 6}" class="lane"/>'
        f'<text x="{x}" y="20" class="lane-name">{escape(first)}</text>{small}'
    )


def _arrow(arrow: Arrow, positions: dict[str, int], y: float) -> str:
    start, end = positions[arrow.sender], positions[arrow.receiver]
    if start == end:
        body = (
            f'<rect x="{start - 96}" y="{y - 17:.0f}" width="192" height="23" rx="4" class="note-box"/>'
            f'<text x="{start}" y="{y - 1:.0f}" class="label">{escape(_short(arrow.label, 34))}</text>'
        )
    else:
        direction = 1 if end > start else -1
        tip = f"{end},{y:.0f} {end - 8 * direction},{y - 4:.0f} {end - 8 * direction},{y + 4:.0f}"
        room = abs(end - start) // 7
        body = (
            f'<line x1="{start}" y1="{y:.0f}" x2="{end - 7 * direction}" y2="{y:.0f}" class="wire"/>'
            f'<polygon points="{tip}" class="tip"/>'
            f'<text x="{(start + end) // 2}" y="{y - 6:.0f}" class="label">{escape(_short(arrow.label, room))}</text>'
        )
    full = f"<title>{escape(f'{arrow.time} {arrow.label}')}</title>"
    group = f'<g class="arrow {arrow.tone}">{full}{body}</g>'
    time = f'<text x="4" y="{y:.0f}" class="time">{escape(arrow.time)}</text>'
    if arrow.anchor:
        return f'{time}<a href="#{escape(arrow.anchor, quote=True)}">{group}</a>'
    return time + group


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(limit - 1, 1)] + "…"
