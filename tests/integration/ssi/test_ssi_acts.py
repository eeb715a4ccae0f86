"""Acts of people on the pages: incidents, requests, signed files, hubs, reports, people, certificates; and faults."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from ssl import Purpose, create_default_context
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from stubs.app import BackgroundDcc, background_dcc
from stubs.events import (
    ActRefused,
    FileSubmitted,
    IncidentRaised,
    PageViewed,
    PersonSignedIn,
    QuarantineEnded,
    ReportRun,
    RequestQuarantined,
    ThresholdSet,
)
from stubs.settings import DccSettings
from stubs.smki.tls import trust_only
from stubs.wire.eui64 import Eui64
from tests.integration.ssi.conftest import METER, REFUSED_ID, SUPPLIER, Seen, Visitor, World


def _location(seen: Seen) -> str:
    assert seen.status == 303, seen.text
    return seen.headers["location"]


def _new_incident(visitor: Visitor, **changes: str) -> Seen:
    told = {"category": "2", "title": "No answer", "description": "Silent since noon", "device": METER}
    return visitor.submit("/incidents/new", "/incidents/new", **{**told, **changes})


# --- incidents ---


def test_an_incident_is_raised_updated_closed_and_opened_again(world: World, supplier: Visitor) -> None:
    path = _location(_new_incident(supplier, request_id=REFUSED_ID)).split("?")[0]
    assert path == "/incidents/INC0000001"
    assert "INC0000001" in supplier.get("/incidents").text
    for update, status in (("comment", "Open"), ("closed", "Closed"), ("reopened", "Open")):
        assert supplier.submit(path, path, update=update, text=f"because {update}").status == 303
        page = supplier.get(path).text
        assert f"because {update}" in page
        assert f">{status}</span>" in page
    raised = [entry.event for entry in world.journal.entries() if isinstance(entry.event, IncidentRaised)]
    assert [(event.device, event.request_id, event.category) for event in raised] == [(METER, REFUSED_ID, 2)]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": ""}, "title", "Enter a title."),
        ({"category": "6"}, "category", "Choose one of: 1, 2, 3, 4, 5."),
        ({"device": "00DB1234567890A"}, "device", "Write eight pairs of 0-9 and A-F"),
        ({"device": "00-DB-12-34-56-78-90-B0"}, "device", "no such device that you can see"),
        (
            {"request_id": "A0-B1-C2-D3-E4-03-00-00:00-DB-12-34-56-78-90-B0:77"},
            "request_id",
            "You have no such message",
        ),
        ({"interested": "A0-B1-C2-D3-E4-09-00-00"}, "interested", "is not a registered User"),
        ({"component": "Nothing"}, "component", "There is no such component"),
        ({"description": "x" * 4001}, "description", "Write at most 4000 characters."),
    ],
)
def test_a_wrong_field_of_an_incident_is_named_with_a_suggestion(
    world: World, supplier: Visitor, changes: dict[str, str], field: str, words: str
) -> None:
    seen = _new_incident(supplier, **changes)
    assert seen.status == 400
    assert f'id="{field}-error"' in seen.text
    assert words in seen.text.replace("&#39;", "'")
    assert not [entry for entry in world.journal.entries() if isinstance(entry.event, IncidentRaised)]


def test_a_closed_incident_takes_no_comment(supplier: Visitor) -> None:
    path = _location(_new_incident(supplier)).split("?")[0]
    supplier.submit(path, path, update="closed", text="done")
    seen = supplier.submit(path, path, update="comment", text="more")
    assert (seen.status, "Re-open it first" in seen.text) == (400, True)


def test_a_form_without_the_token_of_the_session_changes_nothing(world: World, supplier: Visitor) -> None:
    told = {"category": "2", "title": "t", "description": "d"}
    assert supplier.post("/incidents/new", csrf="0" * 64, **told).status == 403
    assert not [entry for entry in world.journal.entries() if isinstance(entry.event, IncidentRaised)]


# --- roles, job types, people ---


def test_a_reader_sees_no_act_in_the_menu_and_its_attempt_is_recorded(world: World, visitor: Visitor) -> None:
    visitor.sign_in(person=f"reader-{SUPPLIER.replace('-', '').lower()}")
    assert "/incidents/new" not in visitor.get("/incidents").text
    assert visitor.get("/incidents/new").status == 403
    refused = [entry.event for entry in world.journal.entries() if isinstance(entry.event, ActRefused)]
    assert [(event.function, event.path) for event in refused] == [("incident-acts", "/incidents/new")]


def test_an_administrator_makes_changes_and_removes_a_person(world: World, visitor: Visitor) -> None:
    visitor.sign_in(person=f"admin-{SUPPLIER.replace('-', '').lower()}")
    assert visitor.get("/audit").status == 403
    made = visitor.submit("/people", "/people", name="Kim.Lee", job_types="read-only")
    assert "Kim.Lee was created" in made.text
    phrase = made.text.split('data-field="pass_phrase"')[1].split("<td>")[1].split("</td>")[0]
    assert phrase not in "".join(str(entry.event) for entry in world.journal.entries())
    kim = Visitor(world.url)
    assert kim.sign_in(person="kim.lee", pass_phrase="wrong").status == 400
    assert kim.sign_in(person="kim.lee", pass_phrase=phrase).status == 303
    assert (kim.get("/audit").status, kim.get("/incidents/new").status) == (200, 403)
    visitor.submit("/people/Kim.Lee", "/people/Kim.Lee", status="active", job_types="operations")
    assert kim.get("/incidents/new").status == 200
    visitor.submit("/people/Kim.Lee", "/people/Kim.Lee", status="removed")
    assert kim.get("/audit").status == 303
    assert kim.sign_in(person="kim.lee", pass_phrase=phrase).status == 400


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "tester-a0b1c2d3e4010000"}, "Somebody has this name."),
        ({"name": "a b"}, "This cannot be a name."),
        ({"job_types": "king"}, "There is no job type king."),
        ({"roles": "OU"}, "does not hold the role OU"),
        ({"descriptor": "d" * 31}, "at most 30 characters"),
    ],
)
def test_a_person_that_cannot_be_is_refused(supplier: Visitor, changes: dict[str, str], words: str) -> None:
    seen = supplier.submit("/people", "/people", **{"name": "kim", "job_types": "read-only", **changes})
    assert (seen.status, words in seen.text) == (400, True)


# --- reports ---


def _run(visitor: Visitor, report: str, **period: str) -> Seen:
    path = f"/reports/{report}"
    return visitor.submit(path, path, **period)


PERIOD = {"from": "2026-02-01", "to": "2026-03-31"}


def test_a_report_equals_the_audit_trail(world: World, supplier: Visitor) -> None:
    path = _location(_run(supplier, "RSAT_002", **PERIOD))
    rows = list(csv.DictReader(io.StringIO(supplier.get(f"{path}.csv").text)))
    trail = supplier.get("/audit", device=METER)
    assert {row["RequestID"] for row in rows if row["Direction"] == "sent"} == set(
        trail.attributes("data-request-id")
    ) - {""}
    assert {(row["ReportID"], row["RunID"]) for row in rows} == {("RSAT_002", "RUN0000001")}
    runs = [entry.event for entry in world.journal.entries() if isinstance(entry.event, ReportRun)]
    assert [(event.rows, event.outcome) for event in runs] == [(len(rows), "complete")]


@pytest.mark.parametrize("report", ["RSMI_001", "RSMI_002", "RSMI_003", "RSMI_004", "RSAT_001", "RSAT_002"])
def test_every_report_has_its_header_and_only_own_rows(supplier: Visitor, report: str) -> None:
    path = _location(_run(supplier, report, **(PERIOD if report in {"RSMI_001", "RSAT_001", "RSAT_002"} else {})))
    text = supplier.get(f"{path}.csv").text
    assert text.startswith("ReportID,RunID,")
    assert len(text.splitlines()) > 1
    assert "00-DB-12-34-56-78-90-B0" not in text


def test_an_empty_report_says_so(supplier: Visitor) -> None:
    path = _location(_run(supplier, "RSAT_001", **{"from": "2025-01-01", "to": "2025-01-02"}))
    assert "There is nothing to report" in supplier.get(path).text


def test_a_period_that_ends_before_it_begins_is_a_field_error(supplier: Visitor) -> None:
    seen = _run(supplier, "RSAT_001", **{"from": "2026-03-02", "to": "2026-03-01"})
    assert (seen.status, "The last day is before the first." in seen.text) == (400, True)


def test_a_report_of_another_role_is_not_there(world: World, visitor: Visitor) -> None:
    visitor.sign_in("A0-B1-C2-D3-E4-04-00-00", "OU")
    assert "RSMI_002" not in visitor.get("/reports").text
    assert visitor.get("/reports/RSMI_002").status == 404
    assert visitor.post("/reports/RSMI_002", csrf=visitor.get("/").csrf).status == 404


# --- retention ---


def test_messages_older_than_three_months_are_gone(world: World, supplier: Visitor) -> None:
    world.wait(93 * 24 * 60)
    supplier.sign_in()
    assert supplier.get("/audit").attributes("data-message") == []
    assert supplier.get("/audit/x1").status == 404
    assert supplier.get("/audit/x1/request.xml").status == 404


# --- one store with DUIS: on a whole simulated DCC ---


@dataclass(slots=True)
class Whole:
    """A running DCC with a home, and its supplier's tester."""

    dcc: BackgroundDcc
    home: dict[str, Any]
    visitor: Visitor

    def of(self, kind: type[Any]) -> list[Any]:
        return [entry.event for entry in self.dcc.journal.entries() if isinstance(entry.event, kind)]

    @property
    def user(self) -> str:
        return str(self.home["supplier"])


