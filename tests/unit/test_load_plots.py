"""The plots of a load report: axes with round places, everything inside the drawing."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.load.reporting.plots import Line, plot, ticks


@given(
    first=st.integers(0, 10_000).map(float),
    span=st.floats(1e-2, 1e7),
    are_whole=st.booleans(),
)
def test_places_are_round_equally_apart_and_reach_the_end(first: float, span: float, are_whole: bool) -> None:
    last = first + span
    places = ticks(first, last, are_whole=are_whole)
    step = places[1] - places[0]
    assert places[0] == first
    assert places[-1] >= last - step * 1e-6
    assert 2 <= len(places) <= 6
    assert len(places) == 2 or places[-2] < last
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-6)
    assert min(abs(mantissa - each) for each in (1, 2, 5)) < 1e-2
    assert not are_whole or step >= 1 - 1e-6


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (1.0, ["0", "1"]),
        (100.0, ["0", "20", "40", "60", "80", "100"]),
        (0.0046, ["0", "0.001", "0.002", "0.003", "0.004", "0.005"]),
        (0.0, ["0", "1"]),
    ],
)
def test_a_reader_reads_round_numbers(most: float, expected: list[str]) -> None:
    drawn = plot("Waiting", "messages", [0.0, 11.0], [Line("backlog", [0.0, most])])
    assert re.findall(r'text-anchor="end"[^>]*>([^<]+)<', drawn) == expected
    assert all(34 - 1e-6 <= float(y) <= 206 for y in re.findall(r'points="[^"]*,([\d.]+)"', drawn))


def test_places_beyond_the_last_are_not_written_below_the_plot() -> None:
    drawn = plot("Rate", "1/s", [float(second) for second in range(12)], [Line("offered", [1.0] * 12)])
    assert re.findall(r'text-anchor="middle"[^>]*>([^<]+) s<', drawn) == ["0", "5", "10"]
