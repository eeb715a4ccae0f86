"""Live progress in the terminal: which scenario, which step, what is awaited and for how long.

Plain lines when the output is no terminal; one status line below the finished scenarios when it is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TextIO

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from harness.checks import Verdict


class Progress(Protocol):
    """Receiver of progress: called when something happens; never asked."""

    def run_started(self, count: int, facts: Mapping[str, str]) -> None:
        """A run of ``count`` scenarios begins."""
        ...

    def scenario_started(self, key: str, title: str, number: int, count: int) -> None:
        """Scenario ``number`` of ``count`` begins."""
        ...

    def step_started(self, text: str) -> None:
        """A step begins."""
        ...

    def awaiting(self, what: str, seconds: float) -> None:
        """Something is waited for, for at most ``seconds`` more."""
        ...

    def workers(self, lines: Sequence[str]) -> None:
        """Show the present step of each of several workers; called instead of the three above."""
        ...

    def say(self, text: str) -> None:
        """Show a text to the person at the terminal."""
        ...

    def ask(self, question: str) -> str:
        """Ask the person at the terminal. Raises: EOFError: nobody can answer."""
        ...

    def scenario_finished(self, key: str, title: str, verdict: Verdict, lines: Sequence[str], seconds: float) -> None:
        """A scenario ended; ``lines`` say why unless it passed."""
        ...

    def run_finished(self, *, complete: bool) -> None:
        """The run ended; not ``complete`` when it was interrupted."""
        ...


class Silent:
    """Says nothing."""

    def run_started(self, count: int, facts: Mapping[str, str]) -> None:
        """Nothing."""

    def scenario_started(self, key: str, title: str, number: int, count: int) -> None:
        """Nothing."""

    def step_started(self, text: str) -> None:
        """Nothing."""

    def awaiting(self, what: str, seconds: float) -> None:
        """Nothing."""

    def workers(self, lines: Sequence[str]) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def ask(self, question: str) -> str:
        """Refuse: there is no terminal. Raises: EOFError: always."""
        raise EOFError(question)

    def scenario_finished(self, key: str, title: str, verdict: Verdict, lines: Sequence[str], seconds: float) -> None:
        """Nothing."""

    def run_finished(self, *, complete: bool) -> None:
        """Nothing."""


_COLOURS = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.BLOCKED: "magenta"}
_PLAIN_SECONDS = 10.0
"""Seconds between lines about a long wait where there is no terminal."""
_WIDEST = max(len(verdict) for verdict in Verdict)


class Terminal:
    """Progress on a console. A live status line only where there is a terminal.

    ``again`` is the command that repeats one scenario, but for its key; printed below each failure.
    """

    def __init__(self, console: Console | None = None, answers: TextIO | None = None, again: str = "") -> None:
        self._again = again
        self._console = console or Console(stderr=True, highlight=False)
        self._input = answers or sys.stdin
        self.asking: Callable[[], AbstractContextManager[None]] = nullcontext
        """Entered while a person is asked: who reads single keys meanwhile gives the terminal back."""
        self._status: Status | None = None
        self._title = ""
        self._step = ""
        self._began = 0.0
        self._next_line = _PLAIN_SECONDS

    def run_started(self, count: int, facts: Mapping[str, str]) -> None:
        """Say what is run against what."""
        details = ", ".join(f"{name} {value}" for name, value in facts.items())
        self._console.print(escape(f"{count} scenarios: {details}"), soft_wrap=True)
        if self._console.is_terminal:
            self._status = self._console.status("starting")
            self._status.start()

    def scenario_started(self, key: str, title: str, number: int, count: int) -> None:
        """Name the scenario."""
        self._title = f"[{number}/{count}] {key} {title}"
        self._step = ""
        self._show()

    def step_started(self, text: str) -> None:
        """Name the step."""
        self._step = text
        self._began = time.monotonic()
        self._next_line = _PLAIN_SECONDS
        self._show()

    def awaiting(self, what: str, seconds: float) -> None:
        """Name what is awaited, since when and for how long still."""
        waited = time.monotonic() - self._began
        line = f"waiting {waited:.0f} s, at most {seconds:.0f} s more, for {what}"
        self._show(line)
        if self._status is None and waited >= self._next_line:
            self._next_line += _PLAIN_SECONDS
            self._console.print(escape(f"{self._title}: {line}"), soft_wrap=True)

    def workers(self, lines: Sequence[str]) -> None:
        """One line each, below the finished scenarios."""
        self._show_lines(lines)

    def _show(self, awaited: str = "") -> None:
        self._show_lines((self._title, self._step, awaited))

    def _show_lines(self, lines: Sequence[str]) -> None:
        if self._status is not None:
            width = max(20, self._console.width - 4)
            self._status.update(escape("\n  ".join(line[:width] for line in lines if line)))

    def say(self, text: str) -> None:
        """Show a text above the status line."""
        self._console.print(escape(text), soft_wrap=True)

    def ask(self, question: str) -> str:
        """Ask, with the status line out of the way. Raises: EOFError: standard input has ended."""
        if self._input is None:
            raise EOFError(question)
        if self._status is not None:
            self._status.stop()
        try:
            with self.asking():
                self._console.print(escape(question), end="")
                answer = self._input.readline()
        finally:
            if self._status is not None:
                self._status.start()
        if not answer:
            raise EOFError(question)
        return answer.rstrip("\n")

    def scenario_finished(self, key: str, title: str, verdict: Verdict, lines: Sequence[str], seconds: float) -> None:
        """One line, and the reason below it unless it passed."""
        colour = _COLOURS.get(verdict, "yellow")
        name = f"[{colour}]{verdict.value.ljust(_WIDEST)}[/{colour}]"
        self._console.print(f"{name} {escape(key.ljust(11))} {escape(title)} ({seconds:.1f} s)", soft_wrap=True)
        for line in lines:
            # What a program wrote may hold anything, commands to the terminal included.
            shown = "".join(one if one.isprintable() else "�" for one in line)
            self._console.print(escape(f"    {shown}"), soft_wrap=True)
        if self._again and verdict is Verdict.FAIL:
            self._console.print(escape(f"    again     {self._again} {key}"), soft_wrap=True)

    def run_finished(self, *, complete: bool) -> None:
        """Take the status line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        if not complete:
            self._console.print("interrupted: the run is partial, and everything up to here is kept")
