"""The wait for a check on a clock of its own: on time, late and made up for, late beyond all allowance."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness.checks import Finding, Owner, Verdict
from harness.engine.deciding import Deciding
from harness.engine.run_context import TICK
from tests.story import Story

ALLOWED = 4.0 + 1.0 + 2.0
"""Seconds of deadline, grace and patience below."""
BEGAN = 100.0


class Late:
    """One wait on a told clock: each wait for the journal lasts ``extra`` seconds longer than asked for, in turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *extra: float, busy: bool = False) -> None:
        self.now = BEGAN
        self.story = Story().asked()
        self.extra = list(extra)
        self.arrives_at = 0
        self.waits: list[float] = []
        self.busy = busy
        monkeypatch.setattr("harness.engine.deciding.time", SimpleNamespace(monotonic=lambda: self.now))

    def wait(self, *, after: int, timeout: float) -> None:
        assert after == len(self.story.entries)
        self.waits.append(timeout)
        self.now += timeout + (self.extra.pop(0) if self.extra else 0.0)
        if len(self.waits) == self.arrives_at:
            self.story.posted()

    def decide(self) -> tuple[Finding, float]:
        context: Any = SimpleNamespace(
            settings=SimpleNamespace(deadline=4.0, grace=1.0, patience=2.0),
            run_control=SimpleNamespace(heed=lambda: None, added=0.0),
            surroundings=list,
            journal=SimpleNamespace(is_behind=False, wait=self.wait),
            progress=SimpleNamespace(awaiting=lambda _what, _left: None),
        )
        scenario: Any = SimpleNamespace(id="SR-201", role="IS")
        recorder: Any = SimpleNamespace(read=lambda: list(self.story.entries), first=1)
        runner: Any = SimpleNamespace(is_busy=self.busy)
        finding, last, late = Deciding(context, scenario, recorder).decide("request-accepted", {}, runner)
        assert last == len(self.story.entries)
        return finding, late


def test_on_time_what_never_comes_fails_when_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = Late(monkeypatch)
    finding, late = wait.decide()
    assert (finding.verdict, finding.owner, late) == (Verdict.FAIL, Owner.PARTY, 0.0)
    assert wait.now == BEGAN + 2.0
    assert wait.waits == [TICK] * 4
    assert finding.got.endswith("(after waiting 2.0 s, 0.0 s beyond the limit of 2.0 s)")


def test_a_busy_party_is_waited_for_until_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = Late(monkeypatch, busy=True)
    finding, late = wait.decide()
    assert (finding.verdict, late, wait.now) == (Verdict.FAIL, 0.0, BEGAN + ALLOWED)


@pytest.mark.parametrize("extra", [0.25, 1.0, 3.0, ALLOWED])
def test_our_own_lateness_is_waited_longer_for(monkeypatch: pytest.MonkeyPatch, extra: float) -> None:
    wait = Late(monkeypatch, extra)
    finding, late = wait.decide()
    assert (finding.verdict, finding.owner, late) == (Verdict.FAIL, Owner.PARTY, 0.0)
    assert wait.now == BEGAN + 2.0 + extra
    assert (f"this run itself was {extra:.1f} s late" in finding.got) is (extra >= 1)


@pytest.mark.parametrize("beyond", [0.5, 60.0])
def test_lateness_that_cannot_be_made_up_for_blocks_and_is_never_the_partys(
    monkeypatch: pytest.MonkeyPatch, beyond: float
) -> None:
    wait = Late(monkeypatch, ALLOWED + beyond)
    finding, late = wait.decide()
    assert (finding.verdict, finding.owner, late) == (Verdict.BLOCKED, Owner.HARNESS, beyond)
    assert f"the run itself was {beyond:.1f} s late" in finding.got


@pytest.mark.parametrize("extra", [0.0, 1.0, ALLOWED - TICK])
def test_what_comes_while_we_are_late_counts(monkeypatch: pytest.MonkeyPatch, extra: float) -> None:
    wait = Late(monkeypatch, extra)
    wait.arrives_at = 2
    finding, late = wait.decide()
    assert (finding.verdict, late, len(wait.waits)) == (Verdict.PASS, 0.0, 2)
