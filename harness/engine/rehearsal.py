"""One run from beginning to end: simulated DCC up, driver ready, scenarios one by one, the record closed."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from harness import __version__
from harness.checks import Verdict
from harness.drivers import Driver, driver_traits, make_driver
from harness.engine.attendance import Attendance, Opened
from harness.engine.folder import make_folder, pki_folder, take_away, write_summary
from harness.engine.own_dcc import OwnDcc
from harness.engine.party_driver import start_driver
from harness.engine.party_program import party_program
from harness.engine.progress import Progress, Silent
from harness.engine.results import Run, fold_run
from harness.engine.run_context import RunContext
from harness.engine.run_control import RunControl
from harness.engine.scenario_errors import Ending
from harness.engine.starting_facts import certificates_of_the_dcc, certificates_of_users
from harness.engine.steering import Steering
from harness.engine.time_stamping import Stamper
from harness.engine.world import World
from harness.plan import LibraryScenario, Plan, library_folder, load_library, make_plan, read_plan_file, scenario_digest
from harness.settings import RehearsalSettings, SettingsError
from schemas.load import UserRole
from stubs.app import BackgroundDcc, SsiSettings, background_dcc
from stubs.clock import SystemClock, VirtualClock
from stubs.events import CertificateIssued, RunFinished, RunStarted
from stubs.journal import FILE_NAME
from stubs.redaction import redacted, shown_driver, shown_driver_facts, shown_path
from stubs.wire.certificates import Certificate


class Rehearsal:
    """A run. ``open`` starts everything, ``close`` ends it whatever happened; both are idempotent.

    Args:
        settings: what to run, against what.
        dcc: a simulated DCC that is up already, for several runs on one; None starts one for this run.
        driver: a driver that is not started yet; None makes the one that the settings name.
        progress: told what happens.
        keys: run these scenarios of the plan only: a worker's share; None: all.
        control: what a person asks of the run while it goes on.
        attendance: a person at the live page; None: nobody.
    """

    def __init__(
        self,
        settings: RehearsalSettings,
        *,
        dcc: BackgroundDcc | None = None,
        driver: Driver | None = None,
        progress: Progress | None = None,
        keys: Collection[str] | None = None,
        control: RunControl | None = None,
        attendance: Attendance | None = None,
    ) -> None:
        self.settings = settings
        self.control = control or RunControl()
        self.attendance = attendance
        self.steering = attendance.steering if attendance else Steering(self.control)
        self.progress: Progress = progress or Silent()
        self.library = load_library(self.scenarios_folder)
        whole = planned_by(settings, self.library)
        self.plan: Plan = whole if keys is None else whole.only(keys)
        self.problems: list[str] = []
        """Errors of ours that kept scenarios from being collected."""
        self.interrupted = False
        self.result: Run | None = None
        self._dcc = dcc
        self._driver = driver
        self._stamper = Stamper(settings.time_stamps)
        self._run_context: RunContext | None = None
        self._stack = ExitStack()
        self._started: dict[str, int] = {}
        self._own: OwnDcc | None = None
        self._began = 0
        self._run_id = ""
        self.folder = Path()
        self.journal_file = Path()

    @property
    def scenarios_folder(self) -> Path:
        """Folder of the features and prompts."""
        return scenarios_folder(self.settings)

    @property
    def run_context(self) -> RunContext:
        """Return what scenarios share; opened on first use."""
        return self.open()

    def open(self) -> RunContext:
        """Start the simulated DCC and the driver, register the Users, record RunStarted.

        Raises: Blocked: a port in use, keys missing, a driver that does not start.
        """
        if self._run_context is not None:
            return self._run_context
        driver = self._driver or make_driver(self.settings.driver)
        if self._driver is None and self._dcc is None:
            _require_endpoint(self.settings, self.plan)
        self.folder, made = make_folder(self.settings)
        try:
            self._run_context = self._open(driver)
        except BaseException:
            self._stack.close()
            if not self._began:
                take_away(made)
            raise
        return self._run_context

    def _open(self, driver: Driver) -> RunContext:
        dcc = self._dcc or self._stack.enter_context(self._start_dcc())
        self.journal_file = Path(dcc.settings.state_dir or self.folder / "state") / FILE_NAME
        prompts = self.scenarios_folder / "prompts"
        run_context = RunContext(self.settings, dcc, driver, prompts, self.progress, self.control)
        self._start_driver(run_context, driver, dcc)
        facts = self._facts(run_context, driver, dcc)
        self._run_id = str(facts["run"])
        started = RunStarted(run=self._run_id, facts=facts)
        run_context.leave_out_earlier_runs()
        entries = run_context.journal.record(
            started, *certificates_of_users(run_context), *certificates_of_the_dcc(dcc)
        )
        self._began = entries[0].seq if entries else run_context.journal.last_seq
        self._stamper.stamp(run_context.journal)
        if self.attendance:
            self.attendance.opened(Opened(dcc, self.plan, self.folder, self._began, run_context.keep_evidence))
        short = {"driver": self.settings.driver, "roles": ", ".join(self.plan.roles), "folder": str(self.folder)}
        self.progress.run_started(len(self.plan.chosen), short)
        return run_context

    def _start_dcc(self) -> Any:
        pki = pki_folder(self.settings, self.folder)
        dcc = self.settings.dcc
        settings = msgspec.structs.replace(
            dcc, pki=str(pki), state_dir=dcc.state_dir or str(self.folder / "state"), seed=self.settings.seed
        )
        text = self.settings.clock_start
        start = datetime.fromisoformat(text) if text else SystemClock().now()
        return background_dcc(settings, VirtualClock(start))

    def _start_driver(self, run_context: RunContext, driver: Driver, dcc: BackgroundDcc) -> None:
        if self.settings.party_program:
            self._stack.enter_context(party_program(self.settings.party_program, self.settings.receive_url))
        self._stack.callback(driver.close)
        person = self.attendance.ask_person if self.attendance else None
        start_driver(run_context, driver, self._driver_state(dcc), person)

    def _driver_state(self, dcc: BackgroundDcc) -> Path:
        """Return the driver's state folder, beside the DCC's: both know the highest counter, and must stay together."""
        folder = Path(dcc.settings.state_dir or self.folder / "state") / "driver"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _facts(self, run_context: RunContext, driver: Driver, dcc: BackgroundDcc) -> dict[str, Any]:
        users = run_context.users()
        certificates = [_summary(event) for event in certificates_of_users(run_context)]
        planned = facts_of(self.settings, self.plan)
        return {
            **planned,
            "run": f"{planned['run']}-{run_context.journal.last_seq + 1}",
            "driver_facts": shown_driver_facts(driver.describe()),
            "users": {role: users[UserRole(role)] for role in self.plan.roles if UserRole(role) in users},
            "certificates": certificates,
            "pki": shown_path(str(dcc.settings.pki)),
            "wall_clock": SystemClock().now().isoformat(),
            "clock": {"start": dcc.clock.now().isoformat(), "given": self.settings.clock_start or None},
            "python": platform.python_version(),
            "platform": platform.platform(),
        }

    # --- scenarios --------------------------------------------------------------------------------------------

    def begin(self, scenario: LibraryScenario) -> World:
        """A world for a scenario that is about to run."""
        self.control.scenario_begins()
        run_context = self.open()
        if run_context.driver_runner.hung:
            self._replace_driver(run_context)
        attempt = self._started.get(scenario.key, 0) + 1
        self._started[scenario.key] = attempt
        run_context.keep_surroundings()
        number = len(self._started)
        self.progress.scenario_started(scenario.key, scenario.title, number, len(self.plan.chosen))
        if scenario.moves_clock and self.settings.can_move_clock and self._has_own_dccs:
            self._own = OwnDcc(run_context, self.attendance.ask_person if self.attendance else None)
        return World(self._own.run_context if self._own else run_context, scenario, attempt)

    @property
    def _has_own_dccs(self) -> bool:
        """Return whether workers have their own DCCs: not with a driver handed in, nor with a state for later runs."""
        return self._driver is None and not self.settings.dcc.state_dir

    def _replace_driver(self, run_context: RunContext) -> None:
        """A driver that hung is left to itself; its successor takes over."""
        if self._driver is not None or self._dcc is not None:
            run_context.driver_runner.hung = False
            return
        run_context.driver_runner.driver.close()
        driver = make_driver(self.settings.driver)
        run_context.driver_runner.driver, run_context.driver_runner.hung = driver, False
        self._start_driver(run_context, driver, run_context.dcc)

    def finish(self, world: World) -> Ending:
        """End a scenario and say how it ended."""
        self.interrupted |= self.control.is_interrupted
        try:
            verdict, reason, _ = ending = world.finish(interrupted=self.interrupted)
        finally:
            own, self._own = self._own, None
            if own is not None:
                own.close()
        decisive = next((one for one in world.findings if one.verdict is verdict), None)
        self._stamper.stamp(self.open().journal)
        lines = () if verdict is Verdict.PASS else (decisive.lines if decisive else (reason,))
        self.progress.scenario_finished(world.scenario.key, world.scenario.title, verdict, lines, world.seconds)
        return ending

    # --- the end ----------------------------------------------------------------------------------------------

    def close(self) -> Run | None:
        """Record RunFinished, stop the driver and, if it is ours, the simulated DCC. The run, or None if none began."""
        if self._run_context is None:
            self._stack.close()
            return None
        run_context, self._run_context = self._run_context, None
        self.interrupted |= self.control.is_interrupted and not self.steering.was_held
        if self._own is not None:
            self._own.close()
        is_complete = not self.interrupted and len(self._started) >= len(self.plan.chosen)
        try:
            run_context.journal.record(RunFinished(run=self._run_id, complete=is_complete))
            self._stamper.stamp(run_context.journal, is_last=True)
            run = fold_run(run_context.journal.entries(after=self._began - 1))
            write_summary(self.folder, run, self.settings)
        finally:
            self.progress.run_finished(complete=is_complete)
            if self.attendance:
                self.attendance.closing()
            self._stack.close()
        return run


def planned_by(settings: RehearsalSettings, library: tuple[LibraryScenario, ...]) -> Plan:
    """The plan of a run. Raises: InputError: its plan file is none, or names a scenario that does not exist."""
    file = read_plan_file(Path(settings.plan), library) if settings.plan else None
    return make_plan(library, settings, file, settings.dcc.eligible_roles)


def _require_endpoint(settings: RehearsalSettings, plan: Plan) -> None:
    """Require a receive URL. Raises: SettingsError: the DCC's deliveries would reach nobody."""
    known = settings.receive_url or settings.dcc.receive_url or settings.dcc.receive_urls
    if driver_traits(settings.driver).needs_receive_url and plan.needs_deliveries and not known:
        kind = settings.driver.partition(":")[0]
        raise SettingsError(
            f"receive_url: the driver {kind!r} has no endpoint of its own, and scenarios wait for deliveries",
            mend="Name your system's endpoint: --receive-url http://host:port/path, or receive_url in the run file.",
        )


