"""The required set of a role: the catalogue's P1 rows, and one passed positive scenario for each of its services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from harness.verdicts.inputs import Deviation, PlannedScenario, Result, RoleInputs
from harness.verdicts.latest import latest_results
from schemas.load import Srv, UserRole, scenarios, service_requests
from stubs.findings import Verdict


class ItemState(StrEnum):
    """State of one item of the required set."""

    MET = "met"
    ATTESTED = "attested"
    """Met by a person's word."""
    DEVIATION = "deviation"
    """Left out, agreed."""
    OPEN_DEVIATION = "open deviation"
    """Declared, and not agreed yet."""
    FAILED = "failed"
    BLOCKED = "blocked"
    REVIEW = "review open"
    NOT_RUN = "not run"
    OTHER_BUILD = "passed on another build only"
    DESELECTED = "left out of the plan"
    NOT_IMPLEMENTED = "not implemented"


FILLED = frozenset({ItemState.MET, ItemState.ATTESTED, ItemState.DEVIATION})
"""States that leave nothing to do."""

ACCEPTED = frozenset({Verdict.PASS, Verdict.RETEST_PASS, Verdict.WARNING, Verdict.ATTESTED, Verdict.NOT_APPLICABLE})
"""Verdicts of a scenario that need no repetition."""

_BY_VERDICT = {
    Verdict.FAIL: ItemState.FAILED,
    Verdict.BLOCKED: ItemState.BLOCKED,
    Verdict.REVIEW: ItemState.REVIEW,
    Verdict.NOT_RUN: ItemState.NOT_RUN,
}
_WORST_FIRST = (
    ItemState.FAILED,
    ItemState.BLOCKED,
    ItemState.REVIEW,
    ItemState.OTHER_BUILD,
    ItemState.NOT_RUN,
    ItemState.DESELECTED,
    ItemState.ATTESTED,
    ItemState.MET,
)


@dataclass(frozen=True, slots=True)
class RequiredItem:
    """One row of the catalogue, or one service, that a role has to show."""

    name: str
    """``SR-201`` or ``service 4.1.1``."""
    title: str
    state: ItemState
    keys: tuple[str, ...] = ()
    """Keys of the scenarios behind it."""
    why: str = ""

    @property
    def is_filled(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.state in FILLED


@cache
def eligible_services(role: str) -> tuple[str, ...]:
    """Services a role may use, in the catalogue's order; none for a role that is not known."""
    if role not in UserRole.__members__:
        return ()
    return tuple(str(row.srv) for row in service_requests().values() if UserRole(role) in row.eligible_roles)


def required_items(inputs: RoleInputs) -> tuple[RequiredItem, ...]:
    """The required set of the role with the state of each item: catalogue rows first, then services."""
    own = inputs.of_role()
    known = latest_results(result for result in own.results if own.counts(result))
    others = latest_results(result for result in own.results if not own.counts(result))
    planned = {one.key: one for one in own.plan}
    view = _View(
        own, {key: one for (key, _), one in known.items()}, {key: one for (key, _), one in others.items()}, planned
    )
    rows = [row for row in scenarios().values() if row.priority == "P1" and own.role in row.roles]
    return (
        *(view.row(row.id, row.title, tuple(row.srvs)) for row in rows),
        *(view.service(srv) for srv in eligible_services(own.role)),
    )


@dataclass(frozen=True, slots=True)
class _View:
    inputs: RoleInputs
    latest: Mapping[str, Result]
    others: Mapping[str, Result]
    planned: Mapping[str, PlannedScenario]

    def _everything(self) -> tuple[PlannedScenario | Result, ...]:
        return (*self.planned.values(), *self.latest.values(), *self.others.values())

    def row(self, scenario: str, title: str, services: tuple[str, ...]) -> RequiredItem:
        keys = tuple(dict.fromkeys(one.key for one in self._everything() if one.scenario == scenario))
        states = {key: self._state(key) for key in keys}
        state, why = _worst(states.values()), self._why(states)
        if state not in FILLED | {ItemState.FAILED}:
            state, why = self._deviating(self._of_row(scenario, services), state, why)
        return RequiredItem(scenario, title, state, keys, why)

    def service(self, srv: str) -> RequiredItem:
        positive = [one for one in self._everything() if one.is_positive and srv in one.services]
        states = {one.key: self._state(one.key) for one in positive}
        shown = [state for state in states.values() if state in {ItemState.MET, ItemState.ATTESTED}]
        if shown:
            state = ItemState.MET if ItemState.MET in shown else ItemState.ATTESTED
            why = ""
        else:
            state, why = _worst(states.values()), self._why(states)
            if state is not ItemState.FAILED:
                declared = [one for one in self.inputs.deviations if one.service == srv]
                state, why = self._deviating(declared, state, why)
        return RequiredItem(f"service {srv}", service_requests()[Srv(srv)].name, state, tuple(states), why)

    def _state(self, key: str) -> ItemState:
        result = self.latest.get(key)
        if result is not None and result.verdict in ACCEPTED:
            return ItemState.ATTESTED if result.verdict is Verdict.ATTESTED else ItemState.MET
        if result is not None and result.verdict is not Verdict.NOT_RUN:
            return _BY_VERDICT[result.verdict]
        elsewhere = self.others.get(key)
        if elsewhere is not None and elsewhere.verdict in ACCEPTED:
            return ItemState.OTHER_BUILD
        plan = self.planned.get(key)
        if result is None and plan is not None and not plan.is_chosen:
            return ItemState.DESELECTED
        return ItemState.NOT_RUN

    def _why(self, states: Mapping[str, ItemState]) -> str:
        state = _worst(states.values())
        if state in FILLED:
            return ""
        if state is ItemState.NOT_IMPLEMENTED:
            return "no scenario of this version shows it"
        key = next(key for key, one in states.items() if one is state)
        result, plan, other = self.latest.get(key), self.planned.get(key), self.others.get(key)
        if state is ItemState.OTHER_BUILD and other is not None:
            return (
                f"{key} passed on build {other.build or 'unknown'}, no regression statement covers {self.inputs.build}"
            )
        if state is ItemState.DESELECTED and plan is not None:
            return f"{key}: {plan.reason}"
        return f"{key}: {result.reason}" if result is not None and result.reason else f"{key} {state}"

    def _of_row(self, scenario: str, services: tuple[str, ...]) -> list[Deviation]:
        """Deviations that name the row, or that declare every one of its services unused."""
        named = [one for one in self.inputs.deviations if one.scenario == scenario]
        by_service = {one.service: one for one in self.inputs.deviations if one.service}
        if not named and services and all(srv in by_service for srv in services):
            return sorted((by_service[srv] for srv in services), key=lambda one: one.is_agreed)
        return named

    @staticmethod
    def _deviating(declared: list[Deviation], state: ItemState, why: str) -> tuple[ItemState, str]:
        if not declared:
            return state, why
        first = declared[0]
        return (ItemState.DEVIATION if first.is_agreed else ItemState.OPEN_DEVIATION), first.words


def _worst(states: Iterable[ItemState]) -> ItemState:
    return min(states, key=_WORST_FIRST.index, default=ItemState.NOT_IMPLEMENTED)
