"""Several parties in one rehearsal: who plays which part, each judged apart, nothing of one shown to another."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.checks import Verdict
from harness.checks.apart import apart
from harness.engine import ScenarioRun
from harness.engine.rehearsal import facts_of
from harness.plan import load_library, make_plan
from harness.reporting import model
from harness.settings import SettingsError, load_settings
from stubs.app import init_pki
from stubs.events import ActionAsked, Entry, MessageQueued, RequestAccepted, RequestReceived

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

GAINING = "A0-B1-C2-D3-E4-03-00-00"
UNDER_TEST = "A0-B1-C2-D3-E4-01-00-00"
SCENARIO = "JY-003-IS"
URL = {"receive_url": "http://127.0.0.1:9101/receive"}


def played(bench: Bench, driver: str) -> tuple[ScenarioRun, list[Entry]]:
    """The scenario of the losing supplier, the gaining one played by a client of ours."""
    parties = {"gaining-supplier": {"driver": driver, "users": {"IS": GAINING}}}
    result = bench.run("reference", SCENARIO, parties=parties)
    (scenario,) = result.run.scenarios
    return scenario, list(bench.dcc.journal.entries(after=scenario.first - 1, until=scenario.last))


@pytest.fixture(scope="module")
def correct(bench: Bench) -> tuple[ScenarioRun, list[Entry]]:
    return played(bench, "reference")


def test_the_other_party_acts_and_is_judged_apart(correct: tuple[ScenarioRun, list[Entry]]) -> None:
    scenario, _ = correct
    assert scenario.verdict is Verdict.PASS, scenario.reason
    assert {check.user for check in scenario.others} == {GAINING}
    assert {check.user for check in scenario.checks} == {""}
    assert {check.finding.verdict for check in scenario.others} == {Verdict.PASS}
    assert {"response-received", "reading-agrees"} <= {check.check for check in scenario.others}
    assert {action.asked["user"] for action in scenario.actions} == {UNDER_TEST}


def test_nothing_of_the_other_party_is_shown_to_the_party_under_test(
    correct: tuple[ScenarioRun, list[Entry]],
) -> None:
    _, entries = correct
    told = {entry.event.user for entry in entries if isinstance(entry.event, RequestAccepted)}
    assert told == {UNDER_TEST, GAINING}
    shown = [entry.event for entry in apart(entries)]
    assert {event.user for event in shown if isinstance(event, RequestAccepted | MessageQueued)} == {UNDER_TEST}
    assert {event.content["user"] for event in shown if isinstance(event, ActionAsked)} == {UNDER_TEST}
    assert not [event for event in shown if isinstance(event, RequestReceived) and GAINING.encode() in event.body]


def test_what_went_to_the_other_party_went_to_its_own_endpoint(
    bench: Bench, correct: tuple[ScenarioRun, list[Entry]]
) -> None:
    assert correct[0].verdict is Verdict.PASS, "its responses reached it: it reported what they say"
    rows = {row["user"]: row for row in bench.dcc.control.users()}
    assert rows[GAINING]["receive_url"] != rows[UNDER_TEST]["receive_url"], "and afterwards it has none again"


def test_who_does_not_play_its_part_blocks_the_scenario_and_fails_nobody_else(bench: Bench) -> None:
    scenario, _ = played(bench, "broken:mis-scales-reading")
    assert scenario.verdict is Verdict.BLOCKED
    assert "the gaining supplier did not play its part: expected as the device sent" in scenario.reason
    assert all(check.finding.verdict is Verdict.PASS for check in scenario.checks)


def test_conduct_of_the_other_party_is_told_and_is_not_held_against_the_party_under_test(bench: Bench) -> None:
    parties = {"gaining-supplier": {"driver": "broken:answers-500-to-responses", "users": {"IS": GAINING}}}
    run = bench.run("reference", SCENARIO, parties=parties).run
    (scenario,) = run.scenarios
    assert all(check.finding.verdict is Verdict.PASS for check in scenario.checks)
    (other,) = model.build(run, "", "").other_parties or ()
    assert (other.user, other.verdict, other.scenarios) == (GAINING, "FAIL", (SCENARIO,))
    assert any("2xx" in line for line in other.open), other.open


def test_a_party_acts_with_the_keys_of_its_own_folder(bench: Bench, tmp_path: Path) -> None:
    copied = tmp_path / "its-own"
    shutil.copytree(str(bench.dcc.settings.pki), copied)
    assert played_with_keys(bench, copied).verdict is Verdict.PASS


def test_a_party_whose_keys_the_dcc_does_not_know_does_not_play_its_part(bench: Bench, tmp_path: Path) -> None:
    init_pki(tmp_path / "unknown")
    scenario = played_with_keys(bench, tmp_path / "unknown")
    assert scenario.verdict is Verdict.BLOCKED
    assert "the gaining supplier did not play its part" in scenario.reason
    assert all(check.finding.verdict is Verdict.PASS for check in scenario.checks)


def played_with_keys(bench: Bench, keys: Path) -> ScenarioRun:
    parties = {"gaining-supplier": {"keys": str(keys), "users": {"IS": GAINING}}}
    (scenario,) = bench.run("reference", SCENARIO, parties=parties).run.scenarios
    return scenario


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "[parties.landlord]\n",
            r"uept\.toml:1: parties\.landlord: no scenario has a part called 'landlord'; known: ga",
        ),
        ('[parties.other-user.users]\nOU = "A0"\n', r"uept\.toml:2: parties\.other-user\.users\.OU: "),
        ('[parties.other-user]\ndriver = "command:client"\n', r"receive_url: the driver 'command' has no endpoint of"),
        ('[parties.other-user]\nreceive_url = "nowhere"\n', r"uept\.toml:2: parties\.other-user\.receive_url: 'nowh"),
    ],
)
def test_parties_that_cannot_be_are_told_with_their_place(tmp_path: Path, lines: str, told: str) -> None:
    (tmp_path / "uept.toml").write_text(lines, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load_settings(tmp_path / "uept.toml")


def test_a_party_that_is_the_one_under_test_is_told() -> None:
    flags = {"users": {"IS": UNDER_TEST}, "parties": {"gaining-supplier": {"users": {"IS": UNDER_TEST.lower()}}}}
    with pytest.raises(SettingsError, match="is the party under test"):
        load_settings(flags=flags)


def test_a_password_in_the_driver_of_a_party_is_not_recorded() -> None:
    settings = load_settings(flags={"parties": {"other-user": {"driver": "command:client --password s3cret", **URL}}})
    facts = facts_of(settings, make_plan(load_library(), settings))
    assert "s3cret" not in str(facts)
    assert facts["settings"]["parties"]["other-user"]["receive_url"] == URL["receive_url"]
