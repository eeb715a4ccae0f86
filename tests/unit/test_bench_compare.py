"""Comparing two revisions by the bench: which figures are set side by side, and what ratio is printed."""

from __future__ import annotations

import pytest

from tests.bench.compare import compared, figures_of
from tests.bench.core import accepted, bare_core
from tests.bench.mix import TEMPLATES


def test_only_what_both_sides_measured_in_every_round_is_compared_by_its_median() -> None:
    this = [{("a", "x"): 2.0, ("a", "new"): 1.0}, {("a", "x"): 4.0, ("a", "new"): 1.0}, {("a", "x"): 3.0}]
    other = [{("a", "x"): 6.0, ("b", "gone"): 1.0}]
    assert compared(this, other) == [{"section": "a", "name": "x", "this": 3.0, "other": 6.0, "ratio": 0.5}]


def test_a_figure_of_nothing_has_no_ratio() -> None:
    assert compared([{("a", "x"): 1.0}], [{("a", "x"): 0.0}])[0]["ratio"] is None


def test_figures_that_could_not_be_had_are_left_out() -> None:
    document = {"figures": [{"section": "a", "name": "x", "value": 1}, {"section": "d", "name": "y", "value": None}]}
    assert figures_of(document) == {("a", "x"): 1.0}


def test_without_the_reference_data_every_example_of_ours_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.mix.TEMPLATES", TEMPLATES / "nowhere")
    with bare_core() as core:
        good, refused = accepted(core)
    assert refused == []
    assert {"8.2", "8.4", "12.2", "4.1.1", "7.1"} <= {template.srv for template in good}
