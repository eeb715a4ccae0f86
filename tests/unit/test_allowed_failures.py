"""Failures that are let pass: by scenario, by check, until a day; what they do to the exit code and to nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from harness.allowed_failures import AllowedFailure, pass_over
from harness.settings import load_settings
from stubs.wire.errors import InputError

TODAY = date(2026, 3, 31)


@dataclass(frozen=True)
class Failed:
    id: str
    key: str
    decided_by: str = "reading-agrees"


def allowed(scenario: str, until: date = TODAY, check: str = "") -> AllowedFailure:
    return AllowedFailure(scenario=scenario, check=check, reason="known", owner="team", until=until)


@pytest.mark.parametrize("name", ["SR-201", "sr-201-is"])
def test_a_failure_is_let_pass_by_id_or_key_up_to_its_last_day(name: str) -> None:
    found = pass_over([Failed("SR-201", "SR-201-IS")], [allowed(name)], TODAY)
    assert (found.passed_over, found.counted, found.notes) == (("SR-201-IS",), (), ())


def test_an_entry_out_of_date_lets_nothing_pass_and_is_told() -> None:
    found = pass_over([Failed("SR-201", "SR-201-IS")], [allowed("SR-201", date(2026, 3, 30))], TODAY)
    assert found.counted == ("SR-201-IS",)
    assert "ended on 2026-03-30 (team)" in found.notes[0]


def test_another_check_than_the_one_named_counts() -> None:
    entry = allowed("SR-201", check="alert-acknowledged")
    assert pass_over([Failed("SR-201", "SR-201-IS")], [entry], TODAY).counted == ("SR-201-IS",)


def test_an_entry_that_no_failure_needs_is_told() -> None:
    assert "take it off the list" in pass_over([], [allowed("SR-201")], TODAY).notes[0]


def test_the_run_file_asks_for_reason_owner_and_day(tmp_path: Path) -> None:
    path = tmp_path / "uept.toml"
    whole = '[[allowed_failures]]\nscenario = "SR-201"\nreason = "known"\nowner = "team"\nuntil = 2026-03-31\n'
    path.write_text(whole)
    assert load_settings(path).allowed_failures == (allowed("SR-201"),)
    for line in whole.splitlines()[1:]:
        path.write_text(whole.replace(line + "\n", ""))
        with pytest.raises(InputError):
            load_settings(path)