@pytest.fixture(scope="module")
def running() -> Iterator[BackgroundDcc]:
    settings = DccSettings(port=0, smki_port=0, ssi_port=0, control_port=0, ssi={"report_rows": 1})
    with background_dcc(settings) as dcc:
        yield dcc


@pytest.fixture
def whole(running: BackgroundDcc) -> Iterator[Whole]:
    running.control.reset()
    types = {"hub": "CHF", "esme": "ESME", "gpf": "GPF", "gsme": "GSME"}
    devices = [{"name": name, "type": kind, "status": "Commissioned"} for name, kind in types.items()]
    home = running.control.add_premises({"name": "home", "devices": devices})
    visitor = Visitor(running.urls.ssi or "", _trusting(running))
    person = f"tester-{home['supplier'].replace('-', '').lower()}"
    assert visitor.sign_in(home["supplier"], "IS", person=person).status == 303
    yield Whole(running, home, visitor)
    visitor.close()


def _trusting(dcc: BackgroundDcc) -> Any:
    pem = dcc.pki.authority.key_pair.certificate.pem
    return trust_only(create_default_context(Purpose.SERVER_AUTH), pem)


def _signature(whole: Whole, octets: bytes) -> bytes:
    pair = whole.dcc.pki.key_pair(Eui64.parse(whole.user), "DS")
    assert pair is not None
    return base64.b64encode(pair.private_key.sign(octets, ec.ECDSA(hashes.SHA256())))


