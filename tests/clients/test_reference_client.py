"""The reference client passes every scenario; and the verdicts can be judged again from the entries alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from harness.checks import Verdict, judge_again
from harness.checks.evidence_index import EvidenceIndex
from harness.drivers import Outcome
from harness.engine import RunResult
from harness.evidence.certificates import public_keys
from harness.judging import ScenarioSet, owed_problems
from harness.plan import load_library
from schemas.load import UserRole
from stubs.events import CheckJudged, CommandSent, DeviceAnswered, Entry, OutcomeClaimed, ScenarioStarted
from stubs.wire.gbcs.view import Check, checks, describe

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

LIBRARY = load_library()


ROLES = [role for role in UserRole if any(scenario.role == role for scenario in LIBRARY)]


@pytest.fixture(scope="module")
def runs(bench: Bench) -> Callable[[UserRole], RunResult]:
    """Every scenario of a role, once; each role a run of its own, so that no test takes as long as all of them.

    The patience is long: nothing here waits for it to end, and a machine may be slow.
    """
    return cache(lambda role: bench.run(roles=(role.value,), deadline=60.0, patience=30.0))


@pytest.mark.parametrize("role", ROLES)
def test_the_reference_client_passes_every_scenario_of_a_role(
    runs: Callable[[UserRole], RunResult], role: UserRole
) -> None:
    run = runs(role).run
    told = {one.key: f"{one.verdict.value} {one.reason}" for one in run.scenarios if one.verdict is not Verdict.PASS}
    assert told == {}
    assert {one.key for one in run.scenarios} == {one.key for one in LIBRARY if one.role == role}
    assert all(one.checks for one in run.scenarios), "PASS needs positive evidence"
    assert all(check.finding.references for one in run.scenarios for check in one.checks)
    assert run.is_complete
    assert runs(role).exit_code == 0


def test_judging_again_from_the_entries_gives_the_same_verdicts(
    runs: Callable[[UserRole], RunResult], bench: Bench
) -> None:
    run = runs(UserRole.OU).run
    again = list(judge_again(bench.dcc.journal.entries(after=run.first - 1, until=run.last)))
    assert len(again) > 2 * len(run.scenarios)
    assert [one.judged.check for one in again if not one.agrees] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_scenario_was_judged_by_the_checks_that_it_owes(
    runs: Callable[[UserRole], RunResult], bench: Bench, role: UserRole
) -> None:
    run = runs(role).run
    entries = list(bench.dcc.journal.entries(after=run.first - 1, until=run.last))
    assert [str(one) for one in owed_problems(run, EvidenceIndex(entries), ScenarioSet())] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_driver_that_reports_only_a_status_fails_nothing(
    runs: Callable[[UserRole], RunResult], bench: Bench, role: UserRole
) -> None:
    """Each scenario once, in the first role that plays it: judged again without all that the party told but a status.

    What the wire shows passes; what only the party's system can tell is for a person to look at.
    """
    run = runs(role).run
    first = {one.id: one.role for one in reversed(LIBRARY)}
    entries = list(bench.dcc.journal.entries(after=run.first - 1, until=run.last))
    again = list(judge_again(only_status(entry) for entry in entries if is_judged(entry, first)))
    told = [
        f"{one.judged.scenario} {one.judged.check}: {one.finding.got}"
        for one in again
        if one.finding.verdict not in {Verdict.PASS, Verdict.REVIEW, Verdict.NOT_APPLICABLE}
    ]
    assert told == []
    assert {one.judged.scenario for one in again} == {key for key, own in first.items() if own == role}


def only_status(entry: Entry) -> Entry:
    """The entry as it were if the party's driver had reported a status and nothing else."""
    if not isinstance(entry.event, OutcomeClaimed):
        return entry
    event = entry.event
    bare = Outcome(action=event.action, status=event.content["status"])
    return replace(entry, event=replace(event, content=to_builtins(bare)))


