"""A player of a scenario, the party under test or another: records what it is asked and the findings about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from harness.checks import Evidence, Finding, judge_implicit
from harness.drivers import Action
from harness.drivers.action import ActionKind
from harness.engine.run_context import RunContext
from harness.engine.scenario_home import ScenarioHome
from harness.engine.scenario_recorder import ScenarioRecorder
from harness.plan import LibraryScenario
from schemas.load import UserRole
from stubs.events import ActionAsked, CheckJudged

NOTHING: Mapping[str, str] = MappingProxyType({})
Parameters = Mapping[str, Any] | Sequence[Sequence[str]]
"""DUIS element names to values; or rows of a Gherkin table."""


class Player:
    """The actions of one User in one scenario, and the findings about it.

    Args:
        user: EUI of the User that acts.
        judged_as: what the record of a judged check names it; empty: it is the party under test.
    """

    def __init__(
        self,
        run_context: RunContext,
        scenario: LibraryScenario,
        home: ScenarioHome,
        recorder: ScenarioRecorder,
        user: str,
        judged_as: str = "",
    ) -> None:
        self.user = user
        self.findings: list[Finding] = []
        self.actions: list[str] = []
        """Ids of what it was asked, in order."""
        self._run_context = run_context
        self._scenario = scenario
        self._home = home
        self._recorder = recorder
        self._judged_as = judged_as

    def is_asked(
        self,
        kind: ActionKind,
        role: UserRole,
        *,
        service: str,
        to: str,
        parameters: Parameters,
        deadline: float,
        made: Mapping[str, str] = NOTHING,
        options: Mapping[str, Any] = NOTHING,
    ) -> Action:
        """Write an action down, with its prompt; the caller hands it to the driver.

        Args:
            kind: kind of action; see docs/drivers.md.
            role: the User Role it acts in.
            service: SRV to send; empty: it sends nothing.
            to: name of a device of the home, or an EUI; empty: the DCC.
            parameters: of the action, as a scenario writes them.
            deadline: real seconds for the whole action.
            made: further words of the scenario and their values.
            options: deliberate deviations; see docs/drivers.md.
        """
        run, home = self._run_context, self._home
        target_type = home.type_of(to)
        action = Action(
            id=run.next_action_id(),
            kind=kind,
            scenario=self._scenario.id,
            user=self.user,
            role=role.value,
            service=service,
            target=home.target(to),
            target_type=target_type,
            parameters=home.parameters(parameters, made),
            deadline=deadline,
            urls=run.urls,
            now=f"{run.now():%Y-%m-%dT%H:%M:%SZ}",
            options={name: home.value(value) for name, value in options.items()},
        )
        action = msgspec.structs.replace(action, instruction=run.prompt(action, to if target_type else ""))
        self.actions.append(action.id)
        self._recorder.record(
            ActionAsked(scenario=self._scenario.id, action=action.id, content=msgspec.to_builtins(action))
        )
        return action

    def keep(self, check: str, parameters: Mapping[str, Any], finding: Finding, last: int, late: float = 0.0) -> None:
        """Write a judged check down. ``last``: entry it was judged up to; ``late``: of the run, seconds."""
        self.findings.append(finding)
        self._recorder.record(
            CheckJudged(
                scenario=self._scenario.id,
                role=self._scenario.role,
                check=check,
                parameters=dict(parameters),
                first=self._recorder.first,
                last=last,
                finding=finding,
                user=self._judged_as,
                late=round(late, 3),
            )
        )

    def keep_implicit(self, evidence: Evidence, last: int) -> None:
        """Judge the checks that every scenario owes, and write them down."""
        limits = self._run_context.settings.limits
        for check, finding in judge_implicit(evidence, limits):
            self.keep(check, limits, finding, last)
