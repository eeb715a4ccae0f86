"""How a scenario ends early: each exception carries the finding that a person is shown."""

from __future__ import annotations

from harness.checks import Finding, Verdict
from stubs.wire.errors import Misuse


class ScenarioStopped(Exception):  # noqa: N818 - normal traffic of a rehearsal
    """A check decided; ``str()`` is the three lines expected, got, rule."""

    def __init__(self, finding: Finding) -> None:
        super().__init__("\n".join(finding.lines))
        self.finding = finding


class CheckFailed(ScenarioStopped):
    """The party broke a rule."""


class CheckBlocked(ScenarioStopped):
    """No judgement is possible, and not through the party."""


class NotAsked(ScenarioStopped):
    """The party's system cannot be asked this: the scenario did not run."""


_STOPS: dict[Verdict, type[ScenarioStopped]] = {
    Verdict.FAIL: CheckFailed,
    Verdict.BLOCKED: CheckBlocked,
    Verdict.NOT_RUN: NotAsked,
}


def stop_for(finding: Finding) -> ScenarioStopped | None:
    """The exception a finding ends its scenario with; None when the scenario goes on."""
    stop = _STOPS.get(finding.verdict)
    return stop(finding) if stop else None


def verdict_of(error: BaseException) -> tuple[Verdict, str]:
    """What an exception in a step amounts to; an unexpected error of ours is BLOCKED, never FAIL."""
    if isinstance(error, ScenarioStopped):
        return error.finding.verdict, f"expected {error.finding.expected}; got {error.finding.got}"
    if isinstance(error, KeyboardInterrupt):
        return Verdict.NOT_RUN, "interrupted"
    kind = "called wrongly" if isinstance(error, Misuse) else type(error).__name__
    return Verdict.BLOCKED, f"an error of the harness or its surroundings ({kind}): {error}"
