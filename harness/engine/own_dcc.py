"""A simulated DCC of one scenario's own: one that moves the clock, so that nothing of another scenario falls due in it.

Keys, Users and numbers of actions are the run's; the clock begins at the run's time. Its record becomes a part of the
run's journal when the scenario has ended.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import msgspec

from harness.drivers import make_driver
from harness.engine.party_driver import AskPerson, start_driver
from harness.engine.run_context import RunContext
from harness.engine.starting_facts import certificates_of_users
from harness.engine.workers.journal_merge import taken_over
from harness.settings import FREE_PORTS
from stubs.app import background_dcc
from stubs.clock import VirtualClock


class OwnDcc:
    """Up from the beginning; ``close`` ends it.

    Args:
        run: of the whole run: gives settings, keys and time, and takes the record.
        person: shows an action to a person who attends the run, if one does.
    Raises: Blocked: the simulated DCC or the driver does not start.
    """

    def __init__(self, run: RunContext, person: AskPerson | None = None) -> None:
        self._run = run
        self._person = person
        self._stack = ExitStack()
        try:
            self.run_context = self._start()
        except BaseException:
            self._stack.close()
            raise

    def _start(self) -> RunContext:
        run = self._run
        given = msgspec.structs.replace(run.dcc.settings, **FREE_PORTS, state_dir=None, premises=None, control_token="")
        dcc = self._stack.enter_context(background_dcc(given, VirtualClock(run.now())))
        driver = make_driver(run.settings.driver)
        own = RunContext(run.settings, dcc, driver, run.prompts, run.progress, run.run_control, run)
        own.journal.record(*certificates_of_users(own))
        own.keep_surroundings()
        state = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="uept-driver-"))
        self._stack.callback(driver.close)
        start_driver(own, driver, Path(state), self._person)
        self._first = own.journal.last_seq + 1
        return own

    def close(self) -> None:
        """Stop everything, and put what happened since its beginning into the run's journal."""
        with self._stack:
            entries = list(self.run_context.journal.entries())
        journal = self._run.journal
        with journal.held() as number:
            for at, event in taken_over(entries, self._first, self._run.surroundings(), number):
                journal.append(event, at=at)
        journal.commit()
