"""Further parties of a scenario: the gaining supplier, the network operator and so on, each with a client of its own.

The party under test plays one part. Another one is played by the party that ``[parties.<name>]`` of the run file names
for it, else by the reference client. What it sends and receives is judged as its own, apart from the party under test,
whose driver is told nothing of it: for as long as the scenario lasts its messages go to its own endpoint.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from harness.checks import Verdict
from harness.drivers import DriverContext, UserIdentity, make_driver
from harness.drivers.action import ActionKind
from harness.engine.deciding import Deciding
from harness.engine.driver_runner import DriverRunner
from harness.engine.player import NOTHING, Parameters, Player
from harness.engine.run_context import RunContext
from harness.engine.scenario_home import ScenarioHome
from harness.engine.scenario_recorder import ScenarioRecorder
from harness.plan import LibraryScenario, test_data_for
from harness.settings.parties import PARTS, PartySettings
from schemas.load import UserRole
from stubs.wire.errors import Blocked, Misuse


def part(text: str) -> str:
    """Converter of steps: the part that another party plays, and nothing else."""
    return text


part.pattern = "|".join(sorted((name.replace("-", " ") for name in PARTS), key=len, reverse=True))  # type: ignore[attr-defined]  # how the parse library finds it


class Part:
    """One further party, from the first thing it is asked until the scenario ends."""

    def __init__(
        self,
        name: str,
        run_context: RunContext,
        scenario: LibraryScenario,
        home: ScenarioHome,
        recorder: ScenarioRecorder,
        under_test: str,
    ) -> None:
        self.name = name
        self._run_context = run_context
        self._scenario = scenario
        self._home = home
        self._recorder = recorder
        key = name.replace(" ", "-")
        self.role = UserRole(PARTS[key] or scenario.role)
        given = run_context.settings.parties.get(key)
        self._settings = given or PartySettings()
        self.user = player_of(run_context, key, self.role, under_test)
        self._player = Player(run_context, scenario, home, recorder, self.user, judged_as=self.user)
        self._stack = ExitStack()
        self._deciding = Deciding(run_context, scenario, recorder, self.user)
        try:
            self._runner = self._start()
        except BaseException:
            self._stack.close()
            raise

    def _start(self) -> DriverRunner:
        run, control = self._run_context, self._run_context.control
        known = next(row for row in control.users() if row["user"] == self.user)
        driver = make_driver(self._settings.driver)
        state = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="uept-party-"))
        self._stack.callback(driver.close)
        driver.start(
            DriverContext(
                pki=Path(self._settings.keys or str(run.dcc.settings.pki)),
                users=(UserIdentity(self.user, (self.role,), self._settings.name or self.name),),
                urls=run.urls,
                state_dir=Path(state),
                now=run.now,
                acb=str(run.dcc.pki.acb),
                tls=run.tls,
                say=run.progress.say,
                ask=run.progress.ask,
                keep=run.keep_evidence,
            )
        )
        receive_url = self._settings.receive_url or driver.receive_url
        self._stack.callback(control.register_user, **known)
        control.register_user(**{**known, "receive_url": receive_url})
        return DriverRunner(driver, run.settings.grace, run.report, lambda: run.run_control.added)

    def ask(
        self,
        service: str,
        to: str = "",
        parameters: Parameters = NOTHING,
        *,
        kind: ActionKind = "send",
    ) -> None:
        """Ask it to act, and wait for what it says.

        Args:
            service: SRV to send; empty: it sends nothing.
            to: name of a device of the home; empty: the DCC.
            parameters: DUIS element names to values; or rows of a Gherkin table.
            kind: kind of action; see docs/drivers.md.
        """
        settings = self._run_context.settings
        action = self._player.is_asked(
            kind, self.role, service=service, to=to, parameters=parameters, deadline=settings.deadline
        )
        self._runner.ask(action)
        self._runner.settle(settings.deadline + settings.grace)

    def wait_for_alert(self, code: str, device: str) -> None:
        """Ask it to wait for an alert about a device of the home, and wait for what it says."""
        self.ask("", device, {"code": code}, kind="wait-alert")

    def test_data(self, service: str, device: str) -> Mapping[str, str]:
        """Return test data like the world's, in the role of this party."""
        return test_data_for(self._run_context.test_data, service, self.role, device)

    def expect(self, check: str, **parameters: Any) -> None:
        """Judge its conduct. Raises: Blocked: it did not play its part, so that the scenario cannot go on."""
        if not self._player.actions:
            raise Misuse(f"the {self.name} was asked nothing")
        parameters.setdefault("action", self._player.actions[-1])
        finding, last, late = self._deciding.decide(check, parameters, self._runner)
        self._player.keep(check, parameters, finding, last, late)
        if finding.verdict not in {Verdict.PASS, Verdict.WARNING, Verdict.REVIEW}:
            raise Blocked(
                f"the {self.name} did not play its part: expected {finding.expected}, got {finding.got}",
                mend=f"This is no fault of the party under test; see [parties.{self.name.replace(' ', '-')}].",
            )

    def finish(self, *, is_judged: bool) -> None:
        """Judge how it behaved all along, and let go of its client."""
        with self._stack:
            self._runner.settle(self._run_context.settings.grace)
            if is_judged:
                evidence, last = self._deciding.evidence()
                self._player.keep_implicit(evidence, last)


def player_of(run_context: RunContext, key: str, role: UserRole, under_test: str) -> str:
    """Return the EUI of the User that plays a part. Raises: Blocked: it is the party under test, or there is none."""
    settings = run_context.settings.parties.get(key)
    given = settings.users.get(role) if settings else None
    if given:
        user = given.strip().upper()
    else:
        usual = run_context.users().get(role, "")
        user = usual if usual and usual != under_test else run_context.other_than(under_test, role)
    if user == under_test:
        raise Blocked(
            f"the {key.replace('-', ' ')} is the party under test itself", mend=f"Give [parties.{key}] another User ID."
        )
    if all(row["user"] != user for row in run_context.control.users()):
        raise Blocked(
            f"the DCC knows no User {user}, the {key.replace('-', ' ')}",
            mend="Name one of the PKI's parties: `uept pki list` shows them.",
        )
    return user
