"""Findings that need attention, by cause: one defect that shows in many scenarios is one line with their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.reporting.model import Check, Scenario

_GOOD = frozenset({"PASS", "RETEST_PASS", "NOT_APPLICABLE"})
_ORDER = ("FAIL", "BLOCKED", "REVIEW", "WARNING", "NOT_RUN", "ATTESTED")


@dataclass(frozen=True, slots=True)
class Group:
    """Scenario runs with the same verdict, owner, deciding check and kind of difference."""

    verdict: str
    owner: str
    check: str
    """Name of the deciding check; empty where a step broke off."""
    reason: str
    """Of the first of them."""
    scenarios: tuple[Scenario, ...]

    @property
    def services(self) -> tuple[str, ...]:
        """Services of its scenarios, each once."""
        return tuple(dict.fromkeys(srv for one in self.scenarios for srv in one.services))


def grouped(scenarios: Iterable[Scenario]) -> tuple[Group, ...]:
    """Everything that did not simply pass, worst first, then the largest groups."""
    groups: dict[tuple[str, str, str, str], list[Scenario]] = {}
    for one in scenarios:
        if one.verdict in _GOOD:
            continue
        deciding = _deciding(one)
        kind = (deciding.check, deciding.cause) if deciding else ("", one.reason)
        groups.setdefault((one.verdict, one.owner, *kind), []).append(one)
    found = [Group(key[0], key[1], key[2], own[0].reason, tuple(own)) for key, own in groups.items()]
    return tuple(sorted(found, key=lambda group: (_rank(group.verdict), -len(group.scenarios))))


def _deciding(scenario: Scenario) -> Check | None:
    return next((check for check in scenario.checks if check.verdict == scenario.verdict), None)


def _rank(verdict: str) -> int:
    return _ORDER.index(verdict) if verdict in _ORDER else len(_ORDER)
