"""The completion report: its numbers are the journals', its formats hold the same, its review believes nothing."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from jsonschema import Draft202012Validator
from lxml import html as lxml_html

from harness.campaign.checking import user_id_notes
from harness.cli import run
from harness.evidence.bundle import read_journal
from harness.reporting.completion import model, review
from harness.reporting.completion.difference import difference
from harness.reporting.completion.html import render, render_review
from harness.reporting.completion.observations import observe
from harness.reporting.completion.results import slices
from harness.reporting.completion.write import files_of, write_completion_report
from schemas.load import UserRole, resource, scenarios
from stubs.events import (
    ClockMoved,
    Entry,
    MessageDelivered,
    MessageQueued,
    PageViewed,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    ScenarioFinished,
)
from stubs.findings import Owner
from tests.campaign_kit import EVERY_ENTRY_CRITERION, add_run, campaign_results, make_campaign, report_on
from tests.cli_kit import refuser

WRITTEN = datetime(2026, 9, 28, 12, tzinfo=UTC)
P1_OF_OU = [f"{row.id}-OU" for row in scenarios().values() if "OU" in row.roles]


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """Two builds: a failure, its retest, a blocked scenario, a service that stays unshown."""
    make_campaign(tmp_path, build="2", more=EVERY_ENTRY_CRITERION)
    first = {"SR-601-OU": "FAIL", "SR-605-OU": "PASS", "IC-004-OU": "BLOCKED"}
    add_run(tmp_path, "first", first, build="1", owner=Owner.PARTY, cause="scale")
    second = {
        "SR-601-OU": "PASS",
        "SR-605-OU": "PASS",
        "IC-004-OU": "PASS",
        "SSI-001-OU": "REVIEW",
        "IC-008-OU": "FAIL",
    }
    add_run(tmp_path, "second", second, build="2", day=3)
    return tmp_path


def report_of(folder: Path) -> model.CompletionReport:
    return write_completion_report(campaign_results(folder), WRITTEN).report


def text_of(page: bytes) -> str:
    return " ".join(" ".join(map(str, lxml_html.fromstring(page.decode()).itertext())).split())


def test_totals_equal_a_recount_of_the_journal(campaign: Path) -> None:
    report = report_of(campaign)
    told: Counter[str] = Counter()
    for bundle in (campaign / "runs").glob("second/bundle.zip"):
        for entry in read_journal(bundle.read_bytes()):
            if isinstance(entry.event, ScenarioFinished):
                told[entry.event.verdict] += 1
    (role,) = report.roles
    assert sum(scope.passed for scope in role.scopes) == told["PASS"] == 3
    assert sum(scope.failed for scope in role.scopes) == told["FAIL"] == 1
    assert sum(scope.blocked for scope in role.scopes) == told["BLOCKED"] == 0
    assert sum(scope.planned for scope in role.scopes) == told.total()
    assert Counter(row.verdict for row in report.results) == {"RETEST_PASS": 1, "PASS": 2, "REVIEW": 1, "FAIL": 1}


def test_no_number_contradicts_another(campaign: Path) -> None:
    report = report_of(campaign)
    (role,) = report.roles
    assert role.required == len([row for row in report.requirements if row.role == role.role])
    assert role.filled == sum(row.state in {"met", "attested", "deviation"} for row in report.requirements)
    assert role.services == sum(row.is_eligible for row in report.coverage)
    assert role.services_shown == len(report.scope[0].services_in)
    assert role.services == len(report.scope[0].services_in) + len(report.scope[0].services_out)
    assert len(report.traces) == sum(len(row.attempts) for row in report.results)


def test_traceability_leads_both_ways(campaign: Path) -> None:
    report = report_of(campaign)
    forth = {(row.requirement, key) for row in report.requirements for key in row.scenarios if row.runs}
    back = {(name, row.scenario) for row in report.traces for name in row.requirements}
    assert forth == back


def test_a_retest_on_the_same_build_is_shown_with_both_attempts(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    add_run(tmp_path, "a", {"SR-601-OU": "FAIL"})
    add_run(tmp_path, "b", {"SR-601-OU": "PASS"}, day=1)
    (row,) = report_of(tmp_path).results
    assert row.verdict == "RETEST_PASS"
    assert [(one.verdict, one.counts) for one in row.attempts] == [("FAIL", False), ("PASS", True)]


def test_a_report_without_runs_says_so(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    report = report_of(tmp_path)
    assert report.roles[0].verdict == "NOT_ASSESSED"
    assert "No scenario was run" in text_of(render(report))
    assert "No scenario was run" in text_of(render(report, "print"))


@pytest.mark.parametrize(
    ("name", "schema"),
    [("completion-report", model.json_schema()), ("review-record", review.json_schema())],
)
def test_the_published_schemas_are_those_of_the_types(name: str, schema: dict[str, object]) -> None:
    assert json.loads(resource("campaign", f"{name}.schema.json").read_text(encoding="utf-8")) == schema


def test_the_json_validates_and_comes_back_the_same(campaign: Path) -> None:
    report = report_of(campaign)
    data = model.encode(report)
    Draft202012Validator(model.json_schema()).validate(json.loads(data))
    assert msgspec.json.decode(data, type=model.CompletionReport) == report


def test_html_xlsx_and_csv_hold_the_same_rows(campaign: Path) -> None:
    report = report_of(campaign)
    files = files_of(report)
    book = openpyxl.load_workbook(io.BytesIO(files["completion-report.xlsx"]))
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    assert len(sheets["Results"]) - 1 == len(report.results)
    assert len(sheets["Evidence index"]) - 1 == len(report.files)
    rows = list(csv.reader(io.StringIO(files["results.csv"].decode())))
    assert (
        [row[1] for row in rows[1:]] == [row.key for row in report.results] == [row[1] for row in sheets["Results"][1:]]
    )
    page = text_of(files["completion-report.html"])
    assert all(row.key in page for row in report.results)
    assert all(file.sha256 in page for file in report.files if not file.run)


def test_foreign_text_is_text_everywhere(tmp_path: Path) -> None:
    make_campaign(
        tmp_path, more='[[deviations]]\nid = "=1+1"\nreason = "<script>alert(1)</script>"\neffect = "\\u0007e"\n'
    )
    (tmp_path / "issues" / "I-1.toml").write_text(
        'id = "I-1"\ntitle = "=cmd()"\nseverity = 1\nowner = "Party system"\nretest = "\\u0001"\n', encoding="utf-8"
    )
    files = files_of(report_of(tmp_path))
    assert b"<script>" not in files["completion-report.html"]
    book = openpyxl.load_workbook(io.BytesIO(files["completion-report.xlsx"]))
    cells = [cell for row in book["Issues"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.value == "=cmd()" for cell in cells)


def test_hand_written_text_is_marked(tmp_path: Path) -> None:
    make_campaign(tmp_path, more='[words]\nsummary = "All went well."\nobservations = ["One retry."]\n')
    page = lxml_html.fromstring(render(report_of(tmp_path)).decode())
    marked = {"".join(map(str, element.itertext())) for element in page.iter() if element.get("class") == "by-hand"}
    assert {"All went well.", "One retry."} <= marked


def test_every_edition_names_itself_a_rehearsal(campaign: Path) -> None:
    report = report_of(campaign)
    for edition in ("screen", "print", "full"):
        page = render(report, edition)
        assert page.count(model.BANNER.encode()) == 2
        assert b"no DCC test, no entitlement" in page


def test_the_difference_tells_what_newly_passed(campaign: Path) -> None:
    before = report_of(campaign)
    add_run(campaign, "third", {"IC-008-OU": "PASS", "RC-010-OU": "PASS"}, build="2", day=4)
    found = difference(before, report_of(campaign))
    assert found.newly_passed == ("IC-008-OU",)
    assert found.changed == (("IC-008-OU", "OU", "FAIL", "RETEST_PASS"),)
    assert found.new == ("RC-010-OU",)
    assert found.gone == ()


def test_a_missing_evidence_file_is_named_and_nothing_is_assessed(tmp_path: Path) -> None:
    make_campaign(tmp_path, more=EVERY_ENTRY_CRITERION + 'evidence = ["gone.pdf"]\n')
    add_run(tmp_path, "a", dict.fromkeys(P1_OF_OU, "PASS"))
    report = report_of(tmp_path)
    assert report.roles[0].verdict == "NOT_ASSESSED"
    assert [file.name for file in report.files if file.is_missing] == ["gone.pdf"]
    (criterion,) = (row for row in report.entry_criteria if row.evidence)
    assert not criterion.met
    assert "gone.pdf (missing)" in text_of(render(report))


def test_the_manifest_digest_covers_everything_that_counts(campaign: Path) -> None:
    before = report_of(campaign).cover.manifest_digest
    assert report_of(campaign).cover.manifest_digest == before
    report_on(campaign, "1")
    assert report_of(campaign).cover.manifest_digest != before


def test_a_review_of_an_honest_report_finds_no_difference(campaign: Path) -> None:
    record = review.review(campaign_results(campaign), report_of(campaign), WRITTEN)
    assert record.differences_in_all == 0
    assert record.reported_manifest == record.recomputed_manifest


@pytest.mark.parametrize(
    "change",
    [
        lambda report: msgspec.structs.replace(report.roles[0], verdict="READY"),
        lambda report: msgspec.structs.replace(report.roles[0], filled=report.roles[0].required),
    ],
)
def test_a_review_finds_a_bent_number(campaign: Path, change: object) -> None:
    report = report_of(campaign)
    bent = msgspec.structs.replace(report, roles=(change(report),))  # type: ignore[operator]
    record = review.review(campaign_results(campaign), bent, WRITTEN)
    assert record.differences_in_all == 1
    assert record.conclusion == review.UNDECIDED


def test_a_review_finds_a_finding_that_is_not_reached_again(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    add_run(tmp_path, "a", {"SR-601-OU": "PASS"})  # its entries hold no evidence, so the check cannot come to PASS
    record = review.review(campaign_results(tmp_path), None, WRITTEN)
    assert record.bundles[0].differing
    assert record.conclusion == review.UNDECIDED


@pytest.mark.parametrize(
    ("bent", "words"),
    [({"finding": "FAIL"}, "scenario verdict"), ({"has_checks": False}, "scenario verdict")],
)
def test_a_review_finds_a_verdict_that_its_checks_do_not_bear_out(
    tmp_path: Path, bent: dict[str, Any], words: str
) -> None:
    """A bundle sealed anew around an altered verdict verifies; its own checks betray it."""
    make_campaign(tmp_path)
    add_run(tmp_path, "a", {"SR-601-OU": "PASS"}, **bent)
    record = review.review(campaign_results(tmp_path), None, WRITTEN)
    assert record.bundles[0].problems == ()
    assert words in record.bundles[0].contradictions[0], record.bundles[0]
    assert record.conclusion == review.UNDECIDED


def test_the_command_line_writes_and_reviews(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion-report", "--campaign", str(campaign), "--no-pdf", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [Path(name).name for name in told["files"]] == [
        "completion-report.json", "completion-report.html", "completion-report.xlsx", "results.csv", "traceability.csv",
        "evidence.csv",
    ]  # fmt: skip
    assert run(["review", str(campaign), "--json"]) == 3
    record = json.loads(capsys.readouterr().out)
    Draft202012Validator(review.json_schema()).validate(record)
    assert record["differences_in_all"] == 0
    assert (campaign / "report" / "review-record.html").is_file()


def test_bad_input_is_one_line(campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = refuser(capsys)
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    assert "no completion report" in refused(
        "completion-report", "--campaign", campaign, "--since", tmp_path / "x.json"
    )
    assert "cannot be read" in refused("review", tmp_path / "gone.json", "--campaign", campaign)
    assert "no campaign.toml" in refused("review", tmp_path / "runs")


def at(seconds: float, seq: int, event: object) -> Entry:
    return Entry(seq=seq, at=datetime.fromtimestamp(1_780_000_000 + seconds, UTC), event=event, hash=b"")  # type: ignore[arg-type]


def test_waiting_is_measured_and_not_across_a_jump_of_the_clock() -> None:
    def exchange(name: str, start: float, seq: int) -> list[Entry]:
        return [
            at(start, seq, RequestReceived(exchange=name, service="non-device", peer="", content_type="", body=b"")),
            at(start, seq + 1, RequestAccepted(exchange=name, request_id=name, user="u", role="IS", srv="8.2", command_variant=8, device=None, signed_by="")),
            at(start + 0.2, seq + 2, RequestAnswered(exchange=name, status=200, content_type="", body=b"", response_code="I99")),
            at(start + 0.3, seq + 3, MessageQueued(message=name, user="u", message_kind="response", request_id=name, response_id=None, response_code="I0", srv="8.2", alert_code=None, device=None, body=b"", due=WRITTEN)),
        ]  # fmt: skip

    entries = [
        *exchange("a", 0, 1),
        at(2.2, 5, MessageDelivered(message="a", attempt=1, status=200)),
        *exchange("b", 10, 6),
        at(10.3, 10, ClockMoved(mode="jump", now=WRITTEN, rate=1.0, cause="test")),
        at(9000, 11, MessageDelivered(message="b", attempt=1, status=200)),
    ]
    found = observe([entries])
    ack, response, _ = found.timings
    assert (ack.count, ack.median) == (2, 0.2)
    assert (response.count, response.left_out, response.longest) == (1, 1, 2.0)
    assert {code.code: code.count for code in found.codes} == {"I0": 2, "I99": 2}


def test_a_report_of_another_party_is_no_last_submission(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_campaign(tmp_path / "other")
    file = other / "campaign.toml"
    file.write_text(file.read_text().replace("A Party", "Another Party"))
    assert run(["completion-report", "--campaign", str(other), "--no-pdf"]) == 0
    capsys.readouterr()
    last = str(other / "report" / "completion-report.json")
    assert run(["completion-report", "--campaign", str(campaign), "--no-pdf", "--since", last]) == 2
    assert "is a report of 'Another Party', this campaign is of 'A Party'" in capsys.readouterr().err


def test_a_review_of_one_role_is_not_kept_from_by_a_bundle_of_another(tmp_path: Path) -> None:
    make_campaign(tmp_path, roles=("OU", "RSA"), more=EVERY_ENTRY_CRITERION)
    add_run(tmp_path, "good", {"SR-601-OU": "FAIL"}, owner=Owner.PARTY, has_checks=False)
    add_run(tmp_path, "bent", {"SR-601-RSA": "PASS"}, finding="FAIL", day=1)
    found = {one.role: one for one in review.review(campaign_results(tmp_path), None, WRITTEN).roles}
    assert any("bent" in word for word in found["RSA"].why)
    assert not any("bent" in word for word in found["OU"].why)


def test_an_exit_criterion_whose_evidence_is_missing_is_not_met(tmp_path: Path) -> None:
    more = '[exit_criteria.EX-6]\nmet = true\non = 2026-10-05\nevidence = ["review.pdf"]\n'
    make_campaign(tmp_path, more=more)
    row = next(one for one in report_of(tmp_path).exit_criteria if one.id == "EX-6")
    assert (row.met, row.missing) == (False, ("review.pdf",))


FILLED = """
[artefacts.TEST_PLAN]
file = "plan.txt"
approved_by = "DCC"
approved_on = 2026-07-01
[[disputes]]
subject = "credit"
role = "OU"
opened_on = 2026-09-20
"""


def test_artefacts_disputes_and_what_is_signed_already_stand_in_the_report(tmp_path: Path) -> None:
    make_campaign(tmp_path, more=FILLED)
    file = tmp_path / "campaign.toml"
    dates = 'report = 2026-09-28\nreceipt = 2026-09-30\nreview = 2026-10-05\nreview_result = "further testing"\n'
    file.write_text(file.read_text().replace("[roles.OU.dates]", f"[roles.OU.dates]\n{dates}"))
    (tmp_path / "plan.txt").write_text("the plan")
    report = report_of(tmp_path)
    assert {row.code for row in report.artefacts if not row.is_missing} == {"TEST_PLAN"}
    assert [(row.subject, row.stage) for row in report.disputes] == [("Level of Credit Support", "first route")]
    signed = {row.who: row for row in report.sign_off if row.role == "OU"}
    decision = signed["DCC: concluded / further testing / refused"]
    assert (decision.due, f"{decision.on}", decision.reference) == (
        "05 Oct 2026 (strict) or 07 Oct 2026 (lenient)", "2026-10-05", "further testing",
    )  # fmt: skip
    text = text_of(render(report, "print"))
    for words in ("Test Plan plan.txt", "DCC, 2026-07-01", "Level of Credit Support OU 2026-09-20 first route open"):
        assert words in text


def test_user_ids_that_do_not_fit_are_told_beside_the_scope(tmp_path: Path) -> None:
    make_campaign(tmp_path)
    file = tmp_path / "campaign.toml"
    text = file.read_text().replace("eui64_ranges = []", 'eui64_ranges = ["90-B3-D5-1F-30"]')
    file.write_text(text.replace("user_ids = []", 'user_ids = ["A0-B1-C2-D3-E4-04-00-00"]'))
    told = report_of(tmp_path).scope[0].user_id_notes
    assert told == ("A0-B1-C2-D3-E4-04-00-00 lies outside the Party's EUI-64 ranges",)
    campaign = campaign_results(tmp_path).campaign
    (_, other) = user_id_notes(campaign, UserRole.OU, ["A0-B1-C2-D3-E4-04-00-01"])
    assert other.startswith("tested as A0-B1-C2-D3-E4-04-00-01, the campaign names A0-B1-C2-D3-E4-04-00-00")


def test_codes_alerts_and_functions_that_were_met_are_counted_with_their_whole(tmp_path: Path) -> None:
    def queued(kind: str, alert: str | None, code: str) -> MessageQueued:
        return MessageQueued(message=f"{kind}{alert}", user="u", message_kind=kind, request_id=None, response_id=None,
                             response_code=code, srv=None, alert_code=alert, device=None, body=b"", due=WRITTEN)  # fmt: skip

    def viewed(path: str, role: str = "OU", status: int = 200) -> PageViewed:
        return PageViewed(
            session="s", person="p", user="u", role=role, path=path, status=status, title="t", query={}, shown=()
        )

    events = [
        queued("dcc-alert", "N24", ""), queued("device-alert", "8F0A", ""), queued("device-alert", "FFFF", ""),
        queued("response", None, "E19"), viewed("/inventory/X"), viewed("/"), viewed("/sign-in", role=""),
        viewed("/audit", status=403),
    ]  # fmt: skip
    entries = [at(0, seq, event) for seq, event in enumerate(events, start=1)]
    met = {one.kind: one for one in observe([entries]).met}
    assert {kind: [code.code for code in one.seen] for kind, one in met.items()} == {
        "Response codes": ["E19"], "DCC Alerts": ["N24"], "Device Alerts": ["8F0A", "FFFF"],
        "Self-Service functions": ["home", "inventory"],
    }  # fmt: skip
    assert met["Device Alerts"].seen[1].meaning == "not listed"
    assert all(len(one.not_seen) < one.known for one in met.values())


def test_a_message_of_the_evidence_index_names_its_scenario_run(campaign: Path) -> None:
    runs = {one.digest: one for one in campaign_results(campaign).runs}
    for run_of in runs.values():
        place = slices(run_of)
        assert run_of.run is not None
        for scenario in run_of.run.scenarios:
            assert place(f"messages/{scenario.first:06d}-request.xml") == scenario.key
            assert place(f"messages/{scenario.last:06d}-response.xml") == scenario.key
        assert place("messages/999999-request.xml") == place("report.html") == place("messages/x-y") == ""


def test_a_review_lists_what_rests_on_the_word_of_people(tmp_path: Path) -> None:
    more = f"""{EVERY_ENTRY_CRITERION}