def scenarios_folder(settings: RehearsalSettings) -> Path:
    """Folder of the features and prompts."""
    return Path(settings.scenarios) if settings.scenarios else library_folder()


def facts_of(settings: RehearsalSettings, plan: Plan) -> dict[str, Any]:
    """Return the facts that RunStarted holds before anything starts; ``run`` is the beginning of the run's name."""
    content = redacted(settings, tables={"ssi": SsiSettings})
    digest = hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
    return {
        "run": f"run-{digest[:8]}",
        "harness": __version__,
        "driver": shown_driver(settings.driver),
        "roles": list(plan.roles),
        "seed": settings.seed,
        "settings": content,
        "settings_digest": digest,
        "scenario_set": {"version": __version__, "digest": scenario_digest(scenarios_folder(settings).resolve())},
        "plan": [row.row() for row in plan.rows],
        "not_in_library": plan.not_in_library,
        "declared_unused": list(settings.declared_unused),
        "system": msgspec.to_builtins(settings.system),
        "deviations": msgspec.to_builtins(settings.deviations),
    }


def _summary(event: CertificateIssued) -> Mapping[str, Any]:
    certificate = Certificate.from_der(event.der)
    return {
        "eui": event.eui,
        "usage": event.usage,
        "role": event.role,
        "serial": str(certificate.serial),
        "not_after": certificate.not_after.isoformat(),
    }
