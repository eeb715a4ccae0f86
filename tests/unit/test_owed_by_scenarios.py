"""The checks that a scenario owes are read from its steps without a run: of every scenario, whatever its steps do."""

from __future__ import annotations

import pytest

from harness.judging import owed
from harness.judging.owed import UNKNOWN, ScenarioSet, is_same_text
from stubs.wire.errors import Blocked


def test_every_scenario_of_the_library_says_what_it_owes() -> None:
    known = ScenarioSet()
    expected = {key: sum(len(step.checks) for step in known.owed(key, {})) for key in known.library}
    assert [key for key, checks in expected.items() if not checks] == []


@pytest.mark.parametrize(
    "reckoned",
    [UNKNOWN + 1, 1 + UNKNOWN, UNKNOWN - 1, 1 - UNKNOWN, 2 * UNKNOWN, UNKNOWN / 2, UNKNOWN // 2, UNKNOWN % 2, -UNKNOWN],
)
def test_what_is_reckoned_from_an_unknown_value_is_unknown(reckoned: object) -> None:
    assert reckoned is UNKNOWN


@pytest.mark.parametrize(
    "owed_text", [f"of the {UNKNOWN} that", f"of the {UNKNOWN:>4} that", f"of the {UNKNOWN!r} that"]
)
@pytest.mark.parametrize(
    ("told", "is_same"), [("of the 40 that", True), ("of the  that", True), ("of 40 that", False), ("", False)]
)
def test_a_text_with_an_unknown_value_in_it_agrees_with_any_value_there(
    owed_text: str, told: str, is_same: bool
) -> None:
    assert is_same_text(owed_text, told) is is_same
    assert not is_same_text("of the 40 that", "of the 41 that")


def test_a_step_that_cannot_be_walked_through_is_told_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    known = ScenarioSet()
    key = next(iter(known.library))

    def stumble(*_args: object, **_named: object) -> None:
        raise TypeError("not of this kind")

    monkeypatch.setattr(owed._NotingWorld, "expect", stumble)
    with pytest.raises(Blocked, match="cannot be walked through without a run: not of this kind"):
        known.owed(key, {})
