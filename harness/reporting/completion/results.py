"""Results with their attempts, and traceability both ways: requirement to evidence, evidence to requirement."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.campaign.campaign_results import History, RoleResults
from harness.campaign.issue_file import Issue
from harness.campaign.runs import CampaignRun
from harness.engine.results import ScenarioRun
from harness.reporting.completion import model
from schemas import load


@dataclass(frozen=True, slots=True)
class Located:
    """A scenario run and the bundle that holds it."""

    run: CampaignRun
    scenario: ScenarioRun

    @property
    def place(self) -> str:
        """Return the page and anchor at which a reader finds it."""
        return f"runs/{self.run.path.parent.name}/report.html#{self.scenario.key}"

    @property
    def entries(self) -> str:
        """Its slice of the journal, both ends included."""
        return f"{self.scenario.first} to {self.scenario.last}"


Index = Mapping[tuple[str, str, str], Located]
"""By evidence digest, key and role; the last attempt of a run."""


def locate(runs: Iterable[CampaignRun]) -> Index:
    """Every scenario run of the runs that count."""
    return {(run.digest, one.key, one.role): Located(run, one) for run in runs if run.run for one in run.run.scenarios}


def slices(run: CampaignRun) -> Callable[[str], str]:
    """Message file of a bundle to the key of the scenario run whose slice of the journal it belongs to."""
    ordered = sorted(run.run.scenarios, key=lambda one: one.first) if run.run else []
    firsts = [one.first for one in ordered]

    def scenario_at(name: str) -> str:
        number = name.removeprefix("messages/").partition("-")[0]
        place = bisect_right(firsts, int(number)) - 1 if number.isdecimal() and name.startswith("messages/") else -1
        return ordered[place].key if place >= 0 and int(number) <= ordered[place].last else ""

    return scenario_at


def result_rows(role: RoleResults, located: Index, issues: Iterable[Issue]) -> Iterator[model.ResultRow]:
    """Section 6, one role, in the order of the results."""
    known = list(issues)
    for history in role.histories:
        yield _row(history, located, [one.id for one in known if history.key in one.scenarios])


def _row(history: History, located: Index, issues: list[str]) -> model.ResultRow:
    counting = history.latest or history.results[-1]
    held = located.get((counting.run, history.key, history.role))
    scenario = held.scenario if held else None
    catalogue = load.scenarios().get(counting.scenario)
    return model.ResultRow(
        role=history.role,
        key=history.key,
        scenario=counting.scenario,
        title=scenario.title if scenario else counting.scenario,
        scope=counting.scope,
        priority=scenario.priority if scenario else "",
        polarity=catalogue.polarity if catalogue else "positive",
        basis=catalogue.basis if catalogue else "own",
        services=counting.services,
        verdict=history.latest.verdict.value if history.latest else "NOT_RUN",
        owner=history.latest.owner.value if history.latest else "",
        reason=history.latest.reason if history.latest else f"ran on build {counting.build or 'not stated'} only",
        run=counting.run if history.latest else "",
        build=counting.build,
        seconds=round(scenario.seconds, 3) if scenario else 0.0,
        attempts=tuple(
            model.Attempt(
                run=one.run,
                build=one.build,
                verdict=one.verdict.value,
                at=one.at,
                reason=one.reason,
                counts=history.latest is not None and (one.run, one.at) == (history.latest.run, history.latest.at),
            )
            for one in history.results
        ),
        issues=tuple(issues),
        feature=scenario.feature if scenario else "",
        evidence=held.place if held else "",
    )


def requirement_rows(role: RoleResults) -> Iterator[model.RequirementRow]:
    """Appendix A: the required set of a role to scenarios and runs."""
    runs: dict[str, list[str]] = {}
    for history in role.histories:
        runs.setdefault(history.key, []).extend(one.run for one in history.results)
    for item in role.assessment.required:
        yield model.RequirementRow(
            role=role.role,
            requirement=item.name,
            title=item.title,
            state=item.state.value,
            why=item.why,
            scenarios=item.keys,
            runs=tuple(dict.fromkeys(run[:12] for key in item.keys for run in runs.get(key, ()))),
        )


def evidence_rows(role: RoleResults, located: Index) -> Iterator[model.EvidenceRow]:
    """Appendix A, the way back: every scenario run to the requirements it is for."""
    serves: dict[str, list[str]] = {}
    for item in role.assessment.required:
        for key in item.keys:
            serves.setdefault(key, []).append(item.name)
    for history in role.histories:
        for one in history.results:
            held = located.get((one.run, one.key, one.role))
            yield model.EvidenceRow(
                run=one.run,
                role=role.role,
                scenario=one.key,
                verdict=one.verdict.value,
                entries=held.entries if held else "",
                requirements=tuple(serves.get(one.key, ())),
            )
