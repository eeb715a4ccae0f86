"""World of a scenario: it asks the party's system, expects checks to be kept, and has a home of its own."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any

from harness.checks import Finding, Owner, Verdict, worst
from harness.checks.effects import local_command_in, schedule_in
from harness.checks.evidence import read_answer
from harness.engine.conditions import BENT, HAPPENINGS, condition_called
from harness.engine.dcc_alert_bodies import alert_content
from harness.engine.deciding import Deciding
from harness.engine.other_party import other_party_sends
from harness.engine.parts import Part
from harness.engine.player import Parameters, Player
from harness.engine.run_context import TICK, RunContext
from harness.engine.scenario_errors import Ending, ScenarioLeft, ending_by, ending_of, stop_for
from harness.engine.scenario_home import ScenarioHome
from harness.engine.scenario_recorder import ScenarioRecorder, Step
from harness.engine.service_management import DESK_WORDS, ServiceManagement
from harness.engine.ssi_words import kind_of
from harness.engine.surroundings import Faults, RunClock, Thresholds, UserStatus, is_reported_early
from harness.plan import LibraryScenario, test_data_for
from schemas.load import UserRole
from stubs.events import RequestAccepted, RequestAnswered
from stubs.wire.duis import Response
from stubs.wire.errors import Blocked, Misuse

_LATER_TOKEN = 1 << 62
"""A counter above every one that a clock of milliseconds gives."""


class World:
    """One scenario for one role, with premises of its own (fresh EUIs) on the simulated DCC."""

    def __init__(self, run_context: RunContext, scenario: LibraryScenario, attempt: int = 1) -> None:
        self.scenario = scenario
        self.role = UserRole(scenario.role)
        self.user = run_context.user_of(self.role)
        self.faults = Faults(run_context.control, self.user)
        self.standing = UserStatus(run_context.control, self.user)  # steps of stored scenario sets use this name
        self.clock = RunClock(run_context.control, lambda: run_context.settle(is_reported_early))
        self.thresholds = Thresholds(run_context.control, self.user)
        self._run_context = run_context
        self._home = ScenarioHome(run_context, f"{scenario.key}-{attempt}", self.role, self.user)
        self._recorder = ScenarioRecorder(run_context, scenario, attempt)
        self._player = Player(run_context, scenario, self._home, self._recorder, self.user)
        self._deciding = Deciding(run_context, scenario, self._recorder)
        self._parts: dict[str, Part] = {}
        self._hidden: tuple[str, ...] = ()
        self._desk = ServiceManagement(
            run_context, self.user, self.role, f"{scenario.key}-{attempt}-{run_context.journal.last_seq}"
        )
        self._carried: dict[str, str] = {}
        self._acting_as = self.role

    @property
    def findings(self) -> list[Finding]:
        """Return the findings about the party under test so far."""
        return self._player.findings

    # --- the home ---------------------------------------------------------------------------------------------

    def acts_as(self, role: str) -> None:
        """Say who the party is. Raises: Misuse: another role than the scenario's tags or example say."""
        if role != self.role.value:
            raise Misuse(f"{self.scenario.key} runs for {self.role.value}, its step says {role}")
        settings = self._run_context.settings
        if self.scenario.moves_clock and not settings.can_move_clock:
            self.expect("clock-followed", driver=settings.driver.partition(":")[0])

    def goes_on_as(self, role: str) -> None:
        """Act in another role of the same User. Raises: Blocked: another User of the run has that role."""
        if self._run_context.user_of(UserRole(role)) != self.user:
            raise Blocked(
                f"the party acts in {role} as another User than in {self.role.value}",
                mend="Give both roles one User ID in [users], as import, export and gas suppliers may share one.",
            )
        self._acting_as = UserRole(role)

    def part(self, name: str) -> Part:
        """Another party that takes part, by what the scenario calls it: its client is started when first asked.

        Raises: Blocked: there is nobody to play it.
        """
        self._begin()
        self._run_context.settle()
        self.heed()
        if name not in self._parts:
            self._parts[name] = Part(name, self._run_context, self.scenario, self._home, self._recorder, self.user)
        return self._parts[name]

    def register(self, device: str, *, to_another: bool = False) -> None:
        """The registration of a device's meter point passes to the party, or to another."""
        self._begin()
        supplier = self.another_party if to_another else self.user
        point = self._home.meter_point(device)
        self._run_context.control.call("change-registration", mpxn=point, supplier=supplier)

    @property
    def schedule(self) -> str:
        """Number of the schedule the party has made last. Raises: Misuse: it has made none."""
        made = self._made().get("the schedule made")
        if made is None:
            raise Misuse("the party has made no schedule")
        return made

    def lives_in(self, home: str, *, of_others: bool = False) -> None:
        """Name the scenario's home; it is built when first needed. ``of_others``: another supplier's."""
        self._home.is_called(home, of_others=of_others)

    def lives_next_to(self, home: str) -> None:
        """Name a second home, of another supplier. Raises: Misuse: the homes are built already."""
        self._home.has_next_door(home)

    def has_status(self, device: str, words: str) -> None:
        """Say how far a device's installation has come, or how it is. Raises: Misuse: the home is built already."""
        self._home.has_status(device, words)

    def has_values(self, device: str, **values: Any) -> None:
        """Set fields of a simulated device. Raises: Misuse: the home is built already."""
        self._home.has_values(device, values)

    def has_taken_later_token(self, device: str) -> None:
        """The device took a token whose counter is above all that the party makes. Raises: Misuse: it is built."""
        self._home.has_values(device, {"token_counters": [[self.user, _LATER_TOKEN]]})

    @property
    def storm_alerts(self) -> int:
        """Return the number of alerts in a storm."""
        return self._run_context.settings.storm_alerts

    def holds_former_certificate(self, device: str) -> None:
        """A device holds the certificate that the party had before. Raises: Misuse: the home is built already."""
        self._home.holds_former_certificate(device)

    def has_been_lived_in(self, days: int) -> None:
        """Give the home's devices so many days of use. Raises: Misuse: the home is built already."""
        self._home.has_been_lived_in(days)

    def fields(self, text: str) -> Mapping[str, Any]:
        """``Name = value; Name = value`` of a step as names to values. Raises: Misuse: written otherwise."""
        self._begin()
        return self._home.fields(text, self._made())

    def carry_locally(self, device: str) -> None:
        """A hand-held terminal takes the newest command for local delivery to a device, and its answer back.

        Raises: Misuse: the party was given no such command.
        """
        commands = [command for answer in self._answers() if (command := local_command_in(answer))]
        if not commands:
            raise Misuse("the party was given no command for local delivery")
        answered = self._run_context.control.hand_over(self.device(device), commands[-1].hex())
        payload = base64.b64encode(bytes.fromhex(answered["response"])).decode()
        self._carried = {"the answer carried back": payload}

    def _answers(self) -> list[Response]:
        events = (entry.event for entry in self._recorder.read())
        answers = (read_answer(event.body) for event in events if isinstance(event, RequestAnswered))
        return [answer for answer in answers if answer is not None]

    # --- the Self-Service Interface ----------------------------------------------------------------------------

    @property
    def desk(self) -> ServiceManagement:
        """The DCC's side of the Self-Service Interface, for this scenario."""
        self._begin()
        return self._desk

    def ask_on_ssi(self, words: str, fields: str = "", *, to: str = "", **options: Any) -> str:
        """Ask for a page or an act of the SSI by its name; ``fields`` as in ``fields``. Returns: the action's id."""
        self._await_words(fields)
        given = self.fields(fields) if fields else {}
        return self.ask(kind_of(words), to=to, parameters=self.desk.parameters(given, self._made()), **options)

    def sign_in_to_ssi(self) -> str:
        """Ask the person who acts to sign in. Returns: the action's id."""
        return self.ask("sign-in-ssi", parameters=self.desk.parameters({}))

    def facts(self, text: str) -> list[str]:
        """``A; B`` of a step as values."""
        self._begin()
        self._await_words(text)
        return [str(self._home.value(part, self._made())) for part in text.split(";")]

    def _await_words(self, text: str) -> None:
        """Let the party end what it was asked, and wait for what the words of a step mean."""
        self._run_context.settle()
        self.heed()
        awaited = {word for word in DESK_WORDS if word in text}
        end = time.monotonic() + self._run_context.settings.patience
        while not awaited <= self._made().keys() and time.monotonic() < end:
            self._run_context.journal.wait(after=self._recorder.read()[-1].seq, timeout=TICK)

    def another_reads(self, device: str, service: str) -> None:
        """Another User reads a device of the home: an Other User, or the network operator where the party is that User.

        Not the supplier: its top-ups raise its counters far above the clock, where a second client does not know them.

        Raises: Blocked: the party is both.
        """
        others = {role: self._run_context.user_of(role) for role in (UserRole.OU, UserRole.ED)}
        role = next((role for role, eui in others.items() if eui != self.user), None)
        if role is None:
            raise Blocked("the party is the only User that reads", mend="Give OU and ED different User IDs in [users].")
        reader = others[role]
        other_party_sends(self._run_context, reader, role.value, service, self.device(device))
        self._carried = {**self._carried, "the other reader": reader}

    def _made(self) -> Mapping[str, str]:
        """Return the results of the party's requests so far, by the words of a scenario."""
        on_desk = self._desk.made(entry.event for entry in self._recorder.read())
        schedules = [number for answer in self._answers() if (number := schedule_in(answer))]
        return {**self._carried, **on_desk, **({"the schedule made": schedules[-1]} if schedules else {})}

    def test_data(self, service: str, device: str = "") -> Mapping[str, str]:
        """Parameters of the library's test data for a service to a device of that name, in the party's role."""
        return test_data_for(self._run_context.test_data, service, self.role, device)

    def code_set(self, rule: str, usual: str) -> str:
        """Response code with which the simulated DCC answers a rule: as the settings say, else as the catalogue."""
        return self._run_context.settings.dcc.rules.get(rule, usual)

    def code_without_meaning(self, usual: str) -> str:
        """A response code that no public document explains: the one that the settings put in its place, if any."""
        return self._run_context.settings.codes_without_meaning.get(usual, usual)

    def device(self, name: str) -> str:
        """EUI of a device of the home. Raises: Misuse: there is none of that name."""
        self._begin()
        return self._home.device(name)

    def neighbour_has_alert(self, code: str) -> None:
        """Another party's meter raises an alert: traffic that this party must never see."""
        self._begin()
        meter = self._home.build_neighbour()
        self._run_context.control.raise_device_alert(meter, code)
        self._hidden = (meter,)

    def raise_device_alert(self, device: str, code: str, times: int = 1) -> None:
        """A device of the home raises an alert to the party, ``times`` times in a row."""
        eui = self.device(device)
        for _ in range(times):
            self._run_context.control.raise_device_alert(eui, code, recipient=self.user)

    def becomes(self, device: str, words: str) -> None:
        """A device of the home changes in the middle of the scenario, as ``conditions`` says."""
        self._run_context.control.set_device(self.device(device), **condition_called(words))

    def bend_responses(self, words: str) -> None:
        """Alter responses in one property from now on, and leave all others valid."""
        effect, whom = BENT[words]
        named = {"": "", "user": self.user}.get(whom)
        party = self.another_party if whom == "another party" else named if named is not None else self.device(whom)
        self.faults.bend("delivery", effect, message_kind="response", times=0, **({"party": party} if party else {}))

    def release_held(self) -> None:
        """The DCC releases every request of the party that it holds."""
        held = self._run_context.control.call("quarantine")
        for one in held:
            if one["user"] == self.user:
                self._run_context.control.call("release", reference=one["reference"])

    def let_happen(self, device: str, words: str) -> None:
        """Let an event happen to a device of the home."""
        happened = HAPPENINGS[words]
        self._run_context.control.let_happen(self.device(device), happened.what, **happened.detail)

    def raise_dcc_alert(self, code: str, device: str) -> None:
        """The DCC raises an alert to the party about a device of the home."""
        eui = self.device(device)
        kind, point = self._home.type_of(device), self._home.meter_point(device)
        content = alert_content(code, eui, point, self.user, self._run_context.now(), kind)
        self._run_context.control.raise_dcc_alert(code, self.user, content)

    @property
    def another_party(self) -> str:
        """EUI of a party that is not under test."""
        return self._run_context.other_than(self.user, self.role)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Identities of the neighbour that this party must never see."""
        return self._hidden

    def _begin(self) -> None:
        if self._recorder.has_begun:
            return
        try:
            self._home.build()
        finally:
            self._recorder.begin(self._home.premises, user=self.user, party=self._run_context.party_of(self.user))

    # --- asking -----------------------------------------------------------------------------------------------

    def ask(
        self,
        kind: str = "send",
        *,
        service: str = "",
        to: str = "",
        parameters: Parameters = (),
        beside: bool = False,
        deadline: float | None = None,
        **options: Any,
    ) -> str:
        """Ask the party's system and go on; later checks wait for the outcome.

        Args:
            kind: kind of action; see docs/drivers.md.
            service: SRV to send.
            to: name of a device of the home, or an EUI.
            parameters: DUIS element names to values; or rows of a Gherkin table.
            beside: begin while an earlier action is still open; otherwise that one ends first.
            deadline: real seconds for the whole action; None: as the settings say.
            options: deliberate deviations; see docs/drivers.md.

        Returns: the action's id.
        """
        self._begin()
        limit = deadline if deadline is not None else self._run_context.settings.deadline
        if not beside:
            self._run_context.settle()
            self.heed()
        action = self._player.is_asked(
            kind,  # type: ignore[arg-type]  # checked by msgspec when it is written
            self._acting_as,
            service=service,
            to=to,
            parameters=parameters,
            deadline=limit,
            made=self._made(),
            options=options,
        )
        self._run_context.driver_runner.ask(action)
        return action.id

    @property
    def last_request_id(self) -> str:
        """RequestID of the party's latest accepted request, for collecting its outcome later."""
        events = [entry.event for entry in self._recorder.read()]
        accepted = [event for event in events if isinstance(event, RequestAccepted) and event.user == self.user]
        if not accepted:
            raise Misuse("no request of the party was accepted yet")
        return accepted[-1].request_id

    def wait_until_given_up(self) -> None:
        """Move the clock past the time the DCC waits for a device."""
        self.clock.advance(self._run_context.dcc.settings.device_timeout + 1)

    # --- expecting --------------------------------------------------------------------------------------------

    def expect(self, check: str, **parameters: Any) -> Finding:
        """Wait until a check is decided or the time is up, journal the verdict, stop the scenario unless it is kept.

        The time: as long as the party's system is busy (its deadline and grace), then the settings' patience for the
        wire. Real seconds, since a frozen run clock never ends a wait.

        Raises: CheckFailed, CheckBlocked, NotAsked: the finding says why. Blocked: the journal cannot be written.
        """
        self._begin()
        if self._player.actions and "action" not in parameters:
            parameters["action"] = self._player.actions[-1]
        finding, last, late = self._deciding.decide(check, parameters, self._run_context.driver_runner)
        self._player.keep(check, parameters, finding, last, late)
        stop = stop_for(finding)
        if stop is not None:
            raise stop
        return finding

    def _judge_implicit(self) -> None:
        """Compare whatever the evidence holds: the checks that every scenario owes, once its messages have arrived."""
        end = time.monotonic() + self._run_context.settings.patience
        evidence, last = self._deciding.evidence()
        control = self._run_context.run_control
        while evidence.in_flight and time.monotonic() < end + control.added:
            if control.is_cut:
                return
            self._run_context.journal.wait(after=last, timeout=TICK)
            evidence, last = self._deciding.evidence()
        self._player.keep_implicit(evidence, last)

    # --- the record of the scenario ---------------------------------------------------------------------------

    def step_begins(self, step: Step) -> None:
        """A Gherkin step begins."""
        self._recorder.step_begins(step)

    def step_ends(self, error: BaseException | None = None) -> None:
        """A Gherkin step ended, well or with ``error``."""
        self._recorder.step_ends(error)

    def heed(self) -> None:
        """Obey the person. Raises: KeyboardInterrupt, ScenarioLeft: a person ends the run, or leaves the scenario."""
        self._run_context.run_control.heed()

    @property
    def is_in_a_step(self) -> bool:
        """Whether a step has begun and not ended."""
        return self._recorder.is_in_a_step

    @property
    def seconds(self) -> float:
        """Real seconds since the scenario began."""
        return self._recorder.seconds

    def finish(self, *, interrupted: bool = False) -> Ending:
        """End the scenario: let the party finish, take faults away, record the verdict."""
        control = self._run_context.run_control
        self._recorder.break_off(interrupted=interrupted)
        self._begin_quietly()
        if not interrupted and not self._run_context.journal.is_behind:
            self._run_context.settle()
            if not (control.is_cut or self._recorder.is_broken):
                self._judge_implicit()
            interrupted = control.is_interrupted
        self._end_parts(is_judged=not interrupted)
        self.faults.clear()
        self.standing.restore()
        self._desk.restore()
        self.thresholds.clear()
        ending = self._ending(interrupted=interrupted)
        self._recorder.finish(ending)
        if not self._run_context.journal.is_behind:
            self._run_context.begin_afresh()
        return ending

    def _end_parts(self, *, is_judged: bool) -> None:
        is_judged = is_judged and not self._run_context.journal.is_behind
        while self._parts:
            self._parts.popitem()[1].finish(is_judged=is_judged)

    def _begin_quietly(self) -> None:
        try:
            self._begin()
        except Exception as error:  # noqa: BLE001 - the scenario ends anyway; the reason is kept
            self._recorder.stopped = self._recorder.stopped or ending_of(error)
            self._recorder.is_broken = True

    def _ending(self, *, interrupted: bool) -> Ending:
        stopped, left = self._recorder.stopped, self._run_context.run_control.left
        if self._recorder.is_broken and stopped is not None:
            return stopped
        if interrupted and stopped is None:
            return ending_of(KeyboardInterrupt())
        if left and all(finding.verdict is not Verdict.FAIL for finding in self.findings):
            return ending_of(ScenarioLeft(left))
        if not self.findings:
            return stopped or Ending(Verdict.NOT_RUN, "no check was judged", Owner.HARNESS)
        verdict = worst(tuple(finding.verdict for finding in self.findings))
        return ending_by(next(finding for finding in self.findings if finding.verdict is verdict))