def _smsr(whole: Whole, kind: str) -> str:
    path = _location(whole.visitor.submit("/smsr/new", "/smsr/new", request_type=kind, text="please"))
    return path.split("?")[0].rsplit("/", 1)[-1]


def test_a_signed_thresholds_file_holds_for_duis_and_a_wrong_one_does_not(whole: Whole) -> None:
    file, request = b"ServiceReferenceVariant,Threshold\r\n8.2,5\r\n", _smsr(whole, "thresholds")
    csrf = whole.visitor.get("/thresholds").csrf
    files = {"file": file, "signature": _signature(whole, file + b" ")}
    refused = whole.visitor.upload("/thresholds/files", files, csrf=csrf, request=request)
    assert (refused.status, "does not hold by a key of your User" in refused.text) == (400, True)
    assert whole.of(ThresholdSet) == []
    files["signature"] = _signature(whole, file)
    assert whole.visitor.upload("/thresholds/files", files, csrf=csrf, request=request).status == 303
    assert [(event.user, event.srv, event.limit) for event in whole.of(ThresholdSet)] == [(whole.user, "8.2", 5)]
    assert [(event.accepted, event.body) for event in whole.of(FileSubmitted)][-2:] == [(False, file), (True, file)]
    assert 'data-key="8.2"' in whole.visitor.get("/thresholds").text


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "Choose a file."),
        (b"Threshold\n1\n", "The header is ServiceReferenceVariant,Threshold."),
        (b"ServiceReferenceVariant,Threshold\n99.9,1\n", "Line 2: there is no service"),
        (b"ServiceReferenceVariant,Threshold\n8.2,many\n", "is no threshold"),
        (b"ServiceReferenceVariant,Threshold\n8.2\n", "Line 2 has 1 cells."),
        (b"ServiceReferenceVariant,Threshold\n", "The file has no rows."),
        (b"\xff\xfe\x00", "This is no text in UTF-8."),
    ],
)
def test_a_wrong_file_is_told_line_by_line(whole: Whole, file: bytes, words: str) -> None:
    files = {"file": file, "signature": _signature(whole, file)}
    csrf, request = whole.visitor.get("/thresholds").csrf, _smsr(whole, "thresholds")
    seen = whole.visitor.upload("/thresholds/files", files, csrf=csrf, request=request)
    assert (seen.status, words in seen.text) == (400, True), seen.text


