"""Early ends of a scenario: each exception carries the finding that a person is shown."""

from __future__ import annotations

from typing import NamedTuple

from stubs.findings import Finding, Owner, Verdict
from stubs.wire.errors import Blocked, Misuse


class Ending(NamedTuple):
    """End of a scenario: verdict, reason, and who has to act on it."""

    verdict: Verdict
    reason: str
    owner: Owner = Owner.NONE


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


class ScenarioLeft(Exception):  # noqa: N818 - normal traffic of a rehearsal
    """A person left the scenario; ``str()`` says how."""


_STOPS: dict[Verdict, type[ScenarioStopped]] = {
    Verdict.FAIL: CheckFailed,
    Verdict.BLOCKED: CheckBlocked,
    Verdict.NOT_RUN: NotAsked,
}


def stop_for(finding: Finding) -> ScenarioStopped | None:
    """Return the exception that ends a scenario with this finding; None when the scenario goes on."""
    stop = _STOPS.get(finding.verdict)
    return stop(finding) if stop else None


def ending_of(error: BaseException) -> Ending:
    """Return the end that an exception in a step causes; an unexpected error of ours is BLOCKED, never FAIL."""
    if isinstance(error, ScenarioStopped):
        return ending_by(error.finding)
    if isinstance(error, KeyboardInterrupt):
        return Ending(Verdict.NOT_RUN, "interrupted", Owner.SETTINGS)
    if isinstance(error, ScenarioLeft):
        return Ending(Verdict.NOT_RUN, str(error), Owner.SETTINGS)
    if isinstance(error, Blocked):
        return Ending(Verdict.BLOCKED, f"settings or surroundings: {error}", Owner.SETTINGS)
    kind = "called wrongly" if isinstance(error, Misuse) else type(error).__name__
    return Ending(Verdict.BLOCKED, f"an error of the harness or its surroundings ({kind}): {error}", Owner.HARNESS)


def ending_by(finding: Finding) -> Ending:
    """Return the end that the deciding finding causes."""
    is_kept = finding.verdict is Verdict.PASS
    return Ending(finding.verdict, "" if is_kept else f"expected {finding.expected}; got {finding.got}", finding.owner)
