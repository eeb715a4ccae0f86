"""A run of several workers, from division to the one journal that is left of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import msgspec

from harness.checks import Verdict
from harness.drivers import make_driver
from harness.engine.folder import make_folder, pki_folder, take_away, write_summary
from harness.engine.progress import Progress
from harness.engine.rehearsal import facts_of, planned_by, scenarios_folder
from harness.engine.results import Run, fold_run
from harness.engine.run_control import RunControl
from harness.engine.run_result import RunResult, exit_code_of
from harness.engine.time_stamping import Stamper
from harness.engine.workers.division import shares
from harness.engine.workers.journal_merge import Record, join
from harness.engine.workers.messages import Awaiting, Begun, Done, Message, Said, Stepping
from harness.engine.workers.worker_process import Worker, wait_for
from harness.plan import Plan, load_library
from harness.settings import RehearsalSettings, TimeStampSettings
from stubs.app import load_pki
from stubs.clock import SystemClock
from stubs.journal import FILE_NAME, Journal, SqliteStore
from stubs.wire.errors import Blocked, InputError


def run_side_by_side(settings: RehearsalSettings, progress: Progress, control: RunControl) -> RunResult:
    """Run the plan with ``settings.jobs`` workers and join what they leave into one run.

    Ctrl-C stops the workers and leaves a valid, partial run. A worker that dies leaves its unfinished scenarios
    NOT_RUN with the reason, and the run incomplete.

    Raises: InputError: nothing is chosen, or the settings cannot be used. Blocked: no worker could begin.
    """
    plan = planned_by(settings, load_library(scenarios_folder(settings)))
    plan.require_scenarios()
    Stamper(settings.time_stamps)  # what is missing for it is told before anything is made
    make_driver(settings.driver)  # a name that is none is told before anything is made
    folder, made = make_folder(settings)
    try:
        return _run(settings, plan, folder, progress, control)
    except BaseException:
        if not (folder / "state" / FILE_NAME).exists():
            take_away(made)
        raise


def _run(settings: RehearsalSettings, plan: Plan, folder: Path, progress: Progress, control: RunControl) -> RunResult:
    divided = shares(plan.chosen, settings.jobs)
    single = _for_each_worker(settings, folder)
    progress.run_started(
        len(plan.chosen),
        {
            "driver": settings.driver,
            "roles": ", ".join(plan.roles),
            "folder": str(folder),
            "workers": str(len(divided)),
        },
    )
    shown = _Shown(progress, len(plan.chosen))
    workers = [
        Worker(number, share, msgspec.structs.replace(single, out=str(_home(folder, number))), shown.hear)
        for number, share in enumerate(divided, start=1)
    ]
    is_interrupted = wait_for(workers, control) or (control.stops and shown.begun < len(plan.chosen))
    try:
        run = _join(workers, folder, settings, plan, is_interrupted=is_interrupted)
    finally:
        progress.run_finished(complete=not is_interrupted)
    if run.is_complete:
        shutil.rmtree(folder / "state" / "workers")  # all of it is in the joined journal
    code = exit_code_of(run, is_strict=settings.strict, is_interrupted=is_interrupted)
    return RunResult(run, folder, folder / "state" / FILE_NAME, code)


def _home(folder: Path, number: int) -> Path:
    return folder / "state" / "workers" / str(number)


def _for_each_worker(settings: RehearsalSettings, folder: Path) -> RehearsalSettings:
    """Settings of one worker: the same keys, the same beginning of time, and the same seed for all."""
    pki = pki_folder(settings, folder)
    load_pki(pki)  # what is missing of it is made once, before several read it
    start = settings.clock_start or SystemClock().now().isoformat()
    dcc = msgspec.structs.replace(settings.dcc, pki=str(pki.resolve()))
    nobody = TimeStampSettings()  # hashes of a worker's journal say nothing of the joined one
    return msgspec.structs.replace(settings, jobs=1, clock_start=start, dcc=dcc, time_stamps=nobody)


def _join(
    workers: Sequence[Worker], folder: Path, settings: RehearsalSettings, plan: Plan, *, is_interrupted: bool
) -> Run:
    records = [_record(worker, _home(folder, worker.number) / "state" / FILE_NAME) for worker in workers]
    if not any(record.started for record in records):
        _explain(workers, is_interrupted=is_interrupted)
    facts = facts_of(settings, plan) | {
        "workers": [
            {"scenarios": [scenario.key for scenario in worker.share], "fate": worker.fate} for worker in workers
        ]
    }
    journal = Journal(SqliteStore(folder / "state" / FILE_NAME), SystemClock())
    try:
        for at, event in join(records, plan.chosen, facts, is_interrupted=is_interrupted):
            journal.append(event, at=at)
        journal.commit()
        Stamper(settings.time_stamps).stamp(journal, at=journal.last_at)
        run = fold_run(journal.entries())
    finally:
        journal.close()
    write_summary(folder, run, settings)
    return run


def _record(worker: Worker, file: Path) -> Record:
    if not file.is_file():
        return Record(worker.share, (), worker.fate)
    journal = Journal(SqliteStore(file), SystemClock())
    try:
        return Record(worker.share, tuple(journal.entries()), worker.fate)
    finally:
        journal.close()


def _explain(workers: Sequence[Worker], *, is_interrupted: bool) -> None:
    """No worker began: nothing to join. Raises: KeyboardInterrupt, InputError, Blocked: why."""
    if is_interrupted:
        raise KeyboardInterrupt
    for worker in workers:
        if worker.stuck is not None:
            kind = InputError if worker.stuck.exit_code == InputError.exit_code else Blocked
            raise kind(worker.stuck.what, mend=worker.stuck.mend)
    raise Blocked("; ".join(worker.fate for worker in workers), mend="Run with jobs = 1 to see more.")


class _Shown:
    """The progress of all workers as that of one run; heard from several threads."""

    def __init__(self, progress: Progress, count: int) -> None:
        self._progress = progress
        self._count = count
        self.begun = 0
        """How many scenarios have begun."""
        self._at: dict[int, tuple[str, str]] = {}
        self._lock = Lock()

    def hear(self, worker: int, message: Message) -> None:
        """Show one message of a worker."""
        with self._lock:
            title = self._at.get(worker, ("", ""))[0]
            match message:
                case Begun():
                    self.begun += 1
                    self._at[worker] = (f"[{self.begun}/{self._count}] {message.key}", message.title)
                case Stepping():
                    self._at[worker] = (title, message.text)
                case Awaiting():
                    self._at[worker] = (title, f"waiting, at most {message.seconds:.0f} s more, for {message.what}")
                case Done():
                    verdict = Verdict(message.verdict)
                    self._progress.scenario_finished(
                        message.key, message.title, verdict, message.lines, message.seconds
                    )
                    self._at.pop(worker, None)
                case Said():
                    self._progress.say(f"worker {worker}: {message.text}")
                case _:
                    return
            self._progress.workers([f"{number}: {' '.join(at)}" for number, at in sorted(self._at.items())])
