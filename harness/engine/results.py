"""Result of a run, folded from its journal entries alone: the model that reports are written from.

Nothing here is stored: ``fold_run`` gives the same ``Run`` for the same entries, in the run, in ``uept report`` and
in ``uept judge`` alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from harness.checks import Finding, Owner, Verdict, begun, checks, finding_of, usual_owner, verdict_named, worst
from harness.engine.run_facts import check_facts, check_premises
from stubs.events import (
    ActionAsked,
    CheckAttested,
    CheckJudged,
    Entry,
    OutcomeClaimed,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
)


@dataclass(frozen=True, slots=True)
class Attestation:
    """A person's word for a check, said after the run; ``seq`` is its entry."""

    seq: int
    said: CheckAttested

    @property
    def words(self) -> str:
        """Return person, day and statement as one sentence."""
        file = f" ({self.said.file_name})" if self.said.file_name else ""
        return f"attested by {self.said.by} on {self.said.said_at[:10]}: {self.said.note}{file}"

    def settle(self, finding: Finding) -> Finding:
        """Return the finding after this attestation: ATTESTED where it waited for a person, else unchanged."""
        if finding.verdict is not Verdict.REVIEW:
            return finding
        got = f"{finding.got}; {self.words}"
        return Finding(Verdict.ATTESTED, finding.expected, got, finding.rule, (*finding.references, self.seq))


@dataclass(frozen=True, slots=True)
class StepRun:
    """One Gherkin step. ``status`` is ``passed``, ``failed``, ``blocked`` or ``skipped``; ``seconds`` are real ones."""

    seq: int
    index: int
    keyword: str
    text: str
    status: str
    seconds: float
    detail: str


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One judged check with its finding, over the entries ``first`` to ``last`` (both included)."""

    seq: int
    check: str
    parameters: Mapping[str, Any]
    first: int
    last: int
    finding: Finding
    step: int
    """Index of the step that asked for it."""
    user: str = ""
    """EUI of another party whose conduct was judged; empty: the party under test."""
    attested: Attestation | None = None
    """The person's word that settles it, where it waited for one: ``finding`` is then ATTESTED."""

    @property
    def caught_by(self) -> tuple[str, ...]:
        """Broken clients this check exists to catch; empty when this version does not know the check."""
        known = checks().get(self.check)
        return known.caught_by if known else ()


@dataclass(frozen=True, slots=True)
class ActionRun:
    """One action of the party's system: what it was asked, and the outcome it claimed."""

    action: str
    asked_seq: int
    asked: Mapping[str, Any]
    claimed_seq: int | None
    claimed: Mapping[str, Any] | None
    step: int


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """One scenario run for one role. Its evidence is the entries from ``first`` to ``last``, both included."""

    key: str
    """Unique within the run and stable for the same plan: ``SR-201-IS``, a second example of it ``SR-201-IS-2``."""
    id: str
    role: str
    attempt: int
    title: str
    scope: str
    priority: str
    srvs: tuple[str, ...]
    feature: str
    premises: Mapping[str, Any]
    first: int
    last: int
    started: datetime
    finished: datetime | None
    verdict: Verdict
    reason: str
    owner: Owner
    """Owner of a verdict other than PASS, who has to act on it."""
    steps: tuple[StepRun, ...]
    checks: tuple[CheckRun, ...]
    actions: tuple[ActionRun, ...]
    others: tuple[CheckRun, ...] = ()
    """Checks of other parties that took part: they decide nothing about the party under test."""

    @property
    def seconds(self) -> float:
        """Real seconds spent in steps."""
        return sum(step.seconds for step in self.steps)

    @property
    def deciding(self) -> CheckRun | None:
        """The check that decided a verdict other than PASS; None when all passed or a step broke off."""
        return next((run for run in self.checks if run.finding.verdict is self.verdict is not Verdict.PASS), None)

    @property
    def decided_by(self) -> str:
        """Id of the check that decided it; empty when all passed or a step broke off."""
        deciding = self.deciding
        return deciding.check if deciding else ""

    @property
    def devices(self) -> Mapping[str, str]:
        """Names of the scenario's devices to their EUIs."""
        return dict(self.premises.get("devices", {}))


