"""Issues: proposed by cause, written once, closed by a retest; files keep what a person wrote in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.campaign.issues import proposals, retest_progress
from harness.cli import run
from stubs.findings import Owner
from tests.campaign_kit import add_run, campaign_results, make_campaign
from tests.cli_kit import Refused, refuser


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    return refuser(capsys)


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    return make_campaign(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> object:
    capsys.readouterr()
    assert run([*map(str, arguments), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_failures_with_one_cause_are_one_proposal(campaign: Path) -> None:
    add_run(campaign, "a", {"SR-601-OU": "FAIL", "SR-605-OU": "FAIL"}, owner=Owner.PARTY, cause="scale")
    add_run(campaign, "b", {"IC-004-OU": "FAIL"}, owner=Owner.PARTY, cause="unit", day=1)
    add_run(campaign, "c", {"IC-008-OU": "BLOCKED"}, owner=Owner.HARNESS, cause="late", day=2)
    found = proposals(campaign_results(campaign))
    assert [(one.cause, one.owner, one.scenarios) for one in found] == [
        ("reading-agrees: scale", "Party system", ("SR-601-OU", "SR-605-OU")),
        ("reading-agrees: unit", "Party system", ("IC-004-OU",)),
        ("reading-agrees: late", "simulator", ("IC-008-OU",)),
    ]


def test_accepting_twice_writes_once(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_run(campaign, "a", {"SR-601-OU": "FAIL", "SR-605-OU": "FAIL"}, owner=Owner.PARTY, cause="scale")
    written = told(capsys, "issue", "accept", "--campaign", campaign)
    assert written == [str(campaign / "issues" / "I-001.toml")]
    assert told(capsys, "issue", "accept", "--campaign", campaign) == []
    (issue,) = campaign_results(campaign).folder.issues
    assert issue.counts_against_party
    assert issue.found_in_run == campaign_results(campaign).runs[0].digest


def test_an_issue_closes_by_a_later_run_and_keeps_comments(
    campaign: Path, capsys: pytest.CaptureFixture[str], refused: Refused
) -> None:
    add_run(campaign, "a", {"SR-601-OU": "FAIL"}, owner=Owner.PARTY, cause="scale")
    told(capsys, "issue", "accept", "--campaign", campaign)
    file = campaign / "issues" / "I-001.toml"
    file.write_text(file.read_text().replace("severity = 3", "severity = 2  # as agreed"))
    assert "does not pass in a later run" in refused("issue", "close", "I-001", "--campaign", campaign)
    add_run(campaign, "b", {"SR-601-OU": "PASS"}, day=1)
    closed = told(capsys, "issue", "close", "I-001", "--campaign", campaign)
    assert isinstance(closed, dict)
    assert closed["status"] == "closed"
    assert closed["retest"].startswith("passed in run ")
    assert "severity = 2  # as agreed" in file.read_text()
    assert "closed already" in refused("issue", "close", "I-001", "--campaign", campaign)


def test_an_issue_can_be_rejected_with_a_reason(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "issue", "new", "Odd wording", "--severity", "5", "--campaign", campaign)
    told(capsys, "issue", "close", "I-001", "--reject", "as specified", "--campaign", campaign)
    (issue,) = campaign_results(campaign).folder.issues
    assert (issue.status, issue.retest, issue.is_open) == ("rejected", "as specified", False)


def test_bad_input_is_one_line(campaign: Path, refused: Refused) -> None:
    assert "there is no issue" in refused("issue", "close", "I-009", "--campaign", campaign)
    assert "there is no proposal" in refused("issue", "accept", "4", "--campaign", campaign)
    assert "not an issue" in refused("issue", "new", "x", "--severity", "1", "--id", "../x", "--campaign", campaign)
    refused("issue", "new", "x", "--severity", "9", "--campaign", campaign)


def test_status_tells_where_a_role_stands(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = told(capsys, "campaign", "status", "--campaign", campaign)
    assert isinstance(empty, dict)
    assert empty["roles"][0]["verdict"] == "NOT_ASSESSED"
    add_run(campaign, "a", {"SR-601-OU": "FAIL"}, owner=Owner.PARTY, cause="scale")
    found = told(capsys, "campaign", "status", "--campaign", campaign)
    assert isinstance(found, dict)
    assert found["roles"][0]["failed"] == 1
    assert found["proposed_issues"] == 1
    assert any("SR-601-OU" in text for text in found["roles"][0]["missing"])
    assert run(["campaign", "status", "--campaign", str(campaign)]) == 0
    assert "FURTHER_TESTING" in capsys.readouterr().out


def test_only_a_run_after_the_failing_one_is_a_retest(
    campaign: Path, capsys: pytest.CaptureFixture[str], refused: Refused
) -> None:
    add_run(campaign, "failing", {"SR-601-OU": "FAIL"}, build="0", owner=Owner.PARTY, cause="scale", day=2)
    add_run(campaign, "before", {"SR-601-OU": "PASS"})
    one = campaign_results(campaign)
    failing = next(run for run in one.runs if run.path.parent.name == "failing")
    (campaign / "issues" / "I-001.toml").write_text(
        'id = "I-001"\ntitle = "t"\nseverity = 3\nowner = "Party system"\nscenarios = ["SR-601-OU"]\n'
        f'found_in_run = "{failing.digest}"\n'
    )
    assert "does not pass in a later run" in refused("issue", "close", "I-001", "--campaign", campaign)
    (issue,) = campaign_results(campaign).folder.issues
    assert retest_progress(campaign_results(campaign), issue) == "0 of 1 passed since; not SR-601-OU"
    add_run(campaign, "after", {"SR-601-OU": "PASS"}, day=3)
    assert retest_progress(campaign_results(campaign), issue) == "1 of 1 passed since"
    told(capsys, "issue", "close", "I-001", "--campaign", campaign)


def test_a_new_issue_names_scenarios_that_there_are(campaign: Path, refused: Refused) -> None:
    arguments = ("issue", "new", "t", "--severity", "3", "--campaign", campaign, "--scenario")
    for key in ("SR-999-OU", "SR-601", "SR-601-XX", "anything"):
        assert f"{key} is no scenario" in refused(*arguments, key)
    assert run([*map(str, arguments), "SR-601-OU"]) == 0
