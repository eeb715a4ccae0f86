"""The live page of ``uept rehearse``: the person who follows the run, and how long the program waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stubs.wire.errors import InputError

if TYPE_CHECKING:
    from harness.console import FollowedRun, LivePage
    from harness.engine import RunControl
    from harness.engine.progress import Progress

live_port_option = click.option(
    "--live-port",
    type=click.IntRange(0, 65535),
    envvar="UEPT_LIVE_PORT",
    show_envvar=True,
    help="Port of the live page; default: any that is free, with --state that of the last time.",
)


class Unattended:
    """Nobody follows the run."""

    attendance: FollowedRun | None = None

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def reported(self, folder: Path, journal: Path) -> None:
        """Do nothing: nobody waits for the report."""

    def stay(self) -> None:
        """Go on at once."""


class Attended(Unattended):
    """A person may follow the run at the live page."""

    def __init__(self, run: FollowedRun, page: LivePage) -> None:
        super().__init__(run)
        self.attendance: FollowedRun | None = run
        self._run = run
        self._page = page

    def reported(self, folder: Path, journal: Path) -> None:
        """The reports are in ``folder``, the run's journal is closed."""
        self._page.show_journal(journal)
        self._run.reported(folder)

    def stay(self) -> None:
        """Wait until the person at the page closes it, or Ctrl-C; at once when nobody came or Ctrl-C ended the run."""
        if self._run.control.is_interrupted and not self._run.is_ended_at_page:
            return
        try:
            self._run.steering.wait_until_dismissed()
        except KeyboardInterrupt:
            return


@contextmanager
def attended(
    settings: Any, control: RunControl, terminal: Progress, *, is_live: bool, waits: bool, port: int | None
) -> Iterator[Unattended]:
    """With ``is_live`` serve the page until the block ends. Raises: InputError: several workers; Blocked: no port."""
    if not is_live:
        yield Unattended(terminal)
        return
    if settings.jobs > 1:
        raise InputError("--live follows one simulated DCC, --jobs starts several", mend="Leave one of them out.")
    from harness.console import FollowedRun, live_page
    from harness.drivers import driver_traits

    has_person = driver_traits(settings.driver).is_manual and driver_traits(settings.driver).reports_outcomes
    run = FollowedRun(control, terminal, waits_for_start=has_person, starts_when_attended=waits, has_person=has_person)
    with live_page(run, port or 0) as page:
        terminal.say(f"live page  {page.address}")
        if has_person:
            terminal.say("The rehearsal begins when it is started there.")
        elif waits:
            terminal.say("The rehearsal begins when somebody opens it.")
        yield Attended(run, page)
