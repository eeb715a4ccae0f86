"""Runs of several builds joined: the latest counts, history stays, evidence that does not verify counts for nothing."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.attesting import Word, attest
from harness.campaign.campaign_file import Regression
from harness.campaign.campaign_results import reaches
from harness.reporting.completion.criteria import exit_rows
from harness.verdicts import RoleVerdict
from stubs.findings import Owner, Verdict
from stubs.wire.errors import InputError
from tests.campaign_kit import EVERY_ENTRY_CRITERION, add_run, campaign_results, make_campaign, report_on


def verdicts(folder: Path) -> dict[str, str]:
    (role,) = campaign_results(folder).roles
    return {one.key: one.latest.verdict.value if one.latest else "none" for one in role.histories}


def test_a_pass_after_a_failure_is_a_retest_and_the_failure_stays_in_the_history(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    add_run(tmp_path, "b", {"SR-601-OU": "PASS"}, day=1)
    add_run(tmp_path, "a", {"SR-601-OU": "FAIL", "SR-605-OU": "PASS"})
    assert verdicts(tmp_path) == {"SR-601-OU": "RETEST_PASS", "SR-605-OU": "PASS"}
    (role,) = campaign_results(tmp_path).roles
    assert [one.verdict.value for one in role.histories[0].results] == ["FAIL", "PASS"]


def test_a_failure_after_a_pass_counts(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    add_run(tmp_path, "a", {"SR-601-OU": "PASS"})
    add_run(tmp_path, "b", {"SR-601-OU": "FAIL"}, day=1)
    assert verdicts(tmp_path) == {"SR-601-OU": "FAIL"}


def test_the_wall_clock_decides_which_run_is_later_not_the_run_s_own(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    add_run(tmp_path, "a", {"SR-601-OU": "FAIL"}, clock=datetime(2027, 1, 1, tzinfo=UTC))
    add_run(tmp_path, "b", {"SR-601-OU": "PASS"}, day=1, clock=datetime(2026, 1, 1, tzinfo=UTC))
    assert verdicts(tmp_path) == {"SR-601-OU": "RETEST_PASS"}


def test_results_of_another_build_count_only_under_a_regression_statement(tmp_path: Path) -> None:
    make_campaign(tmp_path, build="2")
    add_run(tmp_path, "a", {"SR-601-OU": "PASS", "SR-605-OU": "PASS"}, build="1")
    assert verdicts(tmp_path) == {"SR-601-OU": "none", "SR-605-OU": "none"}
    file = tmp_path / "campaign.toml"
    statement = (
        '[[regressions]]\nfrom_build = "1"\nto_build = "2"\nstatement = "s"\nby = "test manager"\non = 2026-09-08\n'
    )
    file.write_text(file.read_text() + statement + 'scenarios = ["SR-601"]\n')
    assert verdicts(tmp_path) == {"SR-601-OU": "PASS", "SR-605-OU": "none"}
    (role,) = campaign_results(tmp_path).roles
    assert role.histories[0].latest is not None
    assert role.histories[0].latest.build == "1"


def statement(a: str, b: str, *scenarios: str) -> Regression:
    return Regression(
        from_build=a, to_build=b, statement="s", by="m", on=datetime(2026, 1, 1, tzinfo=UTC).date(), scenarios=scenarios
    )


def test_statements_chain_and_do_not_run_backwards() -> None:
    chain = [statement("1", "2"), statement("2", "3", "SR-601")]
    assert reaches("1", "3", "SR-601", chain)
    assert not reaches("1", "3", "SR-605", chain)
    assert not reaches("3", "1", "SR-601", chain)
    assert reaches("3", "3", "SR-601", [])
    assert not reaches("", "", "SR-601", [])


def test_a_bundle_with_an_altered_byte_counts_for_nothing_and_is_named(tmp_path: Path) -> None:
    make_campaign(tmp_path, more=EVERY_ENTRY_CRITERION)
    add_run(tmp_path, "good", {"SR-601-OU": "PASS"})
    path = add_run(tmp_path, "bad", {"SR-605-OU": "PASS"}, day=1)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    found = campaign_results(tmp_path)
    assert [one.path.parent.name for one in found.uncounted] == ["bad"]
    assert verdicts(tmp_path) == {"SR-601-OU": "PASS"}
    assert any("run bad" in text for text in found.roles[0].inputs.open_criteria)


def test_what_is_no_bundle_is_named_too(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    (tmp_path / "runs" / "x").mkdir()
    (tmp_path / "runs" / "x" / "bundle.zip").write_bytes(b"no zip")
    (found,) = campaign_results(tmp_path).uncounted
    assert "no bundle" in found.problems[0]


def test_the_same_evidence_twice_counts_once(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    add_run(tmp_path, "a", {"SR-601-OU": "FAIL"})
    shutil.copytree(tmp_path / "runs" / "a", tmp_path / "runs" / "copy")
    found = campaign_results(tmp_path)
    assert [one.counts for one in found.runs] == [True, False]
    assert len(found.roles[0].histories[0].results) == 1
    assert not any("copy" in text for text in found.roles[0].inputs.open_criteria)


def test_a_run_excluded_with_a_reason_does_not_count(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    add_run(tmp_path, "a", {"SR-601-OU": "FAIL"})
    digest = campaign_results(tmp_path).runs[0].digest
    file = tmp_path / "campaign.toml"
    file.write_text(file.read_text() + f'[[runs]]\nevidence = "{digest[:10]}"\nexclude = "wrong device"\n')
    assert verdicts(tmp_path) == {}
    assert "wrong device" in campaign_results(tmp_path).runs[0].problems[0]


def test_a_build_stated_by_hand_is_marked_and_may_not_contradict_the_run(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    add_run(tmp_path, "a", {"SR-601-OU": "PASS"}, build="")
    (run,) = campaign_results(tmp_path).runs
    assert verdicts(tmp_path) == {"SR-601-OU": "none"}
    file = tmp_path / "campaign.toml"
    file.write_text(file.read_text() + f'[[runs]]\nevidence = "{run.digest}"\nbuild = "1"\n')
    (run,) = campaign_results(tmp_path).runs
    assert run.is_build_by_hand
    assert verdicts(tmp_path) == {"SR-601-OU": "PASS"}
    add_run(tmp_path, "b", {"SR-605-OU": "PASS"}, build="7", day=1)
    digest = campaign_results(tmp_path).runs[1].digest
    file.write_text(file.read_text() + f'[[runs]]\nevidence = "{digest}"\nbuild = "1"\n')
    assert "recorded build 7" in campaign_results(tmp_path).runs[1].problems[0]


def test_a_note_that_names_two_runs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_campaign(tmp_path, more='[[runs]]\nevidence = "aaaaaaaa"\n')
    for name in "ab":
        add_run(tmp_path, name, {"SR-601-OU": "PASS"}, day=ord(name))
    monkeypatch.setattr("harness.evidence.manifest.digest", lambda data: "aaaaaaaa" + str(hash(data)))
    with pytest.raises(InputError, match="names 2 runs"):
        campaign_results(tmp_path)


def test_a_missing_evidence_file_makes_the_verdict_not_assessed(tmp_path: Path) -> None:
    more = EVERY_ENTRY_CRITERION.replace(
        "[entry_criteria.EN-2]", 'evidence = ["evidence/accession.pdf"]\n[entry_criteria.EN-2]'
    )
    make_campaign(tmp_path, more=more)
    add_run(tmp_path, "a", {"SR-601-OU": "PASS"})
    found = campaign_results(tmp_path).roles[0]
    assert any("accession.pdf" in text for text in found.inputs.open_criteria)
    assert found.assessment.verdict is RoleVerdict.NOT_ASSESSED
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "accession.pdf").write_bytes(b"x")
    assert campaign_results(tmp_path).roles[0].inputs.open_criteria == ()


def test_two_roles_are_never_mixed(tmp_path: Path) -> None:
    make_campaign(tmp_path, roles=("OU", "IS"))
    add_run(tmp_path, "a", {"SR-601-OU": "FAIL", "SR-601-IS": "PASS"})
    ou, is_ = campaign_results(tmp_path).roles
    assert (ou.assessment.tally.scenarios.failed, is_.assessment.tally.scenarios.failed) == (1, 0)
    assert {one.role for one in ou.histories} == {"OU"}
    assert ou.assessment.verdict is RoleVerdict.FURTHER_TESTING
    assert is_.assessment.verdict is RoleVerdict.NOT_ASSESSED


def test_another_build_can_be_reported_on(tmp_path: Path) -> None:
    make_campaign(tmp_path, build="1")
    add_run(tmp_path, "a", {"SR-601-OU": "PASS"}, build="1")
    report_on(tmp_path, "2")
    assert verdicts(tmp_path) == {"SR-601-OU": "none"}


def test_a_role_can_be_ready_with_deviations(tmp_path: Path) -> None:
    """The whole required set, of which one row is excused by an agreed deviation."""
    make_campaign(tmp_path, more=EVERY_ENTRY_CRITERION)
    needed = [
        item for item in campaign_results(tmp_path).roles[0].assessment.required if not item.name.startswith("service ")
    ]
    services = [
        item.name.removeprefix("service ")
        for item in campaign_results(tmp_path).roles[0].assessment.required
        if item.name.startswith("service ")
    ]
    add_run(tmp_path, "a", {f"{item.name}-OU": "PASS" for item in needed})
    left = {item.name.removeprefix("service ") for item in campaign_results(tmp_path).roles[0].assessment.missing}
    assert left < set(services)
    listed = ", ".join(f'"{srv}"' for srv in sorted(left))
    deviation = (
        f'[[deviations]]\nid = "D"\nkind = "service unused"\nservices = [{listed}]\nreason = "r"\neffect = "e"\n'
    )
    agreement = 'agreed_by = "DCC test manager"\nagreed_on = 2026-06-20\n'
    file = tmp_path / "campaign.toml"
    before = file.read_text()
    if left:
        file.write_text(before + deviation)
        assert campaign_results(tmp_path).roles[0].assessment.verdict is RoleVerdict.NOT_ASSESSED
        file.write_text(before + deviation + agreement)
        assert campaign_results(tmp_path).roles[0].assessment.verdict is RoleVerdict.READY_WITH_DEVIATIONS


def test_an_attested_run_keeps_what_was_noted_of_it_and_takes_the_place_of_the_earlier_revision(tmp_path: Path) -> None:
    make_campaign(tmp_path, build="7")
    path = add_run(tmp_path, "a", {"SR-601-OU": "REVIEW"}, build="")
    data = path.read_bytes()
    (run,) = campaign_results(tmp_path).runs
    file = tmp_path / "campaign.toml"
    file.write_text(file.read_text() + f'[[runs]]\nevidence = "{run.digest[:16]}"\nbuild = "7"\nnote = "by hand"\n')
    assert verdicts(tmp_path) == {"SR-601-OU": "REVIEW"}
    word = Word("SR-601-OU", "", "tester", "seen")
    (tmp_path / "runs" / "later.zip").write_bytes(attest(data, word, datetime(2026, 9, 1, tzinfo=UTC)).data)
    assert verdicts(tmp_path) == {"SR-601-OU": "ATTESTED"}
    before, now = sorted(campaign_results(tmp_path).runs, key=lambda one: one.counts)
    assert (now.build, now.note) == ("7", "by hand")
    assert "a later revision takes its place" in before.problems[0]


STATEMENT = """
[[regressions]]
from_build = "1"
to_build = "2"
statement = "nothing that matters changed"
by = "test manager"
on = 2026-09-10
"""


def test_a_pass_on_another_build_takes_the_place_of_no_failure_on_the_reported_one(tmp_path: Path) -> None:
    make_campaign(tmp_path, build="2", more=STATEMENT)
    add_run(tmp_path, "new", {"SR-601-OU": "FAIL"}, build="2", owner=Owner.PARTY)
    add_run(tmp_path, "old", {"SR-601-OU": "PASS"}, build="1", day=1)
    (role,) = campaign_results(tmp_path).roles
    assert [one.latest and one.latest.verdict for one in role.histories] == [Verdict.FAIL]
    assert role.assessment.verdict is RoleVerdict.FURTHER_TESTING


def test_a_failure_on_another_build_that_a_statement_covers_counts(tmp_path: Path) -> None:
    make_campaign(tmp_path, build="2", more=STATEMENT)
    add_run(tmp_path, "new", {"SR-601-OU": "PASS"}, build="2")
    add_run(tmp_path, "old", {"SR-601-OU": "FAIL"}, build="1", day=1, owner=Owner.PARTY)
    (role,) = campaign_results(tmp_path).roles
    assert role.assessment.to_repeat == ("SR-601-OU",)


def test_runs_of_another_build_only_are_told_as_such(tmp_path: Path) -> None:
    make_campaign(tmp_path, build="2")
    add_run(tmp_path, "a", {"SR-601-OU": "PASS"}, build="")
    (role,) = campaign_results(tmp_path).roles
    assert role.assessment.reason == "no scenario ran on build 2: 1 results are of another build (not stated)"


def test_issues_of_severity_3_are_counted_for_the_roles_they_concern(tmp_path: Path) -> None:
    make_campaign(tmp_path, roles=("OU", "RSA"))
    file = tmp_path / "campaign.toml"
    file.write_text(file.read_text().replace("severity_3_limit = 5", "severity_3_limit = 1"))
    for number in (1, 2):
        (tmp_path / "issues" / f"I-{number}.toml").write_text(
            f'id = "I-{number}"\ntitle = "t"\nseverity = 3\nowner = "Party system"\nwork_off = "w"\nroles = ["OU"]\n'
        )
    one = campaign_results(tmp_path)
    words = "2 open issues of severity 3, agreed were 1"
    assert [words in role.inputs.open_criteria for role in one.roles] == [True, False]
    exits = {(row.role, row.id): row for role in one.roles for row in exit_rows(one, role)}
    assert exits["OU", "EX-4"].note == f"1 open: {words}"
    assert exits["RSA", "EX-4"].met
