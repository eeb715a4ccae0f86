"""Roles and services in, ordered scenarios out, each with the reason why it runs or does not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol

from harness.plan.expression import parse_expression
from harness.plan.library import SCOPES, LibraryScenario
from harness.plan.plan_file import PlanFile
from schemas.load import Srv, UserRole, roles, scenarios, service_requests
from stubs.wire.errors import InputError


class Wanted(Protocol):
    """Selection for a plan; the settings of a run are one."""

    @property
    def roles(self) -> Sequence[str]:
        """User Roles of the party; empty: all."""
        ...

    @property
    def services(self) -> Sequence[str]:
        """Services to rehearse; empty: all."""
        ...

    @property
    def priorities(self) -> Sequence[str]:
        """P1, P2, P3."""
        ...

    @property
    def select(self) -> str:
        """Expression over names of scenarios; empty: all."""
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """One scenario of the library in a plan."""

    scenario: LibraryScenario
    is_chosen: bool
    reason: str

    def row(self) -> dict[str, Any]:
        """Return the row that the run's facts keep."""
        scenario = self.scenario
        return {
            "key": scenario.key,
            "id": scenario.id,
            "role": scenario.role,
            "title": scenario.title,
            "scope": scenario.scope,
            "priority": scenario.priority,
            "srvs": list(scenario.srvs),
            "feature": scenario.feature,
            "chosen": self.is_chosen,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Every scenario of the library, in the order of the rehearsal, and what the catalogue has beyond it."""

    roles: tuple[str, ...]
    rows: tuple[Planned, ...]
    not_in_library: dict[str, list[str]]
    """Role to the catalogue's scenario ids that this version cannot run."""
    elsewhere: tuple[str, ...] = ()
    """Roles that were not asked for and that have a scenario which is left out for its role alone."""

    @property
    def chosen(self) -> tuple[LibraryScenario, ...]:
        """The scenarios that run, in order."""
        return tuple(row.scenario for row in self.rows if row.is_chosen)

    def require_scenarios(self) -> None:
        """Require scenarios. Raises: InputError: none is chosen, or none exists for a role asked for, and why."""
        have = list(dict.fromkeys(row.scenario.role for row in self.rows))
        without = [role for role in self.roles if role not in have]
        if without:
            raise InputError(
                f"no scenarios for {', '.join(without)}: the library has some for {', '.join(have) or 'no role'}",
                mend="Leave the role out, or name a folder with scenarios for it.",
            )
        if not self.chosen:
            own = {row.reason for row in self.rows if row.scenario.role in self.roles}
            reasons = "; ".join(sorted(own)[:3]) or "the plan includes none"
            asked, others = ", ".join(self.roles), ", ".join(self.elsewhere)
            where = f"; the run is for {asked}, and there are some for {others}" if others else ""
            raise InputError(
                f"no scenario is chosen: {reasons}{where}",
                mend="Widen roles, services, priorities or select.",
            )

    @property
    def needs_deliveries(self) -> bool:
        """Whether a chosen scenario waits for what the DCC delivers: responses of devices, alerts."""
        services = service_requests()
        asked = {srv for one in self.chosen for srv in one.srvs}
        is_device = any(not services[Srv(srv)].is_non_device for srv in asked if Srv(srv) in services)
        return is_device or any(one.scope == SCOPES["alerts-and-codes"] for one in self.chosen)

    def without(self, services: Collection[str]) -> Plan:
        """The same plan without the scenarios that need one of these services, which the party declares unused."""

        def decided(row: Planned) -> Planned:
            unused = [srv for srv in row.scenario.srvs if srv in services]
            if not row.is_chosen or not unused:
                return row
            return replace(row, is_chosen=False, reason=f"declared unused: {', '.join(unused)}")

        return replace(self, rows=tuple(map(decided, self.rows)))

    def only(self, keys: Collection[str]) -> Plan:
        """The same plan with no others chosen than those of these keys."""
        reason = "run by another worker"
        rows = (
            replace(row, is_chosen=False, reason=reason) if row.is_chosen and row.scenario.key not in keys else row
            for row in self.rows
        )
        return replace(self, rows=tuple(rows))


NOTHING_OPENED: Mapping[str, Sequence[str]] = MappingProxyType({})


def make_plan(
    library: Iterable[LibraryScenario],
    wanted: Wanted,
    file: PlanFile | None = None,
    opened: Mapping[str, Sequence[str]] = NOTHING_OPENED,
) -> Plan:
    """Choose and order. ``file``: exactly what it includes, in its order, whatever ``wanted`` says of scenarios.

    ``opened``: SRV to the roles that may send it although the public matrix does not name them; scenarios of services
    that it names nobody for run in these roles only.

    Order: scope (install and commission, service requests, alerts and codes, SSI), catalogue, role, file.
    """
    available = list(library)
    known = [role.value for role in UserRole if any(scenario.role == role for scenario in available)]
    chosen_roles = tuple(str(role) for role in wanted.roles) or tuple(known)
    matches = parse_expression(wanted.select)
    position = {scenario_id: index for index, scenario_id in enumerate(scenarios())}
    scopes = list(SCOPES.values())
    ordered = sorted(
        available,
        key=lambda one: (
            scopes.index(one.scope) if one.scope in scopes else len(scopes),
            position.get(one.id, len(position)),
            chosen_roles.index(one.role) if one.role in chosen_roles else len(chosen_roles),
        ),
    )

    def reason_against(scenario: LibraryScenario) -> str:
        if scenario.role not in chosen_roles:
            return f"role {scenario.role} is not one of this run's: {', '.join(chosen_roles)}"
        return beside_the_role(scenario)

    def beside_the_role(scenario: LibraryScenario) -> str:
        if wanted.services and not set(scenario.srvs) & set(wanted.services):
            return f"left out by --services {', '.join(wanted.services)}"
        if scenario.priority not in wanted.priorities:
            return f"priority {scenario.priority} is not asked for"
        if not matches(scenario.names):
            return f"left out by --select {wanted.select}"
        return _closed(scenario, opened)

    if file is not None:
        return _by_file(ordered, file)
    rows = []
    for scenario in ordered:
        against = reason_against(scenario)
        rows.append(Planned(scenario, not against, against or _reason_for(scenario)))
    others = (one.role for one in ordered if one.role not in chosen_roles and not beside_the_role(one))
    return Plan(chosen_roles, tuple(rows), _beyond(available, chosen_roles), tuple(dict.fromkeys(others)))


def _closed(scenario: LibraryScenario, opened: Mapping[str, Sequence[str]]) -> str:
    """Return the reason why a scenario of a service without User Roles does not run; empty: it does."""
    if scenario.id in scenarios():
        return ""
    known = service_requests()
    shut = [srv for srv in scenario.srvs if Srv(srv) in known and not known[Srv(srv)].eligible_roles]
    lacking = [srv for srv in shut if scenario.role not in opened.get(srv, ())]
    if not lacking:
        return ""
    return f"the public matrix gives {', '.join(lacking)} to nobody, and dcc.eligible_roles not to {scenario.role}"


def _by_file(available: list[LibraryScenario], file: PlanFile) -> Plan:
    place = {key: index for index, key in enumerate(file.include)}
    ordered = sorted(available, key=lambda one: place.get(one.key, len(place)))
    rows = tuple(
        Planned(scenario, is_chosen=True, reason=f"the plan's number {place[scenario.key] + 1}")
        if scenario.key in place
        else Planned(scenario, is_chosen=False, reason=file.exclude.get(scenario.key, "the plan does not name it"))
        for scenario in ordered
    )
    chosen = {row.scenario.role for row in rows if row.is_chosen}
    roles_of = tuple(role.value for role in UserRole if role.value in chosen)
    return Plan(roles_of, rows, _beyond(available, roles_of))


def _reason_for(scenario: LibraryScenario) -> str:
    name = roles()[UserRole(scenario.role)].name
    services = f", {', '.join(scenario.srvs)}" if scenario.srvs else ""
    return f"{scenario.priority} of {name}: {scenario.scope}{services}"


def _beyond(available: list[LibraryScenario], chosen_roles: tuple[str, ...]) -> dict[str, list[str]]:
    have = {(scenario.id, scenario.role) for scenario in available}
    return {
        role: [row.id for row in scenarios().values() if role in row.roles and (row.id, role) not in have]
        for role in chosen_roles
    }
