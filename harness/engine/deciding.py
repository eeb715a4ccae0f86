"""Waiting until a check is decided: as long as the asked system is busy, then the settings' patience for the wire."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from harness.checks import Evidence, Finding, evidence_of, excused_by_run, judge, told
from harness.engine.driver_runner import DriverRunner
from harness.engine.run_context import TICK, RunContext
from harness.engine.scenario_recorder import ScenarioRecorder
from harness.plan import LibraryScenario
from stubs.events import Entry, OutcomeClaimed


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

    def decide(self, check: str, parameters: Mapping[str, Any], runner: DriverRunner) -> tuple[Finding, int, float]:
        """The finding, the last entry it looked at, and the seconds of our own lateness that kept it from a FAIL.

        Real seconds, since a frozen run clock never ends a wait. Where this run itself is late, as on a machine under
        load, it waits so much longer: once more the whole time at most.

        Raises: KeyboardInterrupt, ScenarioLeft: a person ends it. Blocked: the journal cannot be written.
        """
        settings, control = self._run_context.settings, self._run_context.run_control
        allowed = settings.deadline + settings.grace + settings.patience
        began, late, quiet = time.monotonic(), 0.0, 0.0
        end = began + allowed
        while True:
            control.heed()
            is_busy = runner.is_busy or is_only_observed(self._recorder.read())
            evidence, last = self.evidence()
            finding = judge(check, evidence, parameters)
            now = time.monotonic()
            quiet = now if is_busy or not quiet else quiet
            limit = min(late, allowed) + control.added + (end if is_busy else min(end, quiet + settings.patience))
            if finding.is_final:
                return finding, last, 0.0
            if now >= limit:
                beyond = max(0.0, late - allowed)
                finding = excused_by_run(told(finding, now - began, limit - began, late), beyond)
                return finding, last, beyond
            if self._run_context.journal.is_behind:
                self._run_context.journal.commit()  # a full disk: raised here and now, since waiting would not help
            self._run_context.progress.awaiting(finding.expected, limit - now)
            wait = min(TICK, limit - now)
            self._run_context.journal.wait(after=last, timeout=wait)
            late += max(0.0, time.monotonic() - now - wait)


def is_only_observed(entries: Sequence[Entry]) -> bool:
    """Return whether nobody was asked for the last action: its traffic may then come at any time until the deadline.

    A person who says "done" has seen it through: then only the wire's own patience is left to wait for.
    """
    claims = [entry.event.content for entry in entries if isinstance(entry.event, OutcomeClaimed)]
    return bool(claims) and claims[-1].get("status") == "attested" and bool(claims[-1].get("observed"))