def is_judged(entry: Entry, role_of: Mapping[str, str]) -> bool:
    """Whether an entry is no check, or one of a scenario in the role given for it."""
    return not isinstance(entry.event, CheckJudged) or role_of[entry.event.scenario] == entry.event.role


EMPTY_ON_PURPOSE = {
    "SR-123": "6.13 after the log was cleared (3.3)",
    "IC-028": "8.9 after the only device that was joined has left (8.8.1)",
    "SSI-010": "what another User reads is not the party's",
}
"""Scenarios in which an empty list is what has to be read, or is nobody's matter."""


@pytest.mark.parametrize("role", ROLES)
def test_no_log_that_is_read_is_empty_and_nothing_that_is_read_is_but_zeros(
    runs: Callable[[UserRole], RunResult], bench: Bench, role: UserRole
) -> None:
    """Otherwise a client that reports nothing, or mixes up what it reports, would pass."""
    run = runs(role).run
    key, bare = "", set()
    for entry in bench.dcc.journal.entries(after=run.first - 1, until=run.last):
        event = entry.event
        if isinstance(event, ScenarioStarted):
            key = event.key
        if not isinstance(event, DeviceAnswered) or key.startswith(tuple(EMPTY_ON_PURPOSE)):
            continue
        logs = [value for name, value in event.values.items() if name.endswith("LogEntries")]
        if logs and not any(logs):
            bare.add(f"{key}: no entries")
        balances = [value for name, value in event.values.items() if name.startswith("MeterBalance")]
        if len(event.values) <= len(balances) + 2 and balances and not any(balances):
            bare.add(f"{key}: a balance of nothing")
        numbers = [number for log in logs for number in _numbers(log)]
        if numbers and not any(numbers):
            bare.add(f"{key}: entries of zeros only")
    assert bare == set()


def _numbers(value: object) -> Iterator[int | float]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def test_every_scenario_had_devices_of_its_own(runs: Callable[[UserRole], RunResult]) -> None:
    devices = [eui for scenario in runs(UserRole.OU).run.scenarios for eui in scenario.devices.values()]
    assert len(devices) == len(set(devices))


def test_a_scenario_that_moves_the_clock_has_a_simulated_dcc_of_its_own(
    runs: Callable[[UserRole], RunResult], bench: Bench
) -> None:
    run = runs(UserRole.OU).run
    movers = {one.key for one in LIBRARY if one.role == UserRole.OU and one.moves_clock}
    entries = bench.dcc.journal.entries(after=run.first - 1, until=run.last)
    begins = {entry.event.key: entry.at for entry in entries if isinstance(entry.event, ScenarioStarted)}
    others = sorted(at for key, at in begins.items() if key not in movers)
    assert movers < set(begins)
    assert max(begins.values()) - min(begins.values()) > timedelta(days=1), "one of them began on another day"
    assert others[-1] - others[0] < timedelta(days=1), "the others begin at the run's own time"


def test_what_a_system_cannot_follow_was_not_run_and_is_no_failure(bench: Bench) -> None:
    result = bench.run("reference", "PT-002-IS or JY-010", follows_clock=False)
    assert {one.verdict for one in result.run.scenarios} == {Verdict.NOT_RUN}
    assert all("follows_clock = true" in one.reason for one in result.run.scenarios)


def test_every_signature_of_a_run_can_be_checked_with_the_certificates_in_its_journal(
    runs: Callable[[UserRole], RunResult], bench: Bench
) -> None:
    run = runs(UserRole.IS).run
    keys = public_keys(list(bench.dcc.journal.entries()))
    own = (entry.event for entry in bench.dcc.journal.entries(after=run.first - 1, until=run.last))
    payloads = [event.payload for event in own if isinstance(event, CommandSent | DeviceAnswered)]
    judged = [
        check.check for payload in payloads for check in checks(describe(payload, keys)) if check.name == "signature"
    ]
    assert set(judged) == {Check.AGREES}
    assert len(judged) > 40
