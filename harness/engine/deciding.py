"""Waiting until a check is decided: as long as the asked system is busy, then the settings' patience for the wire."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from harness.checks import Evidence, Finding, evidence_of, judge
from harness.engine.driver_runner import DriverRunner
from harness.engine.run_context import TICK, RunContext
from harness.engine.scenario_recorder import ScenarioRecorder
from harness.plan import LibraryScenario
from stubs.events import Entry, OutcomeClaimed

_LATE = 1.0
"""Seconds of its own lateness that a run tells of where the end of a wait decides."""


class Deciding:
    """Judges checks of one scenario, of the party under test or of another one that takes part.

    Args:
        run_context: what scenarios share.
        scenario: whose evidence is looked at.
        recorder: reads its entries.
        user: EUI of another party; empty: the party under test.
    """

    def __init__(
        self, run_context: RunContext, scenario: LibraryScenario, recorder: ScenarioRecorder, user: str = ""
    ) -> None:
        self.user = user
        self._run_context = run_context
        self._scenario = scenario
        self._recorder = recorder

    def evidence(self) -> tuple[Evidence, int]:
        """The scenario's evidence so far, and its last entry."""
        entries, first = self._recorder.read(), self._recorder.first
        last = entries[-1].seq if entries else first
        known = [*self._run_context.surroundings(), *entries]
        return evidence_of(known, self._scenario.id, self._scenario.role, first, last, self.user), last

    def decide(self, check: str, parameters: Mapping[str, Any], runner: DriverRunner) -> tuple[Finding, int]:
        """The finding, and the last entry it looked at. Real seconds, since a frozen run clock never ends a wait.

        Raises: KeyboardInterrupt, ScenarioLeft: a person ends it. Blocked: the journal cannot be written.
        """
        settings, control = self._run_context.settings, self._run_context.run_control
        end = time.monotonic() + settings.deadline + settings.grace + settings.patience
        quiet = 0.0
        began, late = time.monotonic(), 0.0
        while True:
            control.heed()
            is_busy = runner.is_busy or is_only_observed(self._recorder.read())
            evidence, last = self.evidence()
            finding = judge(check, evidence, parameters)
            now = time.monotonic()
            quiet = now if is_busy or not quiet else quiet
            limit = control.added + (end if is_busy else min(end, quiet + settings.patience))
            if finding.is_final:
                return finding, last
            if now >= limit:
                return _after(finding, now - began, late), last
            if self._run_context.journal.is_behind:
                self._run_context.journal.commit()  # a full disk: raised here and now, since waiting would not help
            self._run_context.progress.awaiting(finding.expected, limit - now)
            wait = min(TICK, limit - now)
            self._run_context.journal.wait(after=last, timeout=wait)
            late += max(0.0, time.monotonic() - now - wait)


def _after(finding: Finding, waited: float, late: float) -> Finding:
    """A finding that the end of the wait decided: how long that was, and how late the run itself was meanwhile."""
    own = f"; this run itself was {late:.1f} s late, as on a machine under load" if late >= _LATE else ""
    return msgspec.structs.replace(finding, got=f"{finding.got} (after waiting {waited:.1f} s{own})")


def is_only_observed(entries: Sequence[Entry]) -> bool:
    """Whether nobody was asked for the last action, so that its traffic may come at any time until the deadline.

    A person who says "done" has seen it through: then only the wire's own patience is left to wait for.
    """
    claims = [entry.event.content for entry in entries if isinstance(entry.event, OutcomeClaimed)]
    return bool(claims) and claims[-1].get("status") == "attested" and bool(claims[-1].get("observed"))
