"""Defects that are told as entries: a second way to trip each check, where a broken client would only trip another first.

A story costs a thousandth of a rehearsal. The broken clients of ``schemas/catalogue/defects.csv`` show that a whole run
finds a defect; these show that a check of its own notices it. ``docs/defects.md`` lists both, each as what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from harness.checks import Finding, Verdict, evidence_of, judge
from schemas.ssi_tables import functions
from stubs.events import (
    ActRefused,
    AnyEvent,
    CertificateIssued,
    DeviceChanged,
    DeviceSilent,
    InventoryChanged,
    PersonSignedIn,
)
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import sign
from tests.story import KEY, METER, OTHER_METER, USER, Story, critical, pre_command, taken
from tests.unit.test_judged_bounds import command, held, period, warned
from tests.unit.test_judged_bounds import page as threshold_page
from tests.unit.test_judged_branches import certificate, inventory, readings
from tests.unit.test_ssi_checks import (
    COVERED,
    FIRST,
    HUB,
    INVENTORY,
    LAPSED,
    MENU,
    PLACE,
    REQUEST,
    Case,
    request,
    response,
    run,
)
from tests.unit.test_ssi_checks import page as ssi_page

Told = Callable[[], Finding]
STRANGER = "00-DB-12-34-56-78-90-AB"
SILENT = DeviceSilent(command="c1", request_id=None, device=METER, reason="", response_code="E21")


def _of(story: Callable[[], Story], check: str, **parameters: Any) -> Told:
    return lambda: story().judged(check, **parameters)


def _ssi(check: str, kind: str, events: list[AnyEvent], status: str = "done", **more: Any) -> Told:
    return lambda: Case(check, kind, Verdict.FAIL, events, status=status, **more).finding()


def _accepted() -> Story:
    return Story().asked().posted()


def _answered() -> Story:
    return Story().asked().posted().device_answered().queued().delivered()


def _signed_by(check: str, key: ec.EllipticCurvePrivateKey, *certificates: Any) -> Told:
    def judged() -> Finding:
        story = critical(sign(pre_command(), key))
        evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
        evidence.__dict__["certificates"] = certificates
        return judge(check, evidence, {})

    return judged


def _bent(effect: str, status: str, **told: Any) -> Story:
    story = Story().asked().posted().queued().bent(effect).delivered()
    return story.claimed(status, "", **({"messages_processed": 0} | told))


def _changed(**values: Any) -> DeviceChanged:
    return DeviceChanged(device=METER, values=values, cause="")


def _refused_act() -> AnyEvent:
    return ActRefused(session="s", person="p", user=USER, role="IS", path="/", function="f", reason="r")


def _as(person: str) -> PersonSignedIn:
    return PersonSignedIn(session="s", person=person, user=USER, role="IS", accepted=True, reason="")


def _alert(status: str, *alerts: dict[str, Any]) -> Story:
    story = Story().queued(kind="device-alert", alert="8F3F").bent("unsigned").delivered()
    return story.asked("", kind="wait-alert").claimed(status, "", alerts=list(alerts))


def _foreign(status: str) -> Story:
    story = Story().asked("7.2").posted(service="transform", srv="7.2", command_variant=4, code="I0")
    story.message = "x1"
    return story.bent("other-pre-command").claimed(status, "")


ANOTHERS = ec.derive_private_key(11, ec.SECP256R1())
AUDIT = [*request("11.2", code="I99"), response()]
BOTH = [{"RequestID": REQUEST, "Code": "I99"}, {"RequestID": REQUEST, "Code": "I0"}]
E19: dict[str, Any] = {"parameters": {"code": "E19"}}
FIELDS: dict[str, Any] = {"fields": {"unit": "Wh"}}
SUPPLY: dict[str, Any] = {"device": METER, "name": "supply", "value": "enabled"}

NEVER_FAILS: Mapping[str, str] = MappingProxyType({
    "clock-followed": "what the settings declare decides, before anything is asked: NOT_RUN and never FAIL",
    "device-took-what-was-sent": "what the simulated devices do, whatever the client does: BLOCKED and never FAIL",
    "moved-by-scenario-only": "a hand from outside is no doing of the client: REVIEW and never FAIL",
})  # fmt: skip
"""Checks that no defect of a client can trip, with the reason."""

TOLD: Mapping[str, Mapping[str, Told]] = MappingProxyType({
    # requests
    "request-refused": {
        "puts right what was to be refused": _of(_accepted, "request-refused", code="E4"),
        "breaks another rule than asked": _of(lambda: Story().asked().refused("E5"), "request-refused", code="E4"),
    },
    "nothing-changed": {
        "has the refused command carried out": _of(
            lambda: Story().asked().refused("E4").add(command()), "nothing-changed"),
        "changes the inventory by the refused request": _of(
            lambda: Story().asked().refused("E4").add(InventoryChanged(device=METER, values={"a": 1}, cause="")),
            "nothing-changed"),
    },
    "posts-at-right-service": {
        "sends a service of the DCC to Send Command": _of(
            lambda: Story().asked().posted(command_variant=8), "posts-at-right-service"),
    },
    "http-error-noticed": {
        "sends nothing at all": _of(lambda: Story().asked().claimed("failed", ""), "http-error-noticed", http_status=503),
    },
    "request-quarantined": {
        "sends fewer than the threshold": _of(_accepted, "request-quarantined"),
        "sends nothing at all": _of(lambda: Story().asked(), "request-quarantined"),
    },
    "volume-warned": {
        "sends fewer than the threshold": _of(_accepted, "volume-warned"),
        "sends more than may pass": _of(lambda: _accepted().add(warned(), held()), "volume-warned"),
    },
    # critical requests
    "signed-pre-command-as-issued": {
        "leaves the last octet out": _of(
            lambda: critical(sign(pre_command(b"\x01\x02"), KEY)), "signed-pre-command-as-issued"),
        "sends it to another device": _of(
            lambda: critical(sign(replace(pre_command(), recipient=Eui64.parse(OTHER_METER)), KEY)),
            "signed-pre-command-as-issued"),
    },
    "signed-pre-command-signature": {
        "signs with a key of which it has no certificate": _signed_by(
            "signed-pre-command-signature", ANOTHERS, certificate(KEY, "2")),
        "signs with a key of the test authority": _signed_by(
            "signed-pre-command-signature", KEY, certificate(KEY, "89"), certificate(ANOTHERS, "2")),
    },
    "new-certificate-taken": {
        "puts another device's certificate in": _of(
            lambda: Story().asked().add(CertificateIssued(eui=OTHER_METER, usage="DS", role=None, der=b"o"), taken(b"o")),
            "new-certificate-taken", device=METER),
        "has a certificate issued and puts none in": _of(
            lambda: Story().asked().add(CertificateIssued(eui=METER, usage="DS", role=None, der=b"new")),
            "new-certificate-taken", device=METER),
    },
    "foreign-pre-command-refused": {
        "says that it is done": _of(lambda: _foreign("done"), "foreign-pre-command-refused"),
    },
    # responses
    "completed-only-after-response": {
        "says that a response that came never came": _of(
            lambda: _answered().claimed("timeout", ""), "completed-only-after-response"),
    },
    "device-failure-understood": {
        "says that the device never answered": _of(
            lambda: _answered().claimed("timeout", ""), "device-failure-understood"),
    },
    "device-never-answered-reported": {
        "says that it is done": _of(
            lambda: _accepted().add(SILENT).claimed("done", "E21"), "device-never-answered-reported"),
        "takes the acknowledgement for the end": _of(
            lambda: _accepted().add(SILENT).claimed("acknowledged", "I99"), "device-never-answered-reported"),
    },
    "delivery-failed": {
        "sends nothing that is answered": _of(_accepted, "delivery-failed"),
    },
    "delivered-after-retry": {
        "keeps its endpoint up": _of(lambda: _accepted().queued().delivered(), "delivered-after-retry"),
        "never takes its endpoint up again": _of(lambda: _accepted().queued().undelivered(None), "delivered-after-retry"),
    },
    "scheduled-readings-taken": {
        "makes no schedule": lambda: readings(taken=0),
        "makes a schedule of fewer readings": lambda: readings("12", taken=1),
    },
    "system-restarted": {
        "is not there after the restart": _of(
            lambda: Story().asked("", kind="restart").claimed("timeout", ""), "system-restarted"),
    },
    # values and states
    "reading-shows": {
        "reports what was set before": _of(
            lambda: _answered().claimed(values={"unit": "kWh"}), "reading-shows", **FIELDS),
        "reports another field under the name": _of(
            lambda: _answered().claimed(values={"unit": 1234567}), "reading-shows", **FIELDS),
    },
    "entries-read": {
        "reads the first page of a log": _of(lambda: period([1, 2], [1]), "entries-read", name="LogEntries", count=2),
        "counts an entry twice": _of(lambda: period([1, 2], [1, 2, 2]), "entries-read", name="LogEntries", count=2),
    },
    "dcc-answer-agrees": {
        "reports another status than the DCC's": lambda: inventory([{"DeviceID": METER, "DeviceStatus": "Pending"}])
        .judged("dcc-answer-agrees"),
    },
    "inventory-status-becomes": {
        "leads to another status": _of(
            lambda: Story().asked().add(InventoryChanged(device=METER, values={"DeviceStatus": "Pending"}, cause="")),
            "inventory-status-becomes", device=METER, status="Commissioned"),
    },
    "device-untouched": {
        "sends the command all the same": _of(
            lambda: Story().asked().add(command()).claimed("refused", ""), "device-untouched", device=METER),
        "sends it, and tells of success": _of(
            lambda: Story().asked().add(command(), command()).claimed(), "device-untouched", device=METER),
    },
    "device-still-has": {
        "leaves the dated command in force": _of(
            lambda: _accepted().add(_changed(other=1), _changed(supply="disabled")), "device-still-has", **SUPPLY),
        "has it done at once, and undoes it": _of(
            lambda: _accepted().add(_changed(supply="armed"), _changed(supply="enabled")), "device-still-has", **SUPPLY),
    },
    # trust
    "wrong-party-rejected": {
        "takes values of it, although it says time-out": _of(
            lambda: _bent("wrong-signer", "timeout", values={"unit": "Wh"}), "wrong-party-rejected"),
    },
    "untrusted-alert-rejected": {
        "reports it as verified, although it says time-out": _of(
            lambda: _alert("timeout", {"code": "8F3F", "verified": True}), "untrusted-alert-rejected", code="8F3F"),
    },
    # self-service pages
    "ssi-signed-in": {
        "signs in as another person": _of(
            lambda: Story().asked("", kind="sign-in-ssi", parameters={"person": "ann"}).add(_as("bob")), "ssi-signed-in"),
    },
    "ssi-sign-in-refused": {
        "comes in with another person's credential": _ssi("ssi-sign-in-refused", "sign-in-ssi", [LAPSED, _as("p")], "refused"),
    },
    "ssi-session-ended": {
        "stays signed in": _ssi("ssi-session-ended", "view-audit", [ssi_page("/audit", METER)], "refused"),
    },
    "ssi-inventory-seen": {
        "sees a device that is not there": _of(
            lambda: Story().asked("", kind="view-inventory").add(ssi_page("/audit", METER)).claimed(values={"seen": [METER, STRANGER]}),
            "ssi-inventory-seen", devices=[METER]),
    },
    "ssi-request-seen": {
        "looks another device's messages up": _of(
            lambda: _accepted().asked("", "a2", kind="view-audit").add(ssi_page("/audit", OTHER_METER)).claimed(action="a2"),
            "ssi-request-seen"),
        "looks nothing up": _of(
            lambda: _accepted().asked("", "a2", kind="view-audit").claimed(action="a2"), "ssi-request-seen"),
    },
    "ssi-others-not-shown": {
        "tells it in a row": _of(
            lambda: Story().asked("", kind="view-audit").add(ssi_page("/audit", METER)).claimed(values={"rows": [{"ID": OTHER_METER}]}),
            "ssi-others-not-shown", identities=[OTHER_METER]),
    },
    "ssi-nothing-found": {
        "takes an empty result for a refusal": _ssi("ssi-nothing-found", "view-inventory", [ssi_page("/inventory")],
                                                    "refused", values={"title": "t"}),
    },
    "ssi-field-refused": {
        "says that it was done, with what is wrong": _ssi(
            "ssi-field-refused", "view-inventory", [ssi_page("/inventory", status=400)], values={"problems": ["No."]}),
    },
    "ssi-act-refused": {
        "says that it failed for another reason": _ssi("ssi-act-refused", "raise-incident", [_refused_act()], "failed"),
    },
    "ssi-menu-seen": {
        "tells a way that the page has not": _ssi(
            "ssi-menu-seen", "view-home", [ssi_page("/", ways=tuple(MENU))], values={"menu": [*MENU, "Everything"]},
            parameters={"job_type": ""}),
        "tells the ways of every role": _ssi(
            "ssi-menu-seen", "view-home", [ssi_page("/", ways=tuple(MENU))], parameters={"job_type": "read-only"},
            values={"menu": [row.title for row in functions().values() if row.section]}),
    },
    "ssi-code-understood": {
        "would do what another code asks for": _ssi(
            "ssi-code-understood", "view-message", [ssi_page("/audit/x1", "E19")],
            values={"ResponseCode": "E19", "advice": "Send it again."}, **E19),
    },
    "ssi-same-in-both-browsers": {
        "sees less in the second browser": _ssi(
            "ssi-same-in-both-browsers", "view-inventory", [ssi_page("/inventory", METER, agent="two")],
            values={"seen": []}, before=FIRST),
    },
    "ssi-inventory-agrees": {
        "sees a device that is not there": _ssi(
            "ssi-inventory-agrees", "view-inventory", [ssi_page("/inventory", METER, HUB)],
            values={"seen": [METER, HUB, STRANGER]}, before=request("8.2", INVENTORY)),
    },
    "ssi-coverage-agrees": {
        "concludes the opposite of what it reads": _ssi(
            "ssi-coverage-agrees", "view-coverage", [ssi_page("/coverage", PLACE, "Will connect")],
            values={"rows": ["Will connect"], "outcome": "Cannot be confirmed"}, before=request("12.1", COVERED)),
    },
    "ssi-record-agrees": {
        "tells a message that did not go": _ssi(
            "ssi-record-agrees", "view-audit", [ssi_page("/audit", "x1", "m1")],
            values={"rows": [*BOTH, {"RequestID": f"{USER}:{METER}:9", "Code": "I0"}]}, before=AUDIT),
        "tells a message twice": _ssi("ssi-record-agrees", "view-audit", [ssi_page("/audit", "x1", "m1")],
                                      values={"rows": [*BOTH, BOTH[0]]}, before=AUDIT),
    },
    "ssi-report-refused": {
        "has rows without a number of them": _ssi(
            "ssi-report-refused", "run-report", [run("RSAT_001", "too-large", 0)], "refused", asked={"report": "RSAT_001"},
            values={"rows": [{"SRV": "11.2", "Sent": "3"}]}, parameters={"outcome": "too-large"}),
    },
    "volume-warning-seen": {
        "tells another request than the one it was warned of": _of(
            lambda: Story().add(warned()).asked("", kind="view-thresholds").add(threshold_page(f"{USER}:{METER}:1"))
            .claimed(values={"rows": [{"RequestID": f"{USER}:{METER}:2"}]}), "volume-warning-seen"),
    },
})  # fmt: skip
"""Findings that must be FAIL, by check and by what the client does."""