[[deviations]]
id = "DEV-1"
scenarios = ["SR-605"]
kind = "scenario"
reason = "r"
effect = "e"
agreed_by = "DCC test manager"
agreed_on = 2026-06-20
[[regressions]]
from_build = "0"
to_build = "1"
statement = "nothing else changed"
by = "test manager"
on = 2026-09-10
"""
    make_campaign(tmp_path, more=more)
    add_run(tmp_path, "a", {"SR-601-OU": "FAIL"}, owner=Owner.PARTY)
    (tmp_path / "issues" / "I-1.toml").write_text(
        'id = "I-1"\ntitle = "t"\nseverity = 2\nowner = "Party system"\nstatus = "closed"\nscenarios = ["SR-601-OU"]\n'
    )
    file = tmp_path / "campaign.toml"
    file.write_text(file.read_text().replace('name = "Client"', 'name = "Renamed"'))
    record = review.review(campaign_results(tmp_path), None, WRITTEN)
    assert Counter(word.kind for word in record.by_word) == {
        "regression statement": 1,
        "deviation, not confirmed": 1,
        "issue closed, its scenarios do not all pass": 1,
        "another system": 1,
        "criterion": 6,
    }
    page = text_of(render_review(record))
    for words in (
        "DEV-1",
        "nothing else changed",
        "0 of 1 passed since; not SR-601-OU",
        "recorded Client",
        *record.sample_places,
    ):
        assert words in page
    assert record.sample_places == ("runs/a/report.html#SR-601-OU",)


def test_a_review_takes_the_campaign_file_for_its_folder(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review", str(campaign / "campaign.toml")]) == run(["review", str(campaign)])
    assert (campaign / "report" / "review-record.json").is_file()
    assert capsys.readouterr().err == ""
