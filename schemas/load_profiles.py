"""Load profiles as rows: what a fleet sends, in which shares, in which shape over time, and the figures behind rates.

Every row carries ``provenance`` and ``confidence``. Figures are of the DCC's article "Operating at scale" (July 2022).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

from schemas.load import resource

Basis = Literal["readings", "device-alerts", "all"]
MessageKind = Literal["response", "device-alert", "dcc-alert"]
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class LoadFigure:
    """One number with its unit and its source."""

    figure: str
    value: float
    unit: str
    meaning: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class LoadMessageRow:
    """One kind of message of a profile; ``share`` is relative to the other rows of the profile.

    ``device_type`` empty: any; ``code`` of an alert, ``srv`` and ``use_case`` of a response.
    """

    profile: str
    share: float
    kind: MessageKind
    device_type: str
    code: str
    srv: str
    use_case: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """Messages that are sent, and their spread: ``shape`` holds (length, rate) of sections, both relative."""

    profile: str
    title: str
    basis: Basis
    """Which of a meter's messages of a day the rate of ``--meters`` counts."""
    shape: tuple[tuple[float, float], ...]
    messages: tuple[LoadMessageRow, ...]
    provenance: str
    confidence: str


@cache
def load_figures() -> Mapping[str, LoadFigure]:
    """By name."""
    rows = (row | {"value": float(row["value"])} for row in _rows("load-figures.csv"))
    return MappingProxyType({str(row["figure"]): LoadFigure(**cast("dict[str, object]", row)) for row in rows})  # type: ignore[arg-type]


@cache
def load_profiles() -> Mapping[str, LoadProfile]:
    """By name."""
    messages = tuple(
        LoadMessageRow(**(row | {"share": float(row["share"])}))  # type: ignore[arg-type]
        for row in _rows("load-messages.csv")
    )
    return MappingProxyType(
        {
            row["profile"]: LoadProfile(
                profile=row["profile"],
                title=row["title"],
                basis=cast("Basis", row["basis"]),
                shape=tuple(_section(text) for text in row["shape"].split()),
                messages=tuple(one for one in messages if one.profile == row["profile"]),
                provenance=row["provenance"],
                confidence=row["confidence"],
            )
            for row in _rows("load-profiles.csv")
        }
    )


def per_meter_and_day(basis: Basis) -> float:
    """Messages of one meter on one day, by the figures of the network."""
    figures = load_figures()
    a_day = figures["meters"].value * figures["days"].value
    counted = {
        "readings": figures["messages"].value * figures["reading-share"].value,
        "device-alerts": figures["device-alerts"].value,
        "all": sum(figures[name].value for name in ("messages", "device-alerts", "dcc-alerts")),
    }
    return counted[basis] / a_day


def derived_rate(profile: LoadProfile, meters: int, burst_factor: float, growth: float) -> float:
    """Messages a second of a supplier with ``meters`` while a burst of the profile goes on."""
    return meters * per_meter_and_day(profile.basis) / _SECONDS_A_DAY * burst_factor * growth


def _section(text: str) -> tuple[float, float]:
    length, _, rate = text.partition(":")
    return float(length), float(rate)


def _rows(name: str) -> list[dict[str, str]]:
    with resource("catalogue", name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
