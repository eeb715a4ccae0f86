"""The checks of the Self-Service Interface, each kept and tripped, on entries made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.checks import Evidence, Finding, Verdict, checks, evidence_of, judge
from schemas.ssi_tables import advice, functions
from stubs.events import (
    ActionAsked,
    ActRefused,
    AnyEvent,
    Entry,
    FileSubmitted,
    HubsOrdered,
    IncidentRaised,
    IncidentUpdated,
    MessageQueued,
    OutcomeClaimed,
    PageViewed,
    PersonSet,
    PersonSignedIn,
    QuarantineEnded,
    ReportRun,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    ScenarioStarted,
    ThresholdSet,
)

USER, OTHER = "A0-B1-C2-D3-E4-01-00-00", "A0-B1-C2-D3-E4-03-00-00"
METER, HUB = "A0-B1-C2-D3-E4-99-00-01", "A0-B1-C2-D3-E4-99-00-02"
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
REQUEST = f"{USER}:{METER}:1"
PLACE = "LS1 4DY"


def page(path: str, *shown: str, status: int = 200, user: str = USER, **more: Any) -> PageViewed:
    query = {"q": "1"} if more.pop("is_search", True) else {}
    known = {
        "session": "s",
        "person": "p",
        "role": "IS",
        "title": "Title",
        "query": query,
        "identities": (user,),
    } | more
    return PageViewed(path=path, status=status, user=user, shown=shown, **known)


def request(srv: str, body: bytes = b"", code: str = "I0", counter: int = 1) -> list[AnyEvent]:
    name, request_id = f"x{counter}", f"{USER}:{METER}:{counter}"
    return [
        RequestReceived(exchange=name, service="send-command", peer="", content_type="", body=name.encode()),
        RequestAccepted(
            exchange=name, request_id=request_id, user=USER, role="IS", srv=srv, command_variant=1, device=METER,
            signed_by="1",
        ),
        RequestAnswered(exchange=name, status=200, content_type="", body=body, response_code=code),
    ]  # fmt: skip


def response(name: str = "m1") -> MessageQueued:
    return MessageQueued(
        message=name, user=USER, message_kind="response", request_id=REQUEST, response_id=None, response_code="I0",
        srv="11.2", alert_code=None, device=METER, body=b"", due=NOW,
    )  # fmt: skip


def signing(*, accepted: bool, reason: str = "") -> PersonSignedIn:
    return PersonSignedIn(session="s", person="p", user=USER, role="IS", accepted=accepted, reason=reason)


def incident(category: int = 3, user: str = USER) -> IncidentRaised:
    return IncidentRaised(
        reference="INC0000001", user=user, party="P", person="p", category=category, title="No answer",
        description="None.", target=NOW,
    )  # fmt: skip


def submitted(body: bytes, *, accepted: bool = True) -> FileSubmitted:
    return FileSubmitted(
        reference="FILE0000001", user=USER, person="p", file_kind="f", name="f.csv", request="SMSR0000001", body=body,
        signature=b"", signed_by="1", accepted=accepted, detail="d",
    )  # fmt: skip


def run(report: str, outcome: str = "complete", rows: int = 2) -> ReportRun:
    return ReportRun(
        run="RUN0000001", report=report, user=USER, person="p", role="IS", parameters={}, rows=rows, outcome=outcome
    )


@dataclass(frozen=True)
class Case:
    """One story: what went before, what was asked, what happened, what the party says; and how it is judged."""

    check: str
    kind: str
    verdict: Verdict
    events: list[AnyEvent]
    asked: dict[str, Any] = field(default_factory=dict)
    status: str = "done"
    values: dict[str, Any] | None = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    before: list[AnyEvent] = field(default_factory=list)
    name: str = ""

    @property
    def id(self) -> str:
        return f"{self.check}: {self.name or self.verdict.value}"

    def finding(self) -> Finding:
        return judge(self.check, self.evidence(), self.parameters)

    def evidence(self) -> Evidence:
        action = {"kind": self.kind, "target": METER, "service": "", "parameters": self.asked}
        events: list[AnyEvent] = [
            ScenarioStarted(
                scenario="S", attempt=1, role="IS", title="t", scope="SSI", priority="P1", srvs=(), feature="f",
                premises={"user": USER, "devices": {"electricity meter": METER, "hub": HUB}},
            ),
            *self.before,
            ActionAsked(scenario="S", action="a9", content=action),
            *self.events,
        ]  # fmt: skip
        if self.values is not None:
            content = {"status": self.status, "values": self.values}
            events.append(OutcomeClaimed(scenario="S", action="a9", content=content))
        entries = [
            Entry(seq=seq, at=NOW + timedelta(seconds=seq), event=event, hash=b"")
            for seq, event in enumerate(events, 1)
        ]
        return evidence_of(entries, "S", "IS", 1, len(entries))


PASS, FAIL, REVIEW, BLOCKED = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.BLOCKED
MENU = [row.title for row in functions().values() if row.section and "IS" in row.roles]
LAPSED = signing(accepted=False, reason="credential expired")
RAISE = {"category": 3, "title": "No answer"}
THRESHOLDS = {"request": "SMSR0000001", "thresholds": {"11.2": "5"}}
RELEASE = {"request": "SMSR0000001", "actions": {"1": "release"}}
FILE = b"ServiceReferenceVariant,Threshold\r\n11.2,5\r\n"
ACTIONS = b"QuarantineReference,Action\r\n1,Release\r\n"
SET = ThresholdSet(user=USER, srv="11.2", limit=5)
INVENTORY = f"<R><DeviceID>{METER}</DeviceID><DeviceID>{HUB}</DeviceID></R>".encode()
COVERED = b"<R><CoverageAvailability>true</CoverageAvailability></R>"
FIRST: list[AnyEvent] = [
    ActionAsked(scenario="S", action="a1", content={"kind": "view-inventory", "parameters": {}, "target": METER}),
    page("/inventory", METER, agent="one"),
    OutcomeClaimed(scenario="S", action="a1", content={"status": "done", "values": {"seen": [METER]}}),
]

CASES = [
    Case("ssi-sign-in-refused", "sign-in-ssi", PASS, [LAPSED], status="refused"),
    Case("ssi-sign-in-refused", "sign-in-ssi", FAIL, [LAPSED], name="believed"),
    Case("ssi-sign-in-refused", "sign-in-ssi", FAIL, [signing(accepted=True)], name="let in"),
    Case("ssi-session-ended", "view-audit", PASS, [page("/sign-in", user="")], status="refused"),
    Case("ssi-session-ended", "view-audit", FAIL, [page("/audit", METER)], name="served"),
    Case("ssi-session-ended", "view-audit", FAIL, [page("/sign-in", user="")], values={"seen": [METER]}, name="told"),
    Case("ssi-page-seen", "view-service-status", PASS, [page("/service", "SM WAN", "Degraded")],
         values={"rows": [{"Component": "SM WAN", "Status": "Degraded"}]}, parameters={"facts": ["degraded"]}),
    Case("ssi-page-seen", "view-service-status", FAIL, [page("/service", "Degraded")], values={"rows": []},
         parameters={"facts": ["degraded"]}, name="not told"),
    Case("ssi-page-seen", "view-service-status", FAIL, [page("/help", "Degraded")], values={"a": "Degraded"},
         parameters={"facts": ["degraded"]}, name="of another page"),
    Case("ssi-page-seen", "view-service-status", REVIEW, [page("/service", "Degraded")],
         parameters={"facts": ["degraded"]}, name="nothing said"),
    Case("ssi-nothing-found", "view-inventory", PASS, [page("/inventory")], values={"seen": [USER]}),
    Case("ssi-nothing-found", "view-inventory", FAIL, [page("/inventory")], values={"seen": [METER]}),
    Case("ssi-field-refused", "view-inventory", PASS, [page("/inventory", status=400)], status="refused",
         values={"problems": ["This is not a Device ID."]}),
    Case("ssi-field-refused", "view-inventory", FAIL, [page("/inventory", status=400)], values={"title": "t"}),
    Case("ssi-field-refused", "view-inventory", REVIEW, [page("/inventory", status=400)], status="refused"),
    Case("ssi-act-refused", "raise-incident", PASS,
         [ActRefused(session="s", person="p", user=USER, role="IS", path="/", function="f", reason="r")],
         status="refused"),
    Case("ssi-act-refused", "raise-incident", FAIL,
         [ActRefused(session="s", person="p", user=USER, role="IS", path="/", function="f", reason="r")]),
    Case("ssi-menu-seen", "view-home", PASS, [page("/")], values={"menu": MENU}, parameters={"job_type": ""}),
    Case("ssi-menu-seen", "view-home", FAIL, [page("/")], values={"menu": MENU}, parameters={"job_type": "read-only"}),
    Case("ssi-menu-seen", "view-home", PASS, [page("/", ways=("Skip to main content", "Devices", *MENU))],
         values={"menu": ["devices", *MENU]}, parameters={"job_type": ""}, name="with other ways of the page"),
    Case("ssi-menu-seen", "view-home", FAIL, [page("/", ways=tuple(MENU))], values={"menu": [*MENU, "Everything"]},
         parameters={"job_type": ""}, name="with one of its own"),
    Case("ssi-code-understood", "view-message", PASS, [page("/audit/x1", "E19")],
         values={"ResponseCode": "E19", "advice": advice("E19")}, parameters={"code": "E19"}),
    Case("ssi-code-understood", "view-message", FAIL, [page("/audit/x1", "E19")],
         values={"ResponseCode": "E5"}, parameters={"code": "E19"}, name="another code"),
    Case("ssi-code-understood", "view-message", FAIL, [page("/audit/x1", "E19")],
         values={"ResponseCode": "E19", "advice": "Do nothing."}, parameters={"code": "E19"}, name="another advice"),
    Case("ssi-same-in-both-browsers", "view-inventory", PASS, [page("/inventory", METER, agent="two")],
         values={"seen": [METER]}, before=FIRST),
    Case("ssi-same-in-both-browsers", "view-inventory", FAIL, [page("/inventory", METER, agent="one")],
         values={"seen": [METER]}, before=FIRST),
    Case("ssi-act-recorded", "raise-incident", PASS, [incident()], RAISE, values={"reference": "INC0000001"}),
    Case("ssi-act-recorded", "raise-incident", FAIL, [incident(5)], RAISE, values={"reference": "INC0000001"},
         name="another category"),
    Case("ssi-act-recorded", "raise-incident", FAIL, [incident()], RAISE, values={"reference": "INC0000009"},
         name="another reference"),
    Case("ssi-act-recorded", "raise-incident", FAIL, [incident(), incident()], RAISE, name="twice"),
    Case("ssi-act-recorded", "raise-incident", FAIL, [incident(user=OTHER)], RAISE, name="for another User"),
    Case("ssi-act-recorded", "raise-incident", FAIL, [incident()], RAISE, status="refused",
         values={"reference": "INC0000001"}, name="said to be refused"),
    Case("ssi-act-recorded", "update-incident", FAIL, [], {"reference": "INC0000001"}, name="nothing recorded"),
    Case("ssi-act-recorded", "update-incident", PASS,
         [IncidentUpdated(reference="INC0000001", user=USER, person="p", update="comment", text="One.")],
         {"reference": "INC0000001", "update": "comment", "text": "One."}),
    Case("ssi-act-recorded", "remove-person", FAIL,
         [PersonSet(person="n", user=USER, roles=(), job_types=(), status="active", descriptor="", secret_digest="",
                    by="a")], {"name": "n"}, name="not removed"),
    Case("ssi-act-recorded", "order-hubs", PASS,
         [HubsOrdered(reference="ORD0000001", user=USER, person="p", month="2026-09", region="North",
                      variant="Dual Band", quantity=10, site="Depot 1")],
         {"quantity": 10, "site": "Depot 1"}, values={"reference": "ORD0000001"}, name="hubs"),
    Case("ssi-file-accepted", "submit-thresholds", PASS, [SET, submitted(FILE)], THRESHOLDS),
    Case("ssi-file-accepted", "submit-thresholds", FAIL, [submitted(FILE, accepted=False)], THRESHOLDS, name="refused"),
    Case("ssi-file-accepted", "submit-thresholds", FAIL, [submitted(FILE)], THRESHOLDS, name="without effect"),
    Case("ssi-file-accepted", "submit-quarantine-actions", PASS,
         [QuarantineEnded(reference="1", outcome="released"), submitted(ACTIONS)], RELEASE, name="actions"),
    Case("ssi-file-accepted", "submit-quarantine-actions", FAIL,
         [QuarantineEnded(reference="1", outcome="rejected"), submitted(ACTIONS)], RELEASE, name="the opposite"),
    Case("ssi-inventory-agrees", "view-inventory", PASS, [page("/inventory", METER, HUB, "1200000000000")],
         values={"seen": [METER, HUB]}, before=request("8.2", INVENTORY)),
    Case("ssi-inventory-agrees", "view-inventory", FAIL, [page("/inventory", METER, HUB)],
         values={"seen": [METER]}, before=request("8.2", INVENTORY)),
    Case("ssi-inventory-agrees", "view-inventory", BLOCKED, [page("/inventory", METER, OTHER)],
         values={"seen": [METER]}, before=request("8.2", INVENTORY)),
    Case("ssi-coverage-agrees", "view-coverage", PASS, [page("/coverage", PLACE, "Will connect")],
         values={"outcome": "Will connect"}, before=request("12.1", COVERED)),
    Case("ssi-coverage-agrees", "view-coverage", FAIL, [page("/coverage", PLACE, "Will connect")],
         values={"outcome": "Cannot be confirmed"}, before=request("12.1", COVERED)),
    Case("ssi-coverage-agrees", "view-coverage", BLOCKED, [page("/coverage", PLACE, "Cannot be confirmed")],
         values={"outcome": "Cannot be confirmed"}, before=request("12.1", COVERED)),
    Case("ssi-record-agrees", "view-audit", PASS, [page("/audit", "x1", "m1")],
         values={"rows": [{"RequestID": REQUEST, "Code": "I99"}, {"RequestID": REQUEST, "Code": "I0"}]},
         before=[*request("11.2", code="I99"), response()]),
    Case("ssi-record-agrees", "view-audit", FAIL, [page("/audit", "x1", "m1")],
         values={"rows": [{"RequestID": REQUEST, "Code": "I99"}]}, before=[*request("11.2", code="I99"), response()]),
    Case("ssi-record-agrees", "view-audit", BLOCKED, [page("/audit", "x1")], values={"rows": []},
         before=[*request("11.2", code="I99"), response()]),
    Case("ssi-report-complete", "run-report", PASS, [run("RSMI_002")], {"report": "RSMI_002"},
         values={"count": 2, "rows": [{"DeviceID": METER}]}),
    Case("ssi-report-complete", "run-report", FAIL, [run("RSMI_002")], {"report": "RSMI_002"},
         values={"count": 3, "rows": [{"DeviceID": METER}]}, name="another count"),
    Case("ssi-report-complete", "run-report", FAIL, [run("RSMI_002")], {"report": "RSMI_002"},
         values={"count": 2, "rows": [{"DeviceID": HUB}]}, name="without the device"),
    Case("ssi-report-complete", "run-report", FAIL, [run("RSAT_002")], {"report": "RSAT_002"},
         values={"count": 2, "rows": [{"RequestID": REQUEST}]},
         before=[*request("11.2", code="I99"), response()], name="a message lacks"),
    Case("ssi-report-complete", "run-report", FAIL, [run("RSAT_001")], {"report": "RSAT_001"},
         values={"count": 2, "rows": [{"SRV": "11.2", "Sent": "1"}]},
         before=[*request("11.2"), *request("11.2", counter=2)], name="too few sent"),
    Case("ssi-report-complete", "run-report", REVIEW, [run("RSMI_002")], {"report": "RSMI_002"},
         values={"title": "t"}, name="no count said"),
    Case("ssi-report-refused", "run-report", PASS, [run("RSAT_001", "empty", 0)], values={"count": 0},
         parameters={"outcome": "empty"}),
    Case("ssi-report-refused", "run-report", FAIL, [run("RSAT_001", "too-large", 0)], values={"count": 5},
         parameters={"outcome": "too-large"}),
    Case("ssi-report-refused", "run-report", PASS, [page("/reports/RSMI_004", status=404)], status="refused",
         values={"title": "Not found"}, parameters={"outcome": "not offered"}, name="not offered"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_verdict_follows_from_the_entries(case: Case) -> None:
    finding = case.finding()
    assert finding.verdict is case.verdict, finding.lines
    assert finding.references or case.verdict is not Verdict.PASS


def test_every_check_of_the_pages_is_kept_and_tripped_here_or_beside_the_other_checks() -> None:
    beside = {"ssi-signed-in", "ssi-inventory-seen", "ssi-request-seen", "ssi-others-not-shown", "ssi-told-as-shown"}
    verdicts = {check: {case.verdict for case in CASES if case.check == check} for check in checks()}
    for check in {name for name in checks() if name.startswith("ssi-")} - beside:
        assert {PASS, FAIL} <= verdicts[check], check


@pytest.mark.parametrize(
    ("check", "parameters", "shown"),
    [("ssi-inventory-seen", {"devices": [METER]}, METER), ("ssi-nothing-found", {}, "")],
)
def test_a_person_may_type_what_the_page_shows(check: str, parameters: dict[str, Any], shown: str) -> None:
    events: list[AnyEvent] = [page("/inventory", *filter(None, [shown]))]
    typed = {"seen": f"{USER}, {shown.lower()}"}
    case = Case(check, "view-inventory", PASS, events, {}, "attested", typed, parameters)
    assert case.finding().verdict is PASS, case.finding().lines


@pytest.mark.parametrize("status", ["attested", "blocked", "unsupported"])
@pytest.mark.parametrize("case", [case for case in CASES if case.verdict is PASS], ids=lambda case: case.id)
def test_who_says_nothing_to_compare_is_never_failed(case: Case, status: str) -> None:
    silent = Case(case.check, case.kind, PASS, case.events, case.asked, status, {}, case.parameters, case.before)
    assert silent.finding().verdict in {Verdict.ATTESTED, Verdict.BLOCKED, Verdict.NOT_RUN}
