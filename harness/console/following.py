"""View of a rehearsal for the live page: progress outside the journal, a person's answers and decisions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.console.prompts import Prompts
from harness.drivers import Action, Outcome
from harness.engine.attendance import Opened
from harness.engine.run_control import RunControl
from harness.engine.steering import Stage, Steering
from stubs.findings import Verdict

if TYPE_CHECKING:  # a simulated DCC without a rehearsal loads neither the checks nor the terminal's library
    from harness.engine.progress import Progress


@dataclass(frozen=True, slots=True)
class Now:
    """Present step of a run. ``until`` is ``time.monotonic`` when a wait ends."""

    key: str = ""
    title: str = ""
    number: int = 0
    count: int = 0
    step: str = ""
    awaited: str = ""
    until: float = 0.0

    @property
    def seconds_left(self) -> int:
        """Real seconds until what is awaited is given up; never below 0."""
        return max(0, round(self.until - time.monotonic()))


class FollowedRun:
    """``Progress`` and ``Attendance`` of a rehearsal in one.

    Args:
        control: what is asked of the run while it goes on.
        terminal: progress is told there as well.
        waits_for_start: the run begins when the person at the page says so.
        starts_when_attended: the run begins when somebody opens the page.
        has_person: whether a person acts for the party's system (the driver ``manual``).
    """

    def __init__(
        self,
        control: RunControl,
        terminal: Progress,
        *,
        waits_for_start: bool = False,
        starts_when_attended: bool = False,
        has_person: bool = False,
    ) -> None:
        self.control = control
        self.steering = Steering(
            control, waits_for_start=waits_for_start, starts_when_attended=starts_when_attended and not waits_for_start
        )
        self.steering.when_changed(self._changed)
        self.has_person = has_person
        self.waits_for_start = waits_for_start
        self.prompts = Prompts(self._changed)
        self.now = Now()
        self.opened_run: Opened | None = None
        self.report: Path | None = None
        """Folder with the reports, once they are written."""
        self.is_ended_at_page = False
        """Whether the person ended the run there, and so waits for the report."""
        self._terminal = terminal
        self._told: list[Callable[[], None]] = []
        self._on_opened: list[Callable[[Opened], None]] = []
        self._on_closing: list[Callable[[], None]] = []

    def when_changed(self, told: Callable[[], None]) -> None:
        """Call ``told``, from whichever thread, when something changed that is not in the journal."""
        self._told.append(told)

    def when_opened(self, told: Callable[[Opened], None], ending: Callable[[], None]) -> None:
        """Call ``told`` when the simulated DCC is up, ``ending`` before it stops."""
        self._on_opened.append(told)
        self._on_closing.append(ending)

    def _changed(self) -> None:
        for told in self._told:
            told()

    # --- Attendance -----------------------------------------------------------------------------------------------

    def ask_person(self, action: Action) -> Outcome:
        """Show an action and wait for the person's answer."""
        return self.prompts.ask(action)

    def opened(self, opened: Opened) -> None:
        """The simulated DCC is up."""
        self.opened_run = opened
        for told in self._on_opened:
            told(opened)
        self._changed()

    def closing(self) -> None:
        """The simulated DCC is about to stop."""
        self.prompts.withdraw()
        self.now = Now()
        for told in self._on_closing:
            told()
        self._changed()

    # --- Progress -------------------------------------------------------------------------------------------------

    def run_started(self, count: int, facts: Mapping[str, str]) -> None:
        """A run of ``count`` scenarios begins."""
        self._terminal.run_started(count, facts)
        self.now = Now(count=count)
        self._changed()

    def scenario_started(self, key: str, title: str, number: int, count: int) -> None:
        """Scenario ``number`` of ``count`` begins."""
        self._terminal.scenario_started(key, title, number, count)
        self.prompts.withdraw()
        self.now = Now(key, title, number, count)
        self._changed()

    def step_started(self, text: str) -> None:
        """A step begins."""
        self._terminal.step_started(text)
        self.now = Now(self.now.key, self.now.title, self.now.number, self.now.count, text)
        self._changed()

    def awaiting(self, what: str, seconds: float) -> None:
        """Something is waited for, for at most ``seconds`` more."""
        self._terminal.awaiting(what, seconds)
        now, until = self.now, time.monotonic() + seconds
        is_news = what != now.awaited or abs(until - now.until) > 1
        self.now = Now(now.key, now.title, now.number, now.count, now.step, what, until)
        if is_news:
            self._changed()

    def workers(self, lines: Sequence[str]) -> None:
        """Show the present step of each of several workers."""
        self._terminal.workers(lines)

    def say(self, text: str) -> None:
        """Show a text at the terminal."""
        self._terminal.say(text)

    def ask(self, question: str) -> str:
        """Ask at the terminal. Raises: EOFError: nobody can answer."""
        return self._terminal.ask(question)

    def scenario_finished(self, key: str, title: str, verdict: Verdict, lines: Sequence[str], seconds: float) -> None:
        """A scenario ended."""
        self._terminal.scenario_finished(key, title, verdict, lines, seconds)
        self.prompts.withdraw()
        self.now = Now(number=self.now.number, count=self.now.count)
        self._changed()

    def run_finished(self, *, complete: bool) -> None:
        """The run ended."""
        self._terminal.run_finished(complete=complete)
        self._changed()

    # --- after the run --------------------------------------------------------------------------------------------

    def reported(self, folder: Path) -> None:
        """The reports are written."""
        self.report = folder
        self.steering.reach(Stage.DONE)
