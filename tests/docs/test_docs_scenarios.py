"""The page on scenarios names every home, state and happening there is."""

from __future__ import annotations

from pathlib import Path

from harness.engine.conditions import CONDITIONS, HAPPENINGS
from harness.engine.homes import HOMES, STATUSES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_the_page_names_all_words_of_scenarios() -> None:
    words = " ".join(PAGE.split())
    assert [known for known in (*STATUSES, *CONDITIONS, *HAPPENINGS) if known not in words] == []
    for name, home in HOMES.items():
        assert f"| {name} | {', '.join(device.name for device in home.devices)} |" in PAGE
