"""Reaching every verdict of a bundle again, and comparing it with what the bundle says."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.checks import Finding, Rejudged, Verdict, implicit_checks, judge_again, judge_implicit, worst
from harness.checks.comparing import is_same
from harness.checks.evidence_index import EvidenceIndex
from harness.engine.assessment import assess
from harness.engine.results import CheckRun, Run, ScenarioRun, fold_run
from harness.evidence.archive import Archive
from harness.evidence.bundle import stored_journal
from harness.judging.owed import Owed, ScenarioSet, Unknown, is_same_text
from harness.judging.plan import plan_problems
from harness.judging.reports import report_problems
from harness.settings import RehearsalSettings
from harness.verdicts import RoleAssessment
from stubs.events import OutcomeClaimed, RequestReceived
from stubs.wire.errors import Blocked, PeerError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the bundle says and that does not follow from its messages and events."""

    kind: str
    """``check``, ``missing check``, ``parameters``, ``steps``, ``scenario verdict``, ``attestation``, ``plan`` or
    ``report``."""
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A bundle, judged."""

    run: Run
    """The run as recomputed: scenario verdicts follow from the findings of now."""
    rejudged: tuple[Rejudged, ...]
    problems: tuple[Problem, ...]
    roles: tuple[RoleAssessment, ...]
    undecided: str
    """Reason why a judgement cannot be decided; empty when it can."""


def judge_bundle(data: bytes, scenario_set: ScenarioSet | None = None) -> Judgement:
    """Judge a bundle from its bytes.

    Args:
        data: the bundle.
        scenario_set: what was run; None: the scenarios of this version.
    Raises: PeerError: no bundle of a run that this version can read.
    """
    files = Archive(data)
    entries = stored_journal(files)
    run = fold_run(entries)  # looks at facts and premises, which the checks then rely on
    index = EvidenceIndex(entries)
    rejudged = tuple(judge_again(entries, index))
    if not run.id:
        raise PeerError("the bundle's journal tells of no run", expected="an entry RunStarted")
    problems = [
        Problem("check", f"entry {one.seq}", f"{one.judged.check} was {one.was.verdict}, is {one.finding.verdict}")
        for one in rejudged
        if not one.agrees
    ]
    scenarios = scenario_set or ScenarioSet()
    undecided = _unknown_set(run, scenarios)
    now = {one.seq: one.finding for one in rejudged}
    again = replace(run, scenarios=tuple(_recomputed(scenario, now) for scenario in run.scenarios))
    problems += _verdict_problems(run, again)
    problems += _attestation_problems(run, rejudged)
    if not undecided:
        problems += owed_problems(run, index, scenarios)
        problems += [Problem("plan", "RunStarted", one) for one in plan_problems(run, scenarios)]
    problems += [Problem("report", name, detail) for name, detail in report_problems(files, run, entries)]
    return Judgement(again, rejudged, tuple(problems), assess(again), undecided)


def _unknown_set(run: Run, scenarios: ScenarioSet) -> str:
    recorded = run.facts.get("scenario_set", {})
    digest = recorded.get("digest", "") if isinstance(recorded, Mapping) else ""
    if digest == scenarios.digest:
        return ""
    version = recorded.get("version", "") if isinstance(recorded, Mapping) else ""
    known = f"{version} {digest[:16]}…" if digest else "which the bundle does not name"
    return f"what had to be judged cannot be decided: the scenario set {known} is not the one at {scenarios.folder}"


# --- scenario verdicts --------------------------------------------------------------------------------------------

_NOT_JUDGED = frozenset({Verdict.BLOCKED, Verdict.NOT_RUN})
"""Verdicts that an error of ours, or an end before time, gives whatever was judged until then."""


def _recomputed(scenario: ScenarioRun, now: Mapping[int, Finding]) -> ScenarioRun:
    """The scenario with the findings of now, and the verdict that follows from them."""
    checks = tuple(replace(check, finding=_finding_of_now(check, now)) for check in scenario.checks)
    verdict = worst(tuple(check.finding.verdict for check in checks))
    if verdict is not Verdict.FAIL and (scenario.verdict in _NOT_JUDGED or not checks or _is_broken(scenario)):
        verdict = scenario.verdict if scenario.verdict in _NOT_JUDGED else Verdict.NOT_RUN
    return replace(scenario, checks=checks, verdict=verdict)


def _finding_of_now(check: CheckRun, now: Mapping[int, Finding]) -> Finding:
    found = now.get(check.seq, check.finding)
    return check.attested.settle(found) if check.attested else found


def _attestation_problems(run: Run, rejudged: tuple[Rejudged, ...]) -> Iterator[Problem]:
    """Words of people for something that waited for none: only what is REVIEW, then and now, can be attested."""
    judged = {one.seq: one for one in rejudged}
    slices = {one.key: range(one.first, one.last + 1) for one in run.scenarios}
    settling = {check.attested.seq for one in run.scenarios for check in one.checks if check.attested}
    for one in run.attestations:
        said, where = one.said, f"entry {one.seq}"
        named = f"{said.check} in {said.scenario}"
        if not (said.by.strip() and said.note.strip()):
            yield Problem("attestation", where, f"of {named}: nobody, or nothing, is named")
        for seq in said.entries:
            of = judged.get(seq)
            if of is None or of.judged.check != said.check or seq not in slices.get(said.scenario, range(0)):
                yield Problem("attestation", where, f"entry {seq} is no judgement of {named}")
            elif not of.was.verdict is of.finding.verdict is Verdict.REVIEW:
                settled = of.finding.verdict if of.finding.verdict is not Verdict.REVIEW else of.was.verdict
                yield Problem("attestation", where, f"{named} is {settled}: only REVIEW can be attested")
        if one.seq not in settling:
            yield Problem("attestation", where, f"of {named}: it settles nothing")


def _is_broken(scenario: ScenarioRun) -> bool:
    """Whether a step ended otherwise than its checks say: by an error of ours, or never."""
    stopped = [step for step in scenario.steps if step.status != "passed"]
    explained = [check for check in scenario.checks if check.finding.verdict in _NOT_JUDGED | {Verdict.FAIL}]
    return bool(stopped) and not explained


def _verdict_problems(run: Run, again: Run) -> Iterator[Problem]:
    for was, now in zip(run.scenarios, again.scenarios, strict=True):
        if was.verdict is not now.verdict:
            yield Problem("scenario verdict", was.key, f"the bundle says {was.verdict}; it follows {now.verdict}")


# --- what a scenario owes -----------------------------------------------------------------------------------------


def owed_problems(run: Run, index: EvidenceIndex, scenarios: ScenarioSet) -> Iterator[Problem]:
    """Compare the steps, checks and parameters of each scenario with those that its scenario set says it owes."""
    limits = _limits(run)
    known = frozenset(implicit_checks())
    if not scenarios.is_of_this_version:  # a check that came later judged nothing in it
        known &= {check.check for scenario in run.scenarios for check in scenario.checks}
    for scenario in run.scenarios:
        if scenario.finished is None or not scenario.steps:
            continue
        try:
            owed = scenarios.owed(scenario.key, scenario.devices)
        except (KeyError, Blocked) as error:
            yield Problem("steps", scenario.key, f"the scenario set cannot say what it owes: {error}")
            continue
        yield from _step_problems(scenario, owed)
        yield from _check_problems(scenario, owed)
        yield from _standing_problems(scenario, index, limits, known)


def _limits(run: Run) -> Mapping[str, Any]:
    told = run.facts.get("settings", {})
    usual = RehearsalSettings().limits
    return {name: told.get(name, value) for name, value in usual.items()} if isinstance(told, Mapping) else usual


def _step_problems(scenario: ScenarioRun, owed: tuple[Owed, ...]) -> Iterator[Problem]:
    told = [step.text for step in scenario.steps]
    wanted = [step.text for step in owed]
    if told != wanted[: len(told)]:
        at = next(
            (index for index, (one, other) in enumerate(zip(told, wanted, strict=False)) if one != other), len(wanted)
        )
        yield Problem("steps", scenario.key, f"step {at + 1} is not the scenario set's")
    elif len(told) < len(wanted) and all(step.status == "passed" for step in scenario.steps):
        yield Problem("steps", scenario.key, f"{len(told)} of {len(wanted)} steps were run, and none stopped it")


def _check_problems(scenario: ScenarioRun, owed: tuple[Owed, ...]) -> Iterator[Problem]:
    named = [check for check in scenario.checks if check.check not in implicit_checks()]
    done = sum(step.status == "passed" for step in scenario.steps)
    wanted = [one for step in owed[: done + 1] for one in step.checks]
    must = sum(len(step.checks) for step in owed[:done])
    for index, (check, parameters, asked) in enumerate(wanted):
        if index >= len(named):
            if index < must:
                yield Problem("missing check", scenario.key, f"{check} was owed and not judged")
            continue
        told = named[index]
        if told.check != check:
            yield Problem("missing check", scenario.key, f"entry {told.seq} judges {told.check}, owed was {check}")
            return
        difference = _parameter_difference(scenario, told, parameters, asked)
        if difference:
            yield Problem("parameters", scenario.key, f"entry {told.seq}, {check}: {difference}")
    if len(named) > len(wanted):
        yield Problem("missing check", scenario.key, f"entry {named[len(wanted)].seq} judges what no step asks for")


def _parameter_difference(scenario: ScenarioRun, told: CheckRun, owed: Mapping[str, Any], asked: int) -> str:
    wanted = dict(owed)
    if asked and "action" not in wanted:
        wanted["action"] = scenario.actions[asked - 1].action if asked <= len(scenario.actions) else Unknown()
    if set(wanted) != set(told.parameters):
        return f"parameters {', '.join(sorted(told.parameters))}, owed were {', '.join(sorted(wanted))}"
    different = [name for name, value in wanted.items() if not _is_same(value, told.parameters[name])]
    return (
        f"{different[0]} is {told.parameters[different[0]]!r}, owed was {wanted[different[0]]!r}" if different else ""
    )


def _is_same(owed: Any, told: Any) -> bool:
    if isinstance(owed, Unknown):
        return True
    if isinstance(owed, Mapping) and isinstance(told, Mapping):
        return set(owed) == set(told) and all(_is_same(value, told[name]) for name, value in owed.items())
    if isinstance(owed, list | tuple) and isinstance(told, list | tuple):
        return len(owed) == len(told) and all(map(_is_same, owed, told))
    if isinstance(owed, str) and isinstance(told, str) and is_same_text(owed, told):
        return True
    return bool(owed == told) or is_same(owed, told)


def _standing_problems(
    scenario: ScenarioRun, index: EvidenceIndex, limits: Mapping[str, Any], known: Container[str]
) -> Iterator[Problem]:
    """Compare the implicit checks that were judged with those that were owed.

    A check that is not ``known`` to the version that ran is owed only where it finds something wrong.
    """
    told = [check for check in scenario.checks if check.check in implicit_checks()]
    if not told and (scenario.verdict in _NOT_JUDGED or _is_broken(scenario)):
        return
    last = told[0].last if told else scenario.last - 1
    until = told[0].seq if told else scenario.last
    late = [
        one.seq for one in index.between(last + 1, until) if isinstance(one.event, RequestReceived | OutcomeClaimed)
    ]
    if late:
        yield Problem("missing check", scenario.key, f"entries {late[0]} and on were kept from the implicit checks")
    evidence = index.evidence(scenario.id, scenario.role, scenario.first, last)
    owed = {
        name
        for name, finding in judge_implicit(evidence, limits, but={check.check for check in told})
        if name in known or finding.verdict is not Verdict.PASS
    }
    for name in sorted(owed):
        yield Problem("missing check", scenario.key, f"{name}, an implicit check, was owed and not judged")
    for check in told:
        if dict(check.parameters) != dict(limits):
            yield Problem("parameters", scenario.key, f"entry {check.seq}, {check.check}: other limits than the run's")
