"""Reports are readers of the journal: every number is counted from it, every text is escaped."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree
from lxml import html as lxml_html

from harness.engine.results import fold_run
from harness.evidence.bundle import verify
from harness.reporting import html, model
from harness.reporting.write import Written, write_reports
from schemas.load import Srv, resource
from stubs.clock import VirtualClock
from stubs.events import (
    ActionAsked,
    AnyEvent,
    CertificateFiled,
    CheckJudged,
    ClockMoved,
    CommandSent,
    MessageDelivered,
    MessageQueued,
    OutcomeClaimed,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
)
from stubs.journal import Journal, SqliteStore
from stubs.wire.duis import SchemaFolder, example_request, write_request
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, OtherInformation
from stubs.wire.gbcs.crypto import add_mac, sign
from tests.dcc_kit import a_pki

OUR_SCHEMA = Path(str(resource("duis", "5.4")))
HOSTILE = "<script>alert('x')</script> & =cmd|' /C calc'!A0 \x00"
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
USER, METER = "A0-B1-C2-D3-E4-01-00-00", "DE-51-CE-00-00-00-00-E1"


def plan_row(key: str, scenario: str, srvs: list[str]) -> dict[str, object]:
    return {"key": key, "id": scenario, "role": "IS", "title": "t", "scope": "DUIS", "priority": "P1", "srvs": srvs,
            "feature": "f", "chosen": True, "reason": ""}  # fmt: skip


def scenario_events(scenario: str, srv: str, verdict: str, reason: str = "") -> list[AnyEvent]:
    request_id = f"{USER}:{METER}:1768471200001"
    premises = {"user": USER, "party": "Supplier A", "name": "s", "devices": {"esme": METER}, "key": f"{scenario}-IS"}
    step_status = "passed" if verdict == "PASS" else "failed"
    return [
        ScenarioStarted(scenario=scenario, attempt=1, role="IS", title=f"Read {HOSTILE}", scope="DUIS", priority="P1",
                        srvs=(srv,), feature="reads.feature", premises=premises),
        ActionAsked(scenario=scenario, action="a1", content={"service": srv, "target": METER}),
        RequestReceived(exchange=f"x{scenario}", service="send-command", peer="127.0.0.1", content_type="application/xml",
                        body=b"<not-xml"),
        RequestAccepted(exchange=f"x{scenario}", request_id=request_id, user=USER, role="IS", srv=srv, command_variant=1,
                        device=METER, signed_by="1"),
        RequestAnswered(exchange=f"x{scenario}", status=200, content_type="application/xml",
                        body=b"<r xmlns='u'><GBCSPayload>3wkB</GBCSPayload></r>", response_code="I99"),
        MessageQueued(message=f"m{scenario}", user=USER, message_kind="response", request_id=request_id, response_id="r",
                      response_code="I0", srv=srv, alert_code=None, device=METER, body=b"<ok/>", due=NOW),
        MessageDelivered(message=f"m{scenario}", attempt=1, status=204),
        OutcomeClaimed(scenario=scenario, action="a1", content={"status": "done", "detail": HOSTILE}),
        CheckJudged(scenario=scenario, role="IS", check="response-received", parameters={}, first=1, last=3,
                    verdict=verdict, expected=f"a response {HOSTILE}", got="one", rule="a rule", references=(4, 8)),
        StepFinished(scenario=scenario, attempt=1, role="IS", index=0, keyword="Then", text="it answers",
                     status=step_status, seconds=0.25, detail=HOSTILE),
        ScenarioFinished(scenario=scenario, attempt=1, role="IS", verdict=verdict, reason=reason),
    ]  # fmt: skip


def journal_of(*events: AnyEvent) -> Journal:
    journal = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
    journal.record(*events)
    return journal


@pytest.fixture
def written(tmp_path: Path) -> Written[model.Report]:
    facts = {"harness": "0.1.0", "driver": "reference", "driver_facts": {"driver": "reference"}, "roles": ["IS"],
             "users": {"IS": USER}, "seed": "s", "settings_digest": "0" * 64, "python": "3.11",
             "certificates": [{"eui": USER, "usage": "DS", "role": "02", "serial": "1", "not_after": "2030"}],
             "plan": [plan_row("SR-201-IS", "SR-201", ["4.1.1"]), plan_row("RC-010-IS", "RC-010", ["11.2"]),
                      plan_row("SR-503-IS", "SR-503", ["7.4"])]}  # fmt: skip
    journal = journal_of(
        RunStarted(run="run-1", facts=facts),
        *scenario_events("SR-201", "4.1.1", "PASS"),
        *scenario_events("RC-010", "11.2", "FAIL", f"claimed done {HOSTILE}"),
        RunFinished(run="run-1", complete=False),
    )
    try:
        return write_reports(tmp_path / "run", journal.rows())
    finally:
        journal.close()


def page_of(written: Written[model.Report]) -> Any:
    return lxml_html.fromstring(written.report.read_bytes())


def test_totals_equal_a_recount_of_the_log(written: Written[model.Report]) -> None:
    assert written.result.totals == {"PASS": 1, "FAIL": 1, "NOT_RUN": 1}
    (role,) = written.result.roles
    (scope,) = role.scopes
    assert (scope.planned, scope.passed, scope.failed, scope.blocked, scope.not_run) == (3, 1, 1, 0, 1)
    assert role.verdict == "FURTHER_TESTING"
    assert role.to_repeat == ("RC-010-IS",)


def test_a_service_counts_as_covered_only_when_a_positive_scenario_passed(written: Written[model.Report]) -> None:
    states = {row.srv: row.state for row in written.result.coverage}
    assert states["4.1.1"] == "passed"
    assert states["11.2"] == "failed"
    assert states["7.1"] == "not-covered"


def test_result_json_keeps_its_published_schema(written: Written[model.Report]) -> None:
    schema = json.loads(resource("run", "result.schema.json").read_text(encoding="utf-8"))
    assert schema == json.loads(json.dumps(model.json_schema()))
    jsonschema.validate(json.loads((written.report.parent / "result.json").read_bytes()), schema)


def test_no_text_of_the_party_becomes_markup(written: Written[model.Report]) -> None:
    page = written.report.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert len(page_of(written).findall(".//script")) == 1


def test_every_link_of_the_page_has_its_target_and_no_id_stands_twice(written: Written[model.Report]) -> None:
    page = page_of(written)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = [href[1:] for href in page.xpath("//@href") if href.startswith("#")]
    assert targets
    assert set(targets) <= set(ids)


def test_the_page_needs_no_network(written: Written[model.Report]) -> None:
    page = page_of(written)
    outside = [value for value in page.xpath("//@src | //@href | //link/@href") if not value.startswith("#")]
    assert outside == []


def test_a_verdict_reaches_its_message_in_two_clicks(written: Written[model.Report]) -> None:
    page = page_of(written)
    (row,) = page.xpath("//tr[@data-scenario and @data-verdict='FAIL']")
    scenario = page.get_element_by_id(row.xpath(".//td//a/@href")[0][1:])
    anchors = [href[1:] for href in scenario.xpath(".//svg//a/@href")]
    assert anchors
    assert all(page.get_element_by_id(anchor).tag == "details" for anchor in anchors)


def test_a_decoded_message_says_what_certificates_confirm_and_what_needs_keys(tmp_path: Path) -> None:
    pki = a_pki(tmp_path / "pki")
    user, device = pki.parties()[0].eui, Eui64.parse(METER)
    pair = pki.key_pair(user, "DS", "02")
    assert pair is not None
    other = OtherInformation(0x0062)
    group = sign(Group(Cra.COMMAND, 7, user, device, b"", other, b"", b""), pair.private_key)
    payload = add_mac(group, pki.acb_ka.private_key, pki.device(device).ka.certificate.public_key).to_bytes()
    sent = CommandSent(command="c", request_id=None, srv="7.3", device=METER, use_case="ECS43", message_code="0062",
                       payload=payload)  # fmt: skip
    shown = []
    for filed in ((), (CertificateFiled(eui=str(user), role="02", der=pair.certificate.der),)):
        start, *rest = scenario_events("SR-201", "4.1.1", "PASS")
        journal = journal_of(RunStarted(run="r", facts={}), *filed, start, sent, *rest)
        try:
            shown.append(page_of(write_reports(tmp_path / "run", journal.rows())).text_content())
        finally:
            journal.close()
    assert f"agrees: key of {user}" not in shown[0]
    assert f"agrees: key of {user}" in shown[1]
    assert "not checked: needs keys (--pki)" in shown[1]


def test_junit_counts_failures_and_survives_control_characters(written: Written[model.Report]) -> None:
    suite: Any = etree.fromstring((written.report.parent / "junit.xml").read_bytes()).find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    assert "expected  a response" in (suite.findtext("testcase/failure") or "")


def test_coverage_csv_holds_every_pair_of_the_role(written: Written[model.Report]) -> None:
    rows = list(csv.DictReader(io.StringIO((written.report.parent / "coverage.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 111
    assert {row["role"] for row in rows} == {"IS"}


def test_the_bundle_holds_the_reports_and_verifies(written: Written[model.Report]) -> None:
    found = verify(written.bundle.read_bytes())
    assert found.problems == ()
    assert found.fingerprint == written.fingerprint
    assert written.result.evidence_digest in written.report.read_text(encoding="utf-8")


def test_a_report_with_no_scenario_says_so(tmp_path: Path) -> None:
    journal = journal_of(RunStarted(run="r", facts={"driver": "x"}), RunFinished(run="r", complete=True))
    page = write_reports(tmp_path, journal.rows()).report.read_text(encoding="utf-8")
    journal.close()
    assert "No scenario was run" in page


def test_an_empty_journal_makes_a_report_that_says_nothing_ran(tmp_path: Path) -> None:
    result = write_reports(tmp_path, []).result
    assert result.totals == {}
    assert fold_run([]).scenarios == ()


def test_a_folder_that_cannot_be_written_is_said_clearly(tmp_path: Path) -> None:
    blocker = tmp_path / "run"
    blocker.write_text("a file where the folder should be")
    with pytest.raises(Blocked, match="cannot be written"):
        write_reports(blocker, [])


def test_two_schemas_are_set_side_by_side_when_another_is_named(tmp_path: Path) -> None:
    """Our own modules as the other schema agree with themselves; one that knows no request disagrees on a valid one."""
    valid = write_request(example_request(Srv("8.2")))
    journal = journal_of(
        RunStarted(run="r", facts={"driver": "x"}),
        RequestReceived(exchange="x1", service="non-device", peer="p", content_type="application/xml", body=valid),
        RequestReceived(exchange="x2", service="non-device", peer="p", content_type="application/xml", body=b"<no"),
        RunFinished(run="r", complete=True),
    )
    other = tmp_path / "schema"
    other.mkdir()
    (other / "other.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="'
        'http://www.dccinterface.co.uk/ServiceUserGateway"><xs:element name="Nothing"/></xs:schema>'
    )
    try:
        ours = write_reports(tmp_path / "a", journal.rows(), schema=SchemaFolder(OUR_SCHEMA)).result.schema_comparison
        theirs = write_reports(tmp_path / "b", journal.rows(), schema=SchemaFolder(other))
    finally:
        journal.close()
    assert ours is not None
    assert (ours.documents, ours.agree) == (1, 1)
    compared = theirs.result.schema_comparison
    assert compared is not None
    assert (compared.documents, compared.agree) == (1, 0)
    assert compared.disagreements[0].ours == "valid"
    assert compared.disagreements[0].file in theirs.report.read_text(encoding="utf-8")


def test_the_scenarios_of_a_large_run_have_pages_beside_the_report_and_every_link_has_its_target() -> None:
    journal = journal_of(
        RunStarted(run="run-1", facts={"roles": ["IS"], "plan": [plan_row("SR-201-IS", "SR-201", ["4.1.1"])]}),
        *scenario_events("SR-201", "4.1.1", "PASS"),
        RunFinished(run="run-1", complete=True),
    )
    entries = tuple(journal.entries())
    journal.close()
    pages = html.render(model.build(fold_run(entries), "0" * 64, "0" * 64), entries, largest=0)
    assert set(pages) == {"report.html", "scenarios/SR-201-IS.html"}
    for name, octets in pages.items():
        page: Any = lxml_html.fromstring(octets)
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        for href in page.xpath("//@href"):
            path, _, anchor = href.removeprefix("../").partition("#")
            assert path in {"", *pages}, (name, href)
            assert not anchor or anchor in ids
    assert b"<svg" in pages["scenarios/SR-201-IS.html"]
    assert b'details class="message"' not in pages["report.html"]


def test_the_page_of_a_scenario_is_let_go_before_the_next_scenario_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    original = html._scenario_view

    def counted(scenario: model.Scenario, *others: Any) -> html.ScenarioView:
        written.append(scenario.key)
        return original(scenario, *others)

    monkeypatch.setattr(html, "_scenario_view", counted)
    journal = journal_of(
        RunStarted(run="run-1", facts={"roles": ["IS"], "plan": []}),
        *scenario_events("SR-201", "4.1.1", "PASS"),
        *scenario_events("SR-202", "4.1.1", "PASS"),
        RunFinished(run="run-1", complete=True),
    )
    entries = tuple(journal.entries())
    journal.close()
    pages = html.pages(model.build(fold_run(entries), "0" * 64, "0" * 64), entries, largest=0)
    seen = [(name, len(written)) for name, _ in pages]
    assert seen == [("scenarios/SR-201-IS.html", 1), ("scenarios/SR-202-IS.html", 2), ("report.html", 2)]


@pytest.mark.parametrize("key", ["../../outside", "..", "a/b", "C:\\x", ".hidden"])
def test_the_page_of_a_foreign_key_lies_in_the_folder_of_scenarios(key: str) -> None:
    path = Path(html.page_of(key))
    assert (path.parent, path.suffix) == (Path("scenarios"), ".html")
    assert not path.name.startswith(".")


def test_the_ledger_tells_of_every_move_of_the_clock_and_of_the_scenario_that_made_it(
    written: Written[model.Report],
) -> None:
    move = ClockMoved(mode="advance", now=datetime(2026, 1, 18, 10, tzinfo=UTC), rate=1.0, cause="a scenario")
    begun, *others = scenario_events("SR-201", "4.1.1", "PASS")
    journal = journal_of(RunStarted(run="run-1", facts={"roles": ["IS"], "plan": []}), begun, move, *others)
    entries = tuple(journal.entries())
    journal.close()
    report = model.build(fold_run(entries), "0" * 64, "0" * 64)
    (told,) = html.clock_moves(report, entries)
    assert (told.key, told.before, told.after, told.entry) == ("SR-201-IS", NOW, move.now, 3)
    page: Any = lxml_html.fromstring(html.render(report, entries)["report.html"])
    assert "2026-01-18 10:00:00 UTC" in page.text_content()
    assert "Moves of the clock (0)" in page_of(written).text_content()
