"""The reference client passes every scenario; and the verdicts can be judged again from the entries alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.checks import Verdict, judge_again
from harness.engine import RunResult
from harness.evidence.certificates import public_keys
from harness.plan import load_library
from stubs.events import CommandSent, DeviceAnswered
from stubs.wire.gbcs.view import Check, checks, describe

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

LIBRARY = load_library()


@pytest.fixture(scope="module")
def whole(bench: Bench) -> RunResult:
    """Every scenario of the library, once."""
    return bench.run()


@pytest.mark.parametrize("key", [scenario.key for scenario in LIBRARY])
def test_the_reference_client_passes(whole: RunResult, key: str) -> None:
    run = next(scenario for scenario in whole.run.scenarios if scenario.key == key)
    assert run.verdict is Verdict.PASS, run.reason
    assert run.checks, "PASS needs positive evidence"
    assert all(check.finding.references for check in run.checks)


def test_the_run_is_complete_and_ends_with_zero(whole: RunResult) -> None:
    assert whole.run.is_complete
    assert whole.exit_code == 0


def test_judging_again_from_the_entries_gives_the_same_verdicts(whole: RunResult, bench: Bench) -> None:
    entries = list(bench.dcc.journal.entries(after=whole.run.first - 1, until=whole.run.last))
    again = list(judge_again(entries))
    assert len(again) > 2 * len(LIBRARY)
    assert [one.judged.check for one in again if not one.agrees] == []


def test_every_scenario_had_devices_of_its_own(whole: RunResult) -> None:
    devices = [eui for scenario in whole.run.scenarios for eui in scenario.devices.values()]
    assert len(devices) == len(set(devices))


def test_every_signature_of_a_run_can_be_checked_with_the_certificates_in_its_journal(
    whole: RunResult, bench: Bench
) -> None:
    entries = list(bench.dcc.journal.entries())
    keys = public_keys(entries)
    own = (entry.event for entry in entries if whole.run.first <= entry.seq <= whole.run.last)
    payloads = [event.payload for event in own if isinstance(event, CommandSent | DeviceAnswered)]
    judged = [
        check.check for payload in payloads for check in checks(describe(payload, keys)) if check.name == "signature"
    ]
    assert set(judged) == {Check.AGREES}
    assert len(judged) > 40
