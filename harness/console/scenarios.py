"""Scenarios of a run for the live page: folded from the journal, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from stubs.events import (
    AnyEvent,
    CheckJudged,
    Entry,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
)
from stubs.findings import Finding

_KEPT = frozenset({"PASS", "WARNING"})


@dataclass(slots=True)
class StepShown:
    """One step that ended."""

    text: str
    status: str
    seconds: float
    detail: str


@dataclass(slots=True)
class ScenarioShown:
    """One scenario of the plan; ``verdict`` is empty until it has one."""

    key: str
    scenario: str
    role: str
    title: str
    scope: str
    reason_not_chosen: str = ""
    attempt: int = 0
    verdict: str = ""
    reason: str = ""
    is_running: bool = False
    first: int = 0
    last: int = 0
    steps: list[StepShown] = field(default_factory=list)
    finding: Finding | None = None
    """Finding that decided it, or the fault found so far."""
    check: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The failed check in three lines; empty while nothing is wrong."""
        return self.finding.lines if self.finding is not None else ()

    @property
    def seconds(self) -> float:
        """Real seconds spent in steps."""
        return sum(step.seconds for step in self.steps)

    @property
    def state(self) -> str:
        """The verdict, ``running`` or ``waiting``."""
        return "running" if self.is_running else self.verdict or "waiting"


@dataclass(slots=True)
class RunShown:
    """The newest run of a journal."""

    run: str = ""
    began: int = 0
    started: datetime | None = None
    driver: str = ""
    roles: tuple[str, ...] = ()
    is_finished: bool = False
    is_complete: bool = False
    scenarios: dict[str, ScenarioShown] = field(default_factory=dict)
    """By key, in the plan's order."""
    passed_over: int = 0
    """Rows of the plan that were not chosen."""

    @property
    def is_running(self) -> bool:
        """Whether a run has begun and not ended."""
        return bool(self.run) and not self.is_finished

    @property
    def done(self) -> int:
        """Scenarios with a verdict."""
        return sum(1 for one in self.scenarios.values() if one.verdict)

    @property
    def counts(self) -> dict[str, int]:
        """Scenarios by verdict, the frequent first."""
        found: dict[str, int] = {}
        for one in self.scenarios.values():
            if one.verdict:
                found[one.verdict] = found.get(one.verdict, 0) + 1
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    @property
    def seconds_left(self) -> float | None:
        """An estimate from what the finished ones took; None before the first has ended."""
        took = [one.seconds for one in self.scenarios.values() if one.verdict and one.steps]
        left = sum(1 for one in self.scenarios.values() if not one.verdict)
        return sum(took) / len(took) * left if took else None

    def by_role(self) -> dict[str, dict[str, list[ScenarioShown]]]:
        """The tree: role, scope, scenarios."""
        tree: dict[str, dict[str, list[ScenarioShown]]] = {}
        for one in self.scenarios.values():
            tree.setdefault(one.role, {}).setdefault(one.scope, []).append(one)
        return tree


def take(run: RunShown, entry: Entry) -> RunShown:
    """The run after an entry: the same one changed, or a new one that began."""
    event: AnyEvent = entry.event
    if isinstance(event, RunStarted):
        return _begun(entry, event)
    match event:
        case ScenarioStarted():
            _scenario_begins(run, entry, event)
        case StepFinished():
            shown = _running(run, event.scenario, event.role)
            if shown is not None:
                text = f"{event.keyword} {event.text}"
                shown.steps.append(StepShown(text, event.status, event.seconds, event.detail))
        case CheckJudged(user=""):  # what another party did decides nothing here
            _check_judged(run, entry, event)
        case ScenarioFinished():
            shown = _running(run, event.scenario, event.role)
            if shown is not None:
                shown.verdict, shown.reason, shown.is_running, shown.last = (
                    event.verdict, event.reason, False, entry.seq,
                )  # fmt: skip
                if event.verdict == "PASS":
                    shown.finding, shown.check = None, ""
        case RunFinished():
            run.is_finished, run.is_complete = True, event.complete
        case _:
            pass
    return run


def _begun(entry: Entry, event: RunStarted) -> RunShown:
    facts = event.facts
    rows = [row for row in facts.get("plan", ()) if isinstance(row, dict)]
    chosen = [row for row in rows if row.get("chosen", True)]
    return RunShown(
        run=event.run,
        began=entry.seq,
        started=entry.at,
        driver=str(facts.get("driver", "")),
        roles=tuple(str(role) for role in facts.get("roles", ())),
        scenarios={
            str(row["key"]): ScenarioShown(
                key=str(row["key"]),
                scenario=str(row.get("id", row["key"])),
                role=str(row.get("role", "")),
                title=str(row.get("title", "")),
                scope=str(row.get("scope", "")),
            )
            for row in chosen
        },
        passed_over=len(rows) - len(chosen),
    )


def _scenario_begins(run: RunShown, entry: Entry, event: ScenarioStarted) -> None:
    key = event.key or str(event.premises.get("key", ""))
    run.scenarios[key] = ScenarioShown(
        key=key,
        scenario=event.scenario,
        role=event.role,
        title=event.title,
        scope=event.scope,
        attempt=event.attempt,
        is_running=True,
        first=event.first or entry.seq,
    )


def _running(run: RunShown, scenario: str, role: str) -> ScenarioShown | None:
    """The scenario that runs under this id and role; the newest to begin where several do."""
    found = [one for one in run.scenarios.values() if one.is_running and (one.scenario, one.role) == (scenario, role)]
    return max(found, key=lambda one: one.first, default=None)


def _check_judged(run: RunShown, entry: Entry, event: CheckJudged) -> None:
    shown = _running(run, event.scenario, event.role)
    from harness.checks import finding_of  # noqa: PLC0415 - a simulated DCC without a rehearsal loads no checks

    finding = finding_of(event, entry.seq)
    if shown is not None and str(finding.verdict) not in _KEPT and shown.finding is None:
        shown.finding, shown.check = finding, event.check
