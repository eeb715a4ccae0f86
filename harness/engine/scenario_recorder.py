"""The record of one scenario in the run's journal: its beginning, its steps, its end, and reading it back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from harness.checks import Verdict
from harness.engine.run_context import RunContext
from harness.engine.scenario_errors import Ending, ScenarioStopped, ending_of
from harness.plan import LibraryScenario
from stubs.events import AnyEvent, Entry, ScenarioFinished, ScenarioStarted, StepFinished
from stubs.wire.errors import Misuse

Step = tuple[int, str, str]
"""Index, keyword, text of a Gherkin step."""


class ScenarioRecorder:
    """Recorder of one scenario's events. Steps before its beginning are kept back until it begins."""

    def __init__(self, run_context: RunContext, scenario: LibraryScenario, attempt: int) -> None:
        self.first = run_context.journal.last_seq + 1
        """Sequence number of its first entry."""
        self.has_begun = False
        self.stopped: Ending | None = None
        """End that broke it off, once something did."""
        self.is_broken = False
        """Whether that was an error of ours or of the surroundings, not a check."""
        self._run_context = run_context
        self._scenario = scenario
        self._attempt = attempt
        self._entries: list[Entry] = []
        self._steps: list[StepFinished] = []
        self._open_step: tuple[Step, float] | None = None
        self._since = time.monotonic()

    def begin(self, premises: Mapping[str, Any], *, user: str, party: str) -> None:
        """Write that it began, and in which home."""
        scenario = self._scenario
        self.has_begun = True
        self.record(
            ScenarioStarted(
                scenario=scenario.id,
                attempt=self._attempt,
                role=scenario.role,
                title=scenario.title,
                scope=scenario.scope,
                priority=scenario.priority,
                srvs=scenario.srvs,
                feature=scenario.feature,
                premises=dict(premises),
                key=scenario.key,
                first=self.first,
                user=user,
                party=party,
            ),
            *self._steps,
        )

    def record(self, *events: AnyEvent) -> None:
        """Write events, durably."""
        self._run_context.journal.record(*events)

    def read(self) -> list[Entry]:
        """The entries from its beginning on; those read before are kept."""
        after = self._entries[-1].seq if self._entries else self.first - 1
        self._entries += self._run_context.journal.entries(after=after)
        return self._entries

    # --- steps ------------------------------------------------------------------------------------------------

    def step_begins(self, step: Step) -> None:
        """A Gherkin step begins."""
        self._open_step = (step, time.monotonic())
        self._run_context.progress.step_started(f"{step[1]} {step[2]}")

    def step_ends(self, error: BaseException | None = None) -> None:
        """A Gherkin step ended, well or with ``error``."""
        if self._open_step is None:
            return
        (index, keyword, text), began = self._open_step
        self._open_step = None
        status, detail = "passed", ""
        if error is not None:
            self.stopped = ending_of(error)
            self.is_broken = not isinstance(error, ScenarioStopped)
            detail = self.stopped.reason
            status = {Verdict.FAIL: "failed", Verdict.NOT_RUN: "skipped"}.get(self.stopped.verdict, "blocked")
        event = StepFinished(
            scenario=self._scenario.id,
            attempt=self._attempt,
            role=self._scenario.role,
            index=index,
            keyword=keyword,
            text=text,
            status=status,
            seconds=round(time.monotonic() - began, 3),
            detail=detail,
        )
        if self.has_begun:
            self.record(event)
        else:
            self._steps.append(event)

    @property
    def is_in_a_step(self) -> bool:
        """Whether a step has begun and not ended."""
        return self._open_step is not None

    @property
    def seconds(self) -> float:
        """Real seconds since the scenario began."""
        return time.monotonic() - self._since

    # --- the end ----------------------------------------------------------------------------------------------

    def break_off(self, *, interrupted: bool) -> None:
        """End the step that is open, if one is: by a person, or by an error of ours."""
        self.step_ends(KeyboardInterrupt() if interrupted else Misuse("the step did not end"))

    def finish(self, ending: Ending) -> None:
        """Write how it ended."""
        self.record(
            ScenarioFinished(
                scenario=self._scenario.id,
                attempt=self._attempt,
                role=self._scenario.role,
                verdict=ending.verdict.value,
                reason=ending.reason,
                owner=ending.owner.value,
            )
        )