@dataclass(frozen=True, slots=True)
class Run:
    """A whole rehearsal."""

    id: str
    facts: Mapping[str, Any]
    started: datetime | None
    finished: datetime | None
    is_complete: bool
    scenarios: tuple[ScenarioRun, ...]
    first: int
    last: int
    attestations: tuple[Attestation, ...] = ()
    """Everything that people attested of it, also what settles nothing."""

    @property
    def roles(self) -> tuple[str, ...]:
        """User Roles of the run, in the order of the plan."""
        planned = [str(role) for role in self.facts.get("roles", ())]
        return tuple(dict.fromkeys([*planned, *(scenario.role for scenario in self.scenarios)]))

    @property
    def planned(self) -> tuple[Mapping[str, Any], ...]:
        """Rows of the plan: key, id, role, title, scope, priority, srvs, chosen (bool), reason."""
        return tuple(self.facts.get("plan", ()))

    @property
    def not_started(self) -> tuple[Mapping[str, Any], ...]:
        """Rows of the plan that were chosen and never began: an interrupted run."""
        began = {scenario.key for scenario in self.scenarios}
        return tuple(row for row in self.planned if row["chosen"] and row["key"] not in began)

    def of_role(self, role: str) -> tuple[ScenarioRun, ...]:
        """The scenario runs of one role, in order."""
        return tuple(scenario for scenario in self.scenarios if scenario.role == role)


@dataclass(frozen=True, slots=True)
class _End:
    """End of a scenario."""

    verdict: Verdict
    reason: str
    owner: Owner = Owner.NONE


_BROKEN_OFF = _End(Verdict.NOT_RUN, "broken off", Owner.SETTINGS)


@dataclass(slots=True)
class _Open:
    """The scenario that is being folded."""

    run: ScenarioRun
    user: str = ""
    """EUI of the party under test."""
    steps: list[StepRun] = field(default_factory=list)
    others: list[CheckRun] = field(default_factory=list)
    checks: list[CheckRun] = field(default_factory=list)
    actions: list[ActionRun] = field(default_factory=list)

    def close(self, last: int, finished: datetime | None, end: _End) -> ScenarioRun:
        return replace(
            self.run,
            last=last,
            finished=finished,
            verdict=end.verdict,
            reason=end.reason,
            owner=end.owner or usual_owner(end.verdict),
            steps=tuple(self.steps),
            checks=tuple(self.checks),
            actions=tuple(self.actions),
            others=tuple(self.others),
        )


@dataclass(slots=True)
class _Fold:
    id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    started: datetime | None = None
    finished: datetime | None = None
    is_complete: bool = False
    scenarios: list[ScenarioRun] = field(default_factory=list)
    open: _Open | None = None
    first: int = 0
    boundary: int = 0
    """Last entry of the scenario before: none begins at or before it."""
    last: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    attestations: list[Attestation] = field(default_factory=list)

    def key_of(self, scenario: str, role: str) -> str:
        base = f"{scenario}-{role}"
        self.keys[base] += 1
        count = self.keys[base]
        return base if count == 1 else f"{base}-{count}"

    def close(self, last: int, at: datetime | None, end: _End) -> None:
        if self.open is not None:
            self.scenarios.append(self.open.close(last, at, end))
            self.open = None
            self.boundary = last

    def begin(self, entry: Entry, event: ScenarioStarted) -> None:
        self.close(entry.seq - 1, None, _BROKEN_OFF)
        known = begun(event, entry.seq, self.boundary)
        self.open = _Open(
            ScenarioRun(
                key=known.key or self.key_of(event.scenario, event.role),
                id=event.scenario,
                role=event.role,
                attempt=event.attempt,
                title=event.title,
                scope=event.scope,
                priority=event.priority,
                srvs=event.srvs,
                feature=event.feature,
                premises=event.premises,
                first=known.first,
                last=entry.seq,
                started=entry.at,
                finished=None,
                verdict=Verdict.NOT_RUN,
                reason="",
                owner=Owner.NONE,
                steps=(),
                checks=(),
                actions=(),
            ),
            known.user,
        )


