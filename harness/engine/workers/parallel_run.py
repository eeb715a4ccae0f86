"""A run of several workers, from division to the one journal that is left of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from harness.engine.workers.cluster import DaskShareRunner
from harness.engine.workers.division import shares
from harness.engine.workers.journal_merge import Record, join
from harness.engine.workers.messages import (
    Awaiting,
    Begun,
    Done,
    Message,
    Said,
    ShareRecord,
    ShareTask,
    Stepping,
)
from harness.engine.workers.share import TICK
from harness.engine.workers.share_runner import Hear, LocalShareRunner, ShareRunner
from harness.evidence.slice import check_chain, entries, from_lines
from harness.plan import LibraryScenario, Plan, load_library
from harness.settings import RehearsalSettings, TimeStampSettings
from stubs.app import load_pki
from stubs.clock import SystemClock
from stubs.journal import FILE_NAME, Journal, SqliteStore
from stubs.wire.errors import Blocked, InputError

_MOST_ATTEMPTS = 2
"""Most attempts at a share whose worker dies: once more, elsewhere."""


def run_side_by_side(settings: RehearsalSettings, progress: Progress, control: RunControl) -> RunResult:
    """Run the plan with several workers, of this machine or of a cluster, and join what they leave into one run.

    Ctrl-C stops the workers and leaves a valid, partial run. The scenarios of a worker that dies are run again
    elsewhere; when that one dies too, those it left unfinished are NOT_RUN with the reason, and the run incomplete.

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


@dataclass(slots=True)
class Share:
    """One share of the plan: what it is, what it left, and where it was tried."""

    task: ShareTask
    scenarios: tuple[LibraryScenario, ...]
    record: ShareRecord = field(default_factory=ShareRecord)
    lost: list[str] = field(default_factory=list)
    """Reasons why earlier attempts were lost."""

    @property
    def facts(self) -> Mapping[str, object]:
        """Return the facts about the share that the evidence holds."""
        return {
            "scenarios": [scenario.key for scenario in self.scenarios],
            "fate": self.record.fate,
            "where": self.record.where,
            "run_again_after": self.lost,
        }


def _run(settings: RehearsalSettings, plan: Plan, folder: Path, progress: Progress, control: RunControl) -> RunResult:
    single = _for_each_worker(settings, folder)
    shown = _Shown(progress, len(plan.chosen))
    with _share_runner(settings, folder, shown.hear, control) as runner:
        divided = shares(plan.chosen, runner.size)
        progress.run_started(
            len(plan.chosen),
            {
                "driver": settings.driver,
                "roles": ", ".join(plan.roles),
                "folder": str(folder),
                "workers": str(len(divided)),
            },
        )
        team = {
            number: Share(
                ShareTask(number=number, settings=single, keys=tuple(scenario.key for scenario in share)), share
            )
            for number, share in enumerate(divided, start=1)
        }
        is_interrupted = run_all(runner, team, progress, control)
        for number, places in runner.left().items():  # the cluster itself ran them again, and does not say why
            team[number].lost += [f"the worker at {place} ended" for place in places]
    is_interrupted = is_interrupted or (control.stops and shown.begun < len(plan.chosen))
    try:
        run = _join(tuple(team.values()), folder, settings, plan, is_interrupted=is_interrupted)
    finally:
        progress.run_finished(complete=not is_interrupted)
    if run.is_complete:
        shutil.rmtree(folder / "state" / "workers", ignore_errors=True)  # all of it is in the joined journal
    code = exit_code_of(run, is_strict=settings.strict, is_interrupted=is_interrupted)
    return RunResult(run, folder, folder / "state" / FILE_NAME, code)


@contextmanager
def _share_runner(settings: RehearsalSettings, folder: Path, hear: Hear, control: RunControl) -> Iterator[ShareRunner]:
    runner: ShareRunner
    if settings.cluster:
        runner = DaskShareRunner(settings.cluster, settings.cluster_tls, hear, settings.jobs)
    else:
        runner = LocalShareRunner(settings.jobs, folder / "state" / "workers", hear, control)
    try:
        yield runner
    finally:
        runner.close()


