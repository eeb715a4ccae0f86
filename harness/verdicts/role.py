"""The verdict of a role: what a test manager may conclude, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.verdicts.counts import Tally, tally
from harness.verdicts.inputs import Deviation, Issue, IssueOwner, Result, RoleInputs
from harness.verdicts.latest import latest_results
from harness.verdicts.required import ItemState, RequiredItem, eligible_services, required_items
from stubs.findings import Verdict

_NAMED = 8
"""Names a sentence lists before it says how many more there are; every item stands in ``required``."""
_WORST_WORKABLE = 2
"""Highest severity (1 and 2) that no work-off plan makes acceptable."""


class RoleVerdict(StrEnum):
    """The four conclusions (completion report, verdict rules; the rules themselves are inferred)."""

    READY = "READY"
    READY_WITH_DEVIATIONS = "READY_WITH_DEVIATIONS"
    FURTHER_TESTING = "FURTHER_TESTING"
    NOT_ASSESSED = "NOT_ASSESSED"


@dataclass(frozen=True, slots=True)
class RoleAssessment:
    """One role's verdict with everything it rests on; never averaged over roles."""

    role: str
    verdict: RoleVerdict
    reason: str
    """One sentence; the number of attested items stands in it where there are any."""
    tally: Tally
    required: tuple[RequiredItem, ...]
    to_repeat: tuple[str, ...]
    """Keys of scenarios that failed or were blocked."""
    attested: int
    """Items of the required set that rest on a person's word."""
    deviations: tuple[Deviation, ...]
    """All that concern the role, agreed or open."""
    issues: tuple[Issue, ...]
    """Open ones of the Party that concern the role."""

    @property
    def missing(self) -> tuple[RequiredItem, ...]:
        """Items of the required set that are not filled."""
        return tuple(item for item in self.required if not item.is_filled)

    def services(self, *states: ItemState) -> tuple[str, ...]:
        """Services of the role whose item is in one of these states."""
        by_name = {item.name: item.state for item in self.required}
        return tuple(srv for srv in eligible_services(self.role) if by_name[f"service {srv}"] in states)


def decide(inputs: RoleInputs) -> RoleAssessment:
    """The verdict of one role.

    FURTHER_TESTING when anything failed, or an issue of the Party is open that is of severity 1 or 2 or has no
    work-off plan; NOT_ASSESSED while the required set is not filled (missing, blocked, waiting for review, declared
    unused and not agreed), no service at all is shown, or an exit criterion is open; READY_WITH_DEVIATIONS with agreed
    deviations, worked-off issues or warnings; READY otherwise. What is blocked is never held against the Party.

    Source: completion report, section 3 (proposed there, so inferred).
    """
    own = inputs.of_role()
    items = required_items(own)
    results = tuple(latest_results(result for result in own.results if own.counts(result)).values())
    issues = tuple(one for one in own.issues if one.is_open and one.owner is IssueOwner.PARTY)
    attested = sum(item.state is ItemState.ATTESTED for item in items)
    counted = tally([own])
    verdict, reason = _first(_rules(own, items, results, issues, counted))
    if attested:
        reason = f"{reason}; {attested} of {len(items)} required items rest on a person's word"
    return RoleAssessment(
        role=own.role,
        verdict=verdict,
        reason=reason,
        tally=counted,
        required=items,
        to_repeat=tuple(one.key for one in results if one.verdict in {Verdict.FAIL, Verdict.BLOCKED}),
        attested=attested,
        deviations=own.deviations,
        issues=issues,
    )


def _first(found: Iterator[tuple[RoleVerdict, str]]) -> tuple[RoleVerdict, str]:
    return next(found)


