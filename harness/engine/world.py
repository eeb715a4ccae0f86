"""What a scenario holds: it asks the party's system, expects checks to be kept, and has a home of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from harness.checks import Finding, Verdict, evidence_of, judge, worst
from harness.drivers import Action
from harness.engine.homes import home_called, status_called
from harness.engine.occasions import alert_content
from harness.engine.stage import Stage
from harness.engine.stops import stop_for, verdict_of
from harness.engine.surroundings import Faults, RunClock
from harness.plan import LibraryScenario
from schemas.load import Srv, UserRole, service_requests
from stubs.events import (
    ActionAsked,
    CheckJudged,
    Entry,
    OutcomeClaimed,
    RequestAccepted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
)
from stubs.wire.errors import Misuse

_TICK = 0.5
"""Real seconds between two looks at the clock while waiting for the journal: what keeps the progress line alive."""
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)\Z")
_LATER = re.compile(r"in (\d+) minutes\Z")

Step = tuple[int, str, str]
"""Index, keyword, text of a Gherkin step."""


class World:
    """One scenario for one role, with premises of its own (fresh EUIs) on the simulated DCC."""

    def __init__(self, stage: Stage, scenario: LibraryScenario, attempt: int = 1) -> None:
        self.scenario = scenario
        self.attempt = attempt
        self.role = UserRole(scenario.role)
        self.user = stage.user_of(self.role)
        self.faults = Faults(stage.control, self.user)
        self.clock = RunClock(stage.control)
        self.findings: list[Finding] = []
        self._stage = stage
        self._home: str | None = None
        self._is_of_others = False
        self._statuses: dict[str, str] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._premises: dict[str, Any] = {}
        self._first = stage.journal.last_seq + 1
        self._entries: list[Entry] = []
        self._has_begun = False
        self._steps: list[StepFinished] = []
        self._open_step: tuple[Step, float] | None = None
        self._actions: list[str] = []
        self._hidden: tuple[str, ...] = ()
        self._reason: tuple[Verdict, str] | None = None
        self._since = time.monotonic()

    # --- the home ---------------------------------------------------------------------------------------------

    def acts_as(self, role: str) -> None:
        """Say who the party is. Raises: Misuse: another role than the scenario's tags or example say."""
        if role != self.role.value:
            raise Misuse(f"{self.scenario.key} runs for {self.role.value}, its step says {role}")

    def lives_in(self, home: str, *, of_others: bool = False) -> None:
        """Name the scenario's home; it is built when first needed. ``of_others``: another supplier's."""
        home_called(home)
        self._home, self._is_of_others = home, of_others

    def has_status(self, device: str, words: str) -> None:
        """Say how far a device's installation has come. Raises: Misuse: the home is built already."""
        self._before_home()
        self._statuses[device] = status_called(words)

    def has_values(self, device: str, **values: Any) -> None:
        """Set fields of a simulated device. Raises: Misuse: the home is built already."""
        self._before_home()
        self._values.setdefault(device, {}).update(values)

    def _before_home(self) -> None:
        if self._has_begun:
            raise Misuse("the home is built already: say this before the first request")

    def device(self, name: str) -> str:
        """EUI of a device of the home. Raises: Misuse: there is none of that name."""
        self._begin()
        devices: dict[str, str] = self._premises["devices"]
        if name not in devices:
            raise Misuse(f"the home has no {name!r}; it has {', '.join(devices) or 'nothing'}")
        return devices[name]

    def neighbour_has_alert(self, code: str) -> None:
        """Another party's meter raises an alert: traffic that this party must never see."""
        self._begin()
        other = self._stage.other_than(self.user, UserRole.IS)
        spec = self._stage.premises_spec(f"{self.scenario.key}-neighbour", home_called("an electricity meter"))
        premises = self._stage.control.add_premises({**spec, "supplier": other, "gas_supplier": other})
        meter = premises["devices"]["electricity meter"]
        self._stage.control.raise_device_alert(meter, code)
        self._hidden = (meter,)

    def raise_device_alert(self, device: str, code: str) -> None:
        """A device of the home raises an alert to the party."""
        self._stage.control.raise_device_alert(self.device(device), code, recipient=self.user)

    def raise_dcc_alert(self, code: str, device: str) -> None:
        """The DCC raises an alert to the party about a device of the home."""
        eui = self.device(device)
        mpxn = str(self._premises["mprn" if device.startswith("gas") else "mpan"])
        content = alert_content(code, eui, mpxn, self.user, self._stage.now())
        self._stage.control.raise_dcc_alert(code, self.user, content)

    @property
    def another_party(self) -> str:
        """EUI of a party that is not under test."""
        return self._stage.other_than(self.user, self.role)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Identities of the neighbour that this party must never see."""
        return self._hidden

    def _begin(self) -> None:
        if self._has_begun:
            return
        self._has_begun = True
        premises: dict[str, Any] = {"devices": {}}
        try:
            if self._home is not None:
                premises = self._build(self._home)
        finally:
            self._premises = {
                **premises,
                "key": self.scenario.key,
                "first": self._first,
                "user": self.user,
                "party": self._stage.party_of(self.user),
            }
            self._record(
                ScenarioStarted(
                    scenario=self.scenario.id,
                    attempt=self.attempt,
                    role=self.role.value,
                    title=self.scenario.title,
                    scope=self.scenario.scope,
                    priority=self.scenario.priority,
                    srvs=self.scenario.srvs,
                    feature=self.scenario.feature,
                    premises=self._premises,
                ),
                *self._steps,
            )

    def _build(self, home: str) -> dict[str, Any]:
        devices = home_called(home)
        unknown = (self._statuses.keys() | self._values.keys()) - {device.name for device in devices}
        if unknown:
            raise Misuse(f"{home!r} has no {', '.join(sorted(unknown))}")
        spec = self._stage.premises_spec(f"{self.scenario.key}-{self.attempt}", devices, self._statuses, self._values)
        if self._is_of_others:
            other = self._stage.other_than(self.user, self.role)
            spec |= {"supplier": other, "gas_supplier": other}
        else:
            spec |= self._stage.responsible(self.role, self.user)
        return {"name": spec["name"], **self._stage.control.add_premises(spec)}

    # --- asking -----------------------------------------------------------------------------------------------

    def ask(
        self,
        kind: str = "send",
        *,
        service: str = "",
        to: str = "",
        parameters: Mapping[str, Any] | Sequence[Sequence[str]] = (),
        beside: bool = False,
        deadline: float | None = None,
        **options: Any,
    ) -> str:
        """Ask the party's system, and go on: checks wait for what comes of it.

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
        limit = deadline if deadline is not None else self._stage.settings.deadline
        if not beside:
            self._stage.seat.settle(self._stage.settings.deadline + self._stage.settings.grace)
        action = Action(
            id=self._stage.next_action_id(),
            kind=kind,  # type: ignore[arg-type]  # checked by msgspec when it is written
            scenario=self.scenario.id,
            user=self.user,
            role=self.role.value,
            service=service,
            target=self._target(to),
            parameters=self._parameters(parameters),
            deadline=limit,
            urls=self._stage.urls,
            options={name: self._resolve(value) for name, value in options.items()},
            instruction=self._stage.prompt(kind, self._words(service, to)),
        )
        self._actions.append(action.id)
        self._record(ActionAsked(scenario=self.scenario.id, action=action.id, content=msgspec.to_builtins(action)))
        self._stage.seat.ask(action)
        return action.id

    def _words(self, service: str, to: str) -> dict[str, str]:
        row = service_requests().get(Srv(service))
        name = f"{service} {row.name}" if row else service
        return {"service": name, "device": to, "target": self._target(to), "role": self.role.value, "user": self.user}

    def _target(self, to: str) -> str:
        return self.device(to) if to and to in self._premises["devices"] else to

    def _parameters(self, given: Mapping[str, Any] | Sequence[Sequence[str]]) -> dict[str, Any]:
        pairs = given.items() if isinstance(given, Mapping) else ((row[0], row[1]) for row in given)
        return {name: self._resolve(value) for name, value in pairs}

    def _resolve(self, value: Any) -> Any:
        """A cell's text as a value: number, EUI of a device, install code, meter point, instant; else as it is."""
        if not isinstance(value, str):
            return value
        text = value.strip()
        if _WHOLE.match(text):
            return int(text)
        later = _LATER.match(text)
        if later:
            return f"{self._stage.now() + timedelta(minutes=int(later.group(1))):%Y-%m-%dT%H:%M:%SZ}"
        codes: dict[str, str] = self._premises.get("install_codes", {})
        named: dict[str, Any] = {
            **self._premises["devices"],
            **{f"install code of {name}": code for name, code in codes.items()},
            **{f"the home's {name}": self._premises[name] for name in ("mpan", "mprn") if name in self._premises},
        }
        return named.get(text, {"yes": True, "no": False}.get(text, text))

    @property
    def last_request_id(self) -> str:
        """RequestID of the party's latest accepted request, for collecting its outcome later."""
        events = [entry.event for entry in self._read()]
        accepted = [event for event in events if isinstance(event, RequestAccepted) and event.user == self.user]
        if not accepted:
            raise Misuse("no request of the party was accepted yet")
        return accepted[-1].request_id

    def wait_until_given_up(self) -> None:
        """Move the clock past the time the DCC waits for a device."""
        self.clock.advance(self._stage.dcc.settings.device_timeout + 1)

    # --- expecting --------------------------------------------------------------------------------------------

    def expect(self, check: str, **parameters: Any) -> Finding:
        """Wait until a check is decided or the time is up, journal the verdict, stop the scenario unless it is kept.

        The time: as long as the party's system is busy (its deadline and grace), then the settings' patience for the
        wire. Real seconds, since a frozen run clock never ends a wait.

        Raises: CheckFailed, CheckBlocked, NotAsked: the finding says why.
        """
        self._begin()
        if self._actions and "action" not in parameters:
            parameters["action"] = self._actions[-1]
        finding, last = self._decide(check, parameters)
        self.findings.append(finding)
        self._record(
            CheckJudged(
                scenario=self.scenario.id,
                role=self.role.value,
                check=check,
                parameters=parameters,
                first=self._first,
                last=last,
                verdict=finding.verdict.value,
                expected=finding.expected,
                got=finding.got,
                rule=finding.rule,
                references=finding.references,
            )
        )
        stop = stop_for(finding)
        if stop is not None:
            raise stop
        return finding

    def _decide(self, check: str, parameters: Mapping[str, Any]) -> tuple[Finding, int]:
        settings = self._stage.settings
        end = time.monotonic() + settings.deadline + settings.grace + settings.patience
        quiet = 0.0
        while True:
            entries = self._read()
            is_busy = self._stage.seat.is_busy or _is_attested(entries)
            last = entries[-1].seq if entries else self._first
            surroundings = self._stage.surroundings()
            evidence = evidence_of([*surroundings, *entries], self.scenario.id, self.role.value, self._first, last)
            finding = judge(check, evidence, parameters)
            now = time.monotonic()
            quiet = now if is_busy or not quiet else quiet
            limit = end if is_busy else min(end, quiet + settings.patience)
            if finding.is_final or now >= limit:
                return finding, last
            self._stage.progress.awaiting(finding.expected, limit - now)
            self._stage.journal.wait(after=last, timeout=min(_TICK, limit - now))

    def _read(self) -> list[Entry]:
        """The entries from this scenario's beginning on; those read before are kept."""
        after = self._entries[-1].seq if self._entries else self._first - 1
        self._entries += self._stage.journal.entries(after=after)
        return self._entries

    # --- the record of the scenario ---------------------------------------------------------------------------

    def _record(self, *events: Any) -> None:
        self._stage.journal.record(*events)

    def step_begins(self, step: Step) -> None:
        """A Gherkin step begins."""
        self._open_step = (step, time.monotonic())
        self._stage.progress.step_started(f"{step[1]} {step[2]}")

    def step_ends(self, error: BaseException | None = None) -> None:
        """A Gherkin step ended, well or with ``error``."""
        if self._open_step is None:
            return
        (index, keyword, text), began = self._open_step
        self._open_step = None
        status, detail = "passed", ""
        if error is not None:
            verdict, detail = verdict_of(error)
            status = {Verdict.FAIL: "failed", Verdict.NOT_RUN: "skipped"}.get(verdict, "blocked")
            self._reason = (verdict, detail)
        event = StepFinished(
            scenario=self.scenario.id,
            attempt=self.attempt,
            role=self.role.value,
            index=index,
            keyword=keyword,
            text=text,
            status=status,
            seconds=round(time.monotonic() - began, 3),
            detail=detail,
        )
        if self._has_begun:
            self._record(event)
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

    def finish(self, *, interrupted: bool = False) -> tuple[Verdict, str]:
        """End the scenario: let the party finish, take faults away, record the verdict."""
        if self._open_step is not None:
            self.step_ends(KeyboardInterrupt() if interrupted else Misuse("the step did not end"))
        self._begin_quietly()
        if not interrupted:
            self._stage.seat.settle(self._stage.settings.deadline + self._stage.settings.grace)
        self.faults.clear()
        verdict, reason = self._verdict(interrupted=interrupted)
        self._record(
            ScenarioFinished(
                scenario=self.scenario.id,
                attempt=self.attempt,
                role=self.role.value,
                verdict=verdict.value,
                reason=reason,
            )
        )
        if not interrupted:
            self._stage.sweep()
        return verdict, reason

    def _begin_quietly(self) -> None:
        try:
            self._begin()
        except Exception as error:  # noqa: BLE001 - the scenario ends anyway; the reason is kept
            self._reason = self._reason or verdict_of(error)

    def _verdict(self, *, interrupted: bool) -> tuple[Verdict, str]:
        if interrupted:
            return Verdict.NOT_RUN, "interrupted"
        if self._reason is not None:
            return self._reason
        if not self.findings:
            return Verdict.NOT_RUN, "no check was judged"
        verdict = worst(tuple(finding.verdict for finding in self.findings))
        deciding = next(finding for finding in self.findings if finding.verdict is verdict)
        return verdict, "" if verdict is Verdict.PASS else f"expected {deciding.expected}; got {deciding.got}"


def _is_attested(entries: Sequence[Entry]) -> bool:
    """Whether the latest claim is a person's: the party's system may still be at work."""
    claims = [entry.event.content for entry in entries if isinstance(entry.event, OutcomeClaimed)]
    return bool(claims) and claims[-1].get("status") == "attested"