def fold_run(entries: Iterable[Entry]) -> Run:
    """Fold the entries into a run; the latest one when the journal holds several.

    A scenario without an end (the process was killed) is NOT_RUN with the reason "broken off".

    Raises: PeerError: an entry holds a verdict that this version does not know.
    """
    fold = _Fold()
    for entry in entries:
        fold = _step(fold, entry)
        fold.last = entry.seq
    fold.close(fold.last, None, _BROKEN_OFF)
    return Run(
        id=fold.id,
        facts=fold.facts,
        started=fold.started,
        finished=fold.finished,
        is_complete=fold.is_complete,
        scenarios=tuple(settled(scenario, fold.attestations) for scenario in fold.scenarios),
        first=fold.first,
        last=fold.last,
        attestations=tuple(fold.attestations),
    )


def _step(fold: _Fold, entry: Entry) -> _Fold:
    event = entry.event
    match event:
        case RunStarted():
            check_facts(event.facts, f"entry {entry.seq}")
            return _Fold(id=event.run, facts=event.facts, started=entry.at, first=entry.seq, boundary=entry.seq)
        case RunFinished():
            fold.close(entry.seq - 1, None, _BROKEN_OFF)
            fold.finished, fold.is_complete = entry.at, event.complete
        case ScenarioStarted():
            check_premises(event.premises, f"entry {entry.seq}")
            fold.begin(entry, event)
        case CheckAttested():
            fold.attestations.append(Attestation(entry.seq, event))
        case ScenarioFinished():
            fold.close(entry.seq, entry.at, _end(entry.seq, event))
        case StepFinished() | CheckJudged() | ActionAsked() | OutcomeClaimed() if fold.open is not None:
            _add(fold.open, entry)
        case _:
            pass
    return fold


SETTLEABLE = frozenset({Verdict.REVIEW, Verdict.WARNING})
"""Verdicts of a scenario in which something may wait for a person's word; never FAIL, BLOCKED or NOT_RUN."""


def settled(scenario: ScenarioRun, attestations: Iterable[Attestation]) -> ScenarioRun:
    """The scenario with the checks that people attested, and the verdict that follows.

    Only REVIEW is settled. A word about anything else changes nothing here, and is found by ``harness.judging``.
    """
    own = [one for one in attestations if one.said.scenario == scenario.key]
    if not own or scenario.verdict not in SETTLEABLE:
        return scenario
    checks = tuple(_attested(check, own) for check in scenario.checks)
    verdict = worst(tuple(check.finding.verdict for check in checks))
    if scenario.verdict is not Verdict.REVIEW or verdict is not Verdict.ATTESTED:
        return replace(scenario, checks=checks)
    words = next(check.attested.words for check in checks if check.attested)
    return replace(scenario, checks=checks, verdict=verdict, reason=words, owner=usual_owner(verdict))


def _attested(check: CheckRun, attestations: Iterable[Attestation]) -> CheckRun:
    if check.finding.verdict is not Verdict.REVIEW:
        return check
    word = next((one for one in attestations if one.said.check == check.check and check.seq in one.said.entries), None)
    return replace(check, attested=word, finding=word.settle(check.finding)) if word else check


def _is_of_the_party(event: ActionAsked, user: str) -> bool:
    return not user or str(event.content.get("user") or user).upper() == user.upper()


def _end(seq: int, event: ScenarioFinished) -> _End:
    verdict = verdict_named(event.verdict, seq)
    owner = next((one for one in Owner if one.value == event.owner), Owner.NONE)
    return _End(verdict, event.reason, owner)


def _add(scenario: _Open, entry: Entry) -> None:
    event = entry.event
    step = len(scenario.steps)
    match event:
        case StepFinished():
            scenario.steps.append(
                StepRun(entry.seq, event.index, event.keyword, event.text, event.status, event.seconds, event.detail)
            )
        case CheckJudged():
            finding = finding_of(event, entry.seq)
            judged = scenario.others if event.user else scenario.checks
            judged.append(
                CheckRun(entry.seq, event.check, event.parameters, event.first, event.last, finding, step, event.user)
            )
        case ActionAsked() if _is_of_the_party(event, scenario.user):
            scenario.actions.append(ActionRun(event.action, entry.seq, event.content, None, None, step))
        case OutcomeClaimed():
            scenario.actions = [
                replace(action, claimed_seq=entry.seq, claimed=event.content)
                if action.action == event.action and action.claimed is None
                else action
                for action in scenario.actions
            ]
        case _:
            pass