def _rules(
    inputs: RoleInputs,
    items: tuple[RequiredItem, ...],
    results: tuple[Result, ...],
    issues: tuple[Issue, ...],
    counted: Tally,
) -> Iterator[tuple[RoleVerdict, str]]:
    """Conclusions in order: the first one stands."""
    failed = [one.key for one in results if one.verdict is Verdict.FAIL]
    if failed:
        yield RoleVerdict.FURTHER_TESTING, f"{len(failed)} failed: repeat {_shortened_list(failed)}"
    yield from _of_issues(issues)
    if not any(one.verdict is not Verdict.NOT_RUN for one in results):
        yield RoleVerdict.NOT_ASSESSED, _nothing_ran(inputs)
    missing = [item for item in items if not item.is_filled]
    if missing:
        yield RoleVerdict.NOT_ASSESSED, _missing(items, missing)
    if not counted.pairs_shown:
        yield RoleVerdict.NOT_ASSESSED, "no service of the role is shown to work"
    reviews = [one.key for one in results if one.verdict is Verdict.REVIEW]
    if reviews:
        yield RoleVerdict.NOT_ASSESSED, f"{len(reviews)} wait for a person's review: {_shortened_list(reviews)}"
    if inputs.open_criteria:
        yield (
            RoleVerdict.NOT_ASSESSED,
            f"{len(inputs.open_criteria)} criteria not met: {_shortened_list(inputs.open_criteria)}",
        )
    yield _ready(inputs, items, results, issues)


def _of_issues(issues: tuple[Issue, ...]) -> Iterator[tuple[RoleVerdict, str]]:
    severe = [one.id for one in issues if one.severity <= _WORST_WORKABLE]
    if severe:
        yield RoleVerdict.FURTHER_TESTING, f"{len(severe)} open issues of severity 1 or 2: {_shortened_list(severe)}"
    unplanned = [one.id for one in issues if not one.work_off_plan.strip()]
    if unplanned:
        yield (
            RoleVerdict.FURTHER_TESTING,
            f"{len(unplanned)} open issues without a work-off plan: {_shortened_list(unplanned)}",
        )


def _ready(
    inputs: RoleInputs, items: tuple[RequiredItem, ...], results: tuple[Result, ...], issues: tuple[Issue, ...]
) -> tuple[RoleVerdict, str]:
    # What was declared and then shown after all is no deviation: only items that rest on one count.
    deviating = [item.name for item in items if item.state is ItemState.DEVIATION]
    warnings = [one.key for one in results if one.verdict is Verdict.WARNING]
    if not (deviating or warnings or issues):
        return RoleVerdict.READY, f"all {len(items)} required items are shown"
    words = []
    if deviating:
        claims = sum(one.is_agreed and not one.confirmed_by for one in inputs.deviations)
        whose = f" ({claims} of {len(inputs.deviations)} deviations are the Party's claim)" if claims else ""
        words.append(
            f"{len(deviating)} of {len(items)} required items by agreed deviation{whose}: {_shortened_list(deviating)}"
        )
    if issues:
        words.append(f"{len(issues)} open issues with a work-off plan: {_shortened_list(one.id for one in issues)}")
    if warnings:
        words.append(f"{len(warnings)} warnings: {_shortened_list(warnings)}")
    return RoleVerdict.READY_WITH_DEVIATIONS, "; ".join(words)


def _nothing_ran(inputs: RoleInputs) -> str:
    elsewhere = [one for one in inputs.results if not inputs.counts(one) and one.verdict is not Verdict.NOT_RUN]
    if not elsewhere:
        return "no scenario ran"
    builds = ", ".join(sorted({one.build or "not stated" for one in elsewhere}))
    return f"no scenario ran on build {inputs.build}: {len(elsewhere)} results are of another build ({builds})"


def _missing(items: tuple[RequiredItem, ...], missing: list[RequiredItem]) -> str:
    states = Counter(item.state for item in missing)
    kinds = ", ".join(f"{states[state]} {state}" for state in ItemState if states[state])
    worst_first = sorted(missing, key=lambda item: _URGENT.index(item.state) if item.state in _URGENT else len(_URGENT))
    names = _shortened_list(item.name for item in worst_first)
    return f"{len(missing)} of {len(items)} required items are not shown ({kinds}): {names}"


_URGENT = (ItemState.BLOCKED, ItemState.REVIEW, ItemState.OPEN_DEVIATION, ItemState.OTHER_BUILD, ItemState.NOT_RUN)


def _shortened_list(names: Iterable[str]) -> str:
    known = list(names)
    more = len(known) - _NAMED
    return ", ".join(known[:_NAMED]) + (f" and {more} more" if more > 0 else "")
