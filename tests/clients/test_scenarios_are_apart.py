"""State that one scenario leaves on the simulated DCC never reaches into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.checks import Verdict
from stubs.events import Entry, MessageQueued, RequestAccepted, ScenarioStarted

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

_LEAVES_SCHEDULES = "SR-306 or SR-307 or SR-308"
"""Scenarios that make schedules or look at them, of which some stay when they end."""


def _not_asked_for(entries: list[Entry]) -> list[tuple[str, str | None]]:
    """Responses to a device's User that belong to no device or request of the scenario in which they were queued."""
    found, scenario, devices, asked = [], "", set[str](), set[str]()
    for entry in entries:
        event = entry.event
        if isinstance(event, ScenarioStarted):
            scenario, devices, asked = event.scenario, set(event.premises["devices"].values()), set()
        elif isinstance(event, RequestAccepted):
            asked.add(event.request_id)
        elif isinstance(event, MessageQueued) and event.message_kind == "response":
            is_its_own = event.request_id in asked or event.device in devices
            found.extend([] if is_its_own else [(scenario, event.srv)])
    return found


@pytest.mark.parametrize("role", ["GS"])
def test_no_schedule_of_one_scenario_answers_in_another(bench: Bench, role: str) -> None:
    made = bench.run(select=_LEAVES_SCHEDULES, roles=(role,)).run
    bench.dcc.control.advance_clock(86400)
    later = bench.run(select="PT-005", roles=(role,)).run
    assert [one.verdict for run in (made, later) for one in run.scenarios if one.verdict is not Verdict.PASS] == []
    entries = list(bench.dcc.journal.entries(after=made.first - 1, until=later.last))
    assert _not_asked_for(entries) == []


def test_a_scenario_ends_with_nothing_left_over(bench: Bench) -> None:
    bench.run(select=_LEAVES_SCHEDULES, roles=("GS",))
    health = bench.dcc.control.health()
    assert {
        name: health[name] for name in ("agenda", "outbox", "held", "faults", "devices", "inventory")
    } == dict.fromkeys(("agenda", "outbox", "held", "faults", "devices", "inventory"), 0)


def test_a_person_whom_a_failed_scenario_left_is_in_nobodys_way(bench: Bench) -> None:
    left = bench.run("broken:gives-new-people-every-job", select="SSI-004", roles=("IS",)).run
    assert [one.verdict for one in left.scenarios] == [Verdict.FAIL]
    again = bench.run(select="SSI-004", roles=("IS",)).run
    assert [f"{one.verdict.value} {one.reason}".strip() for one in again.scenarios] == ["PASS"]


def test_a_name_that_was_locked_in_one_scenario_is_free_in_the_next(bench: Bench) -> None:
    bench.run("broken:uses-wrong-pass-phrase", select="SSI-001 or SSI-002 or SSI-003", roles=("IS",))
    after = bench.run(select="SSI-001", roles=("IS",)).run
    assert [f"{one.verdict.value} {one.reason}".strip() for one in after.scenarios] == ["PASS"]


def test_an_alert_that_came_to_one_user_is_not_another_users_although_they_share_a_client(bench: Bench) -> None:
    """AD-002 leaves an alert N46 of the supplier's that nobody asked about; AL-032 asks about one of an Other User."""
    run = bench.run(select="AD-002-IS or AL-032-OU", deadline=60.0, patience=30.0).run
    assert [one.key for one in run.scenarios] == ["AD-002-IS", "AL-032-OU"]
    assert {one.key: one.reason for one in run.scenarios if one.verdict is not Verdict.PASS} == {}