def test_a_file_without_its_request_is_refused(whole: Whole) -> None:
    file = b"ServiceReferenceVariant,Threshold\n8.2,5\n"
    files = {"file": file, "signature": _signature(whole, file)}
    csrf = whole.visitor.get("/thresholds").csrf
    for request in ("SMSR9999999", _smsr(whole, "other")):
        seen = whole.visitor.upload("/thresholds/files", files, csrf=csrf, request=request)
        assert (seen.status, "You have no such request." in seen.text) == (400, True)


def test_quarantined_communications_are_listed_and_an_action_file_must_name_them(whole: Whole) -> None:
    file = b"QuarantineReference,Action\n12345,Release\n"
    files = {"file": file, "signature": _signature(whole, file)}
    csrf, request = whole.visitor.get("/quarantine").csrf, _smsr(whole, "quarantine")
    seen = whole.visitor.upload("/quarantine/files", files, csrf=csrf, request=request)
    assert (seen.status, "nothing of yours is held as" in seen.text) == (400, True)
    assert whole.visitor.get("/quarantine/report.csv").text.startswith("QuarantineReference,RequestID,")
    assert (whole.of(RequestQuarantined), whole.of(QuarantineEnded)) == ([], [])


def test_hubs_are_forecast_ordered_and_delivered(whole: Whole) -> None:
    hubs = {"month": "2026-05", "region": "North", "variant": "Dual Band", "quantity": "7"}
    order = {**hubs, "site": "Depot 4"}
    seen = whole.visitor.submit("/hub-orders/new", "/hub-orders/new", **order)
    assert (seen.status, "Forecast first." in seen.text) == (400, True)
    assert whole.visitor.submit("/hub-orders", "/hub-orders/forecasts", **hubs).status == 303
    path = _location(whole.visitor.submit("/hub-orders/new", "/hub-orders/new", **order))
    reference = path.rsplit("/", 1)[-1]
    whole.dcc.control.call("change-hub-order", reference=reference, status="delivered", detail="note 77")
    page = whole.visitor.get(path).text
    assert ("Delivered" in page, "note 77" in page) == (True, True)


def test_coverage_says_what_12_1_says(whole: Whole) -> None:
    values = {"CoverageAvailability": "false", "AnticipatedCoverageDate": "2027-01-01", "CSPRegion": "North"}
    whole.dcc.control.call("set-coverage", place="ZZ1", values=values)
    page = whole.visitor.get("/coverage", postcode="zz11aa").text
    assert ("Will connect from the date below" in page, "2027-01-01" in page, "ZZ1 1AA" in page) == (True,) * 3
    assert "Write it like SW1A 1AA" in whole.visitor.get("/coverage", postcode="12345").text


def test_a_hub_that_lost_the_wan_is_not_connected(whole: Whole) -> None:
    hub = whole.home["devices"]["hub"]
    assert ">Connected</span>" in whole.visitor.get(f"/hubs/{hub}").text
    whole.dcc.control.set_device(hub, reachable=False)
    assert ">Not connected</span>" in whole.visitor.get(f"/hubs/{hub}").text
    assert _location(whole.visitor.get("/hubs", device=whole.home["devices"]["esme"])) == f"/hubs/{hub}"