def run_all(runner: ShareRunner, team: Mapping[int, Share], progress: Progress, control: RunControl) -> bool:
    """Run until every share has ended; return whether a person interrupted them.

    Args:
        runner: runs the shares.
        team: by number; records and what was lost are noted there.
        progress: is told when a share is run again.
        control: what a person asks.
    """
    running: dict[Future[ShareRecord], Share] = {}
    with control.heeded():
        for share in team.values():
            running[runner.submit(share.task)] = share
        while running:
            try:
                runner.relay_stop(control)
                ended, _ = wait(running, timeout=TICK, return_when=FIRST_COMPLETED)
                for future in ended:
                    _take(runner, running, future, progress, control)
            except KeyboardInterrupt:  # the second one
                runner.hurry()
    return control.is_interrupted


def _take(
    runner: ShareRunner,
    running: dict[Future[ShareRecord], Share],
    future: Future[ShareRecord],
    progress: Progress,
    control: RunControl,
) -> None:
    """Note what a share left, and have it run again when it was lost."""
    share = running[future]
    share.record = future.result()
    if _is_run_again(share, control):
        progress.say(f"{share.record.fate}; its scenarios are run again elsewhere")
        share.lost.append(share.record.fate)
        share.task = msgspec.structs.replace(share.task, attempt=share.task.attempt + 1)
        running[runner.submit(share.task)] = share
    del running[future]


def _is_run_again(share: Share, control: RunControl) -> bool:
    is_wanted = not control.is_interrupted and not control.stops
    return share.record.is_lost and is_wanted and share.task.attempt < _MOST_ATTEMPTS


def _for_each_worker(settings: RehearsalSettings, folder: Path) -> RehearsalSettings:
    """Settings of one worker: the same keys, the same beginning of time, and the same seed for all.

    On a cluster the PKI is a folder that every worker sees under the same name.
    """
    pki = Path(settings.dcc.pki) if settings.cluster and settings.dcc.pki else pki_folder(settings, folder)
    if not settings.cluster:
        load_pki(pki)  # what is missing of it is made once, before several read it
    start = settings.clock_start or SystemClock().now().isoformat()
    dcc = msgspec.structs.replace(settings.dcc, pki=str(pki.resolve()))
    nobody = TimeStampSettings()  # hashes of a worker's journal say nothing of the joined one
    return msgspec.structs.replace(settings, jobs=1, cluster="", clock_start=start, dcc=dcc, time_stamps=nobody)


def _join(team: Sequence[Share], folder: Path, settings: RehearsalSettings, plan: Plan, *, is_interrupted: bool) -> Run:
    records = [_record(share) for share in team]
    if not any(record.started for record in records):
        _explain([share.record for share in team], is_interrupted=is_interrupted)
    facts = facts_of(settings, plan) | {"workers": [share.facts for share in team]}
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


def _record(share: Share) -> Record:
    """The journal of a share. Raises: PeerError: it was altered on its way."""
    rows = tuple(from_lines(share.record.journal))
    if rows:
        check_chain(rows)
    return Record(share.scenarios, tuple(entries(rows)), share.record.fate)


def _explain(records: Sequence[ShareRecord], *, is_interrupted: bool) -> None:
    """No worker began: nothing to join. Raises: KeyboardInterrupt, InputError, Blocked: why."""
    if is_interrupted:
        raise KeyboardInterrupt
    for record in records:
        if record.stuck is not None:
            kind = InputError if record.stuck.exit_code == InputError.exit_code else Blocked
            raise kind(record.stuck.what, mend=record.stuck.mend)
    raise Blocked("; ".join(record.fate for record in records), mend="Run with jobs = 1 to see more.")


class _Shown:
    """The progress of all workers as that of one run; heard from several threads."""

    def __init__(self, progress: Progress, count: int) -> None:
        self._progress = progress
        self._count = count
        self.begun = 0
        """Number of scenarios that have begun."""
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
