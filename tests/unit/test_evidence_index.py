"""Judging a run again costs in proportion to its entries: each slice is read once, whatever else the run holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.checks import evidence_index
from harness.checks.evidence_index import EvidenceIndex
from stubs.events import AnyEvent, Entry, InventoryChanged, ScenarioStarted

NOW = datetime(2026, 1, 15, tzinfo=UTC)
LENGTH = 10
"""Entries of a scenario, its start included."""


def eui(number: int) -> str:
    return number.to_bytes(8, "big").hex("-").upper()


def run_of(scenarios: int) -> list[Entry]:
    """Scenarios one after the other, each with a device of its own, which each of its entries is about."""
    events: list[AnyEvent] = []
    for number in range(scenarios):
        device = eui(number)
        premises = {"devices": {"esme": device}}
        events.append(
            ScenarioStarted(
                scenario=f"S-{number}", attempt=1, role="IS", title="t", scope="DUIS", priority="P1", srvs=(),
                feature="f", premises=premises,
            )
        )  # fmt: skip
        events += [InventoryChanged(device=device, values={}, cause="x")] * (LENGTH - 1)
    return [Entry(seq=seq, at=NOW, event=event, hash=b"") for seq, event in enumerate(events, start=1)]


@pytest.mark.parametrize("scenarios", [10, 100])
def test_each_entry_is_looked_at_once_however_many_checks_there_are(
    scenarios: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []
    original = evidence_index._names

    def counted(*given: object) -> bool:
        looked_at.append(1)
        return original(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(evidence_index, "_names", counted)
    index = EvidenceIndex(run_of(scenarios))
    for number in range(scenarios):
        for _ in range(5):
            index.evidence(f"S-{number}", "IS", number * LENGTH + 1, (number + 1) * LENGTH)
    assert len(looked_at) == scenarios * LENGTH