def test_the_dashboard_follows_alerts_and_faults(whole: Whole) -> None:
    control = whole.dcc.control
    assert "All 10 components available" in whole.visitor.get("/").text
    alert = control.call("publish-service-alert", title="Slow", components=["DUIS gateway"], is_major=True)
    assert f"/service/alerts/{alert}" in whole.visitor.get("/service").text
    assert "DUIS gateway: Degraded" in whole.visitor.get("/").text
    fault = control.set_fault({"point": "ssi-page", "effect": "component-down", "component": "Reporting", "times": 0})
    assert "Reporting: Unavailable" in whole.visitor.get("/").text
    assert (whole.visitor.get("/reports").status, whole.visitor.get("/audit").status) == (503, 200)
    control.clear_fault(fault)
    assert whole.visitor.get("/reports").status == 200
    control.call("publish-service-alert", title="Slow", components=["DUIS gateway"], alert=alert, is_closed=True)
    assert "All 10 components available" in whole.visitor.get("/").text


def test_a_slow_page_waits_on_the_runs_clock(whole: Whole) -> None:
    whole.dcc.control.set_fault({"point": "ssi-page", "effect": "delay", "seconds": 0.05, "path": "/help"})
    assert whole.visitor.get("/help").status == 200


def test_a_report_is_empty_huge_or_too_large(whole: Whole) -> None:
    for effect, words in (("empty", "There is nothing to report"), ("huge", "nothing was given out")):
        whole.dcc.control.set_fault({"point": "ssi-report", "effect": effect, "report": "RSMI_002"})
        path = _location(_run(whole.visitor, "RSMI_002"))
        assert words in whole.visitor.get(path).text
    path = _location(_run(whole.visitor, "RSMI_002"))  # one row at most, and more devices
    assert whole.visitor.get(path).status == 422
    assert whole.visitor.get(f"{path}.csv").status == 404


def test_an_expired_credential_is_refused_and_recorded(whole: Whole) -> None:
    whole.dcc.control.set_fault({"point": "ssi-sign-in", "effect": "credential-expired"})
    seen = whole.visitor.sign_in(whole.user, "IS")
    assert (seen.status, "This credential is expired." in seen.text) == (400, True)
    assert whole.of(PersonSignedIn)[-1].reason == "credential expired"


def test_a_person_signs_in_by_client_certificate(whole: Whole, tmp_path: Path) -> None:
    person = f"tester-{whole.user.replace('-', '').lower()}"
    issued = whole.dcc.control.call("issue-ssi-credential", person=person)
    both = tmp_path / "person.pem"
    both.write_text(issued["key"] + issued["certificate"])
    context = _trusting(whole.dcc)
    context.load_cert_chain(both)
    visitor = Visitor(whole.dcc.urls.ssi or "", context)
    form = visitor.get("/sign-in/certificate")
    assert person in form.text
    assert visitor.post("/sign-in/certificate", csrf=form.csrf, role="OU").status == 400
    assert visitor.post("/sign-in/certificate", csrf=form.csrf, role="IS").status == 303
    assert visitor.get("/audit").status == 200
    visitor.close()
    without = Visitor(whole.dcc.urls.ssi or "", _trusting(whole.dcc))
    assert "showed no certificate" in without.get("/sign-in/certificate").text
    without.close()


def test_views_and_acts_survive_a_restart(tmp_path: Path) -> None:
    settings = DccSettings(port=0, smki_port=0, ssi_port=0, control_port=0, state_dir=str(tmp_path))
    with background_dcc(settings) as dcc:
        user = dcc.control.users()[0]["user"]
        reference = dcc.control.call("raise-incident", user=user, title="t", description="d")
    with background_dcc(settings) as dcc:
        visitor = Visitor(dcc.urls.ssi or "", _trusting(dcc))
        visitor.sign_in(user, dcc.control.users()[0]["roles"][0])
        assert visitor.get(f"/incidents/{reference}").status == 200
        assert visitor.get("/incidents").attributes("data-key") == [reference]
        visitor.close()
        assert [entry for entry in dcc.journal.entries() if isinstance(entry.event, PageViewed)]
